"""Operating system limits for a worker; the only place with branches by system."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_NICENESS = 10
_ASSUMED_MEMORY = 8 * 1024**3
"""Where the system does not tell."""
READING_SHARE = 0.5
"""Of the machine's memory, for all readers together; models and the chat need the rest."""


def reading_budget() -> int:
    """Return how many bytes all readers together may take."""
    names = getattr(os, "sysconf_names", {})
    if {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= names.keys():
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    else:
        memory = _ASSUMED_MEMORY
    return int(memory * READING_SHARE)


def limit_from_inside(max_bytes: int) -> None:
    """Limit this process, if its system supports that."""
    if sys.platform == "win32":
        return  # the parent has set the limit
    import resource  # noqa: PLC0415 - is not there on Windows

    with suppress(ValueError, OSError):  # macOS may refuse
        resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICENESS)


def limit_from_outside(process: subprocess.Popen[bytes], max_bytes: int) -> None:
    """Limit a child on Windows, by a job object that ends it with its last handle."""
    if sys.platform != "win32":
        return
    import ctypes  # noqa: PLC0415 - only there
    from ctypes import wintypes  # noqa: PLC0415

    class Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 3),
        )

    extended, process_memory, die_with_job = 9, 0x100, 0x2000
    kernel = ctypes.windll.kernel32
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    job = kernel.CreateJobObjectW(None, None)
    limits = Limits(flags=process_memory | die_with_job, process_memory=max_bytes)
    kernel.SetInformationJobObject(
        wintypes.HANDLE(job), extended, ctypes.byref(limits), ctypes.sizeof(limits)
    )
    kernel.AssignProcessToJobObject(wintypes.HANDLE(job), wintypes.HANDLE(process._handle))  # noqa: SLF001 - Popen gives no other
