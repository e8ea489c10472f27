"""Set-up with the standard library only: ``python -m rag.install [--dev]``.

Makes ``.venv`` beside this project, installs the pinned packages of ``requirements.lock`` with
their hashes, and the project itself. Does nothing when that is done already.
"""

from __future__ import annotations

import hashlib
import os
import shutil
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
    if wanted in done and _runs(_python()):
        return 0
    print(
        f"Setting up {ENVIRONMENT.name} from {lock.name}; this takes a minute or two.", flush=True
    )
    try:
        python = _environment()
    except (subprocess.CalledProcessError, OSError):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        print(
            "No virtual environment can be made with this Python. On Debian and Ubuntu install its "
            "part for that (apt install python3-venv), then run this again.",
            file=sys.stderr,
        )
        return 1
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(lock)], check=True)
        subprocess.run(
            [*pip, "--no-deps", "--no-build-isolation", "--editable", str(FOLDER)],
            check=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},  # setuptools warns of every such one
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
    """Return the Python of the environment, made anew where it does not run or has no pip."""
    if not _runs(_python(), "-m", "pip", "--version"):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        venv.create(ENVIRONMENT, with_pip=True)
    return _python()


def _python() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _runs(python: Path, *arguments: str) -> bool:
    command = [str(python), *(arguments or ("-c", ""))]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _fingerprint(lock: Path) -> str:
    """Changes with the packages wanted, the project's own metadata, and where it lies."""
    content = lock.read_bytes() + (FOLDER / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + str(FOLDER).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
