"""Set-up with the standard library only: ``python -m rag.install [--dev]``.

Creates ``.venv`` beside this project with a Python supported by all packages, and installs the
pinned packages of ``requirements.lock`` by hash, and the project itself. Does nothing if that is
done already. Runs on Python 3.7 and later, to be able to report what is missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
ENVIRONMENT = FOLDER / ".venv"
USABLE = ((3, 13), (3, 12), (3, 11))
"""In order of preference, after the running version; Chainlit refuses 3.14."""
_CHECK = f"import sys; assert sys.version_info[:2] in {USABLE!r}; print(sys.executable)"
_NO_VENV = (
    "No virtual environment can be made with this Python. On Debian and Ubuntu install its "
    "part for that (apt install python3-venv), then run this again."
)


def main() -> int:
    """Install; return the exit code."""
    lock = FOLDER / ("requirements-dev.lock" if "--dev" in sys.argv[1:] else "requirements.lock")
    mark = ENVIRONMENT / "installed"
    wanted = _fingerprint(lock)
    if mark.is_file() and wanted in mark.read_text().split() and _runs(_python()):
        return 0
    base = find_python()
    if base is None:
        return _failed(_no_python())
    print(
        f"Setting up {ENVIRONMENT.name} from {lock.name}; this takes a minute or two.", flush=True
    )
    if not _make_environment(base):
        return _failed(_NO_VENV)
    code = _install(lock)
    if code:
        return _failed(
            f"The installation did not finish (pip ended with {code}); its message "
            "stands above. Once the package index can be reached, run this again."
        )
    # The developers' lock includes the users'.
    marks = {wanted, _fingerprint(FOLDER / "requirements.lock")}
    mark.write_text("\n".join(sorted(marks)))
    return 0


def find_python(version: tuple[int, int] | None = None) -> str | None:
    """Return the running Python if its version is usable, else one on the PATH or of Windows."""
    if (version or sys.version_info[:2]) in USABLE:
        return sys.executable
    names = ["{}.{}".format(*usable) for usable in USABLE]
    commands = [[f"python{name}"] for name in names] + [["py", f"-{name}"] for name in names]
    return next(filter(None, map(_found, commands)), None)


def _found(command: list[str]) -> str | None:
    """The Python that a command starts, if it can create environments."""
    return _output([*command, "-c", f"import ensurepip; {_CHECK}"])


def _no_python() -> str:
    return (
        f"Plumbline needs Python 3.13, 3.12 or 3.11, this is {sys.version.split()[0]} and no other "
        "was found: install one (python.org has them), or have uv bring it: "
        "uv run --no-project --python 3.13 -m rag.install" + "".join(f" {a}" for a in sys.argv[1:])
    )


def _make_environment(base: str) -> bool:
    """Recreate it if its Python is missing, unusable or without pip."""
    if _runs(_python(), "-c", _CHECK) and _runs(_python(), "-m", "pip", "--version"):
        return True
    shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
    if _runs(Path(base), "-m", "venv", str(ENVIRONMENT)):
        return True
    shutil.rmtree(str(ENVIRONMENT), ignore_errors=True)
    return False


def _install(lock: Path) -> int:
    """Install the packages; return pip's exit code."""
    pip = [str(_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    code = subprocess.run(
        [*pip, "--no-deps", "--require-hashes", "-r", str(lock)], check=False
    ).returncode
    return (
        code
        or subprocess.run(
            [*pip, "--no-deps", "--no-build-isolation", "--editable", str(FOLDER)],
            check=False,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},  # setuptools warns of every such one
        ).returncode
    )


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _python() -> Path:
    return ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _runs(python: Path, *arguments: str) -> bool:
    return _output([str(python), *(arguments or ("-c", ""))]) is not None


def _output(command: list[str]) -> str | None:
    """The output of a program; None if it is missing or fails."""
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout.decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _fingerprint(lock: Path) -> str:
    """A hash of the packages wanted, the project's metadata and its location."""
    content = lock.read_bytes() + (FOLDER / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + str(FOLDER).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
