"""What child processes learn of the environment."""

from __future__ import annotations

import os

import regex

_NEEDED = regex.compile(
    r"PATH|PATHEXT|PYTHON(?:PATH|HOME|UTF8|IOENCODING|DONTWRITEBYTECODE|UNBUFFERED|FAULTHANDLER)"
    r"|LANG|LANGUAGE|LC_\w+|TZ|HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|SYSTEMROOT|SYSTEMDRIVE|WINDIR"
    r"|COMSPEC|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAM(?:FILES|DATA)\S*|NUMBER_OF_PROCESSORS"
    r"|PROCESSOR_\w+|(?:DY)?LD_LIBRARY_PATH|VIRTUAL_ENV|TESSDATA_PREFIX|OMP_\w+|GGML_\w+"
    r"|CUDA_\w+|VK_\w+|NUMBA_\w+|COVERAGE_\w+|COV_CORE_\w+",
    regex.IGNORECASE,
)
"""What an interpreter, its libraries and the system's programs go by."""


def child_environment() -> dict[str, str]:
    """Return the part of the environment that readers and models need to run, and no more."""
    return {name: value for name, value in os.environ.items() if _NEEDED.fullmatch(name)}
