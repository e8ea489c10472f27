"""Set-up with the standard library only: ``python -m rag.install [--dev]``.

Makes ``.venv`` beside this project, installs the pinned packages of ``requirements.lock`` with
their hashes, and the project itself. Does nothing when that is done already.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
ENVIRONMENT = FOLDER / ".venv"
NEEDED = (3, 11)


def main() -> int:
    """Install; return the exit code."""
    if sys.version_info < NEEDED:
        print(
            f"Plumbline needs Python {NEEDED[0]}.{NEEDED[1]} or newer; this is "
            f"{sys.version.split()[0]}. Run this with a newer Python.",
            file=sys.stderr,
        )
        return 1
    lock = FOLDER / ("requirements-dev.lock" if "--dev" in sys.argv[1:] else "requirements.lock")
    mark = ENVIRONMENT / "installed"
    wanted = _fingerprint(lock)
    done = mark.read_text().split() if mark.is_file() else []
    if wanted in done:
        return 0
    print(
        f"Setting up {ENVIRONMENT.name} from {lock.name}; this takes a minute or two.", flush=True
    )
    python = _environment()
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(lock)], check=True)
        subprocess.run(
            [*pip, "--no-deps", "--no-build-isolation", "--editable", str(FOLDER)], check=True
        )
    except subprocess.CalledProcessError as error:
        print(
            f"The installation did not finish (pip ended with {error.returncode}); its message "
            "stands above. Once the package index can be reached, run this again.",
            file=sys.stderr,
        )
        return 1
    # The developers' lock holds the users' one.
    marks = {wanted, _fingerprint(FOLDER / "requirements.lock")}
    mark.write_text("\n".join(sorted(marks)))
    return 0


def _environment() -> Path:
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        venv.create(ENVIRONMENT, with_pip=True)
    return python


def _fingerprint(lock: Path) -> str:
    """Changes with the packages wanted, the project's own metadata, and where it lies."""
    content = lock.read_bytes() + (FOLDER / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + str(FOLDER).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
