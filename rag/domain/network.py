"""Takes the network from a process: that of a reader, or of a model.

On Linux by a seccomp filter, which needs no rights: it allows sockets of this machine only
(AF_UNIX), for the process and all that it starts. Elsewhere proxies and home lead nowhere.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from typing import NamedTuple

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of a filter: load a word, jump if equal, jump if not less, return."""
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in ``struct seccomp_data``."""
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 13, 0x80000000
"""Verdicts; refused with EACCES."""
_OF_THIS_MACHINE = 1
"""AF_UNIX"""
_OTHER_CALLS = 0x40000000
"""System calls of x86-64's second table (x32) begin here; nothing uses them."""
_IO_URING = 425
_NOWHERE = {
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
    **dict.fromkeys(("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA"), os.devnull),
}
"""Port 9 discards; a folder cannot be made in a device."""


class _Machine(NamedTuple):
    architecture: int
    socket: int
    """The number of the system call."""


_MACHINES = {"x86_64": _Machine(0xC000003E, 41), "aarch64": _Machine(0xC00000B7, 198)}


def without_network(*, kill: bool = False) -> bool:
    """Take the network from this process for good; return whether the system enforces it.

    With ``kill`` an attempt ends the process, so that a test sees it.
    """
    os.environ.update(_NOWHERE)
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    program = _filter(machine, _KILL if kill else _REFUSE)
    library = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, and where they are.
    count = len(program) // 8
    description = struct.pack("HL", count, ctypes.addressof(instructions))
    allowed = library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    return bool(allowed and library.prctl(_SET_SECCOMP, _FILTER_MODE, description, 0, 0) == 0)


def _filter(machine: _Machine, verdict: int) -> bytes:
    """Return a program of the kernel's packet filter: (code, if true, if false, value)."""
    steps = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUALS, 0, 7, machine.architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 5, 0, _OTHER_CALLS),
        (_EQUALS, 4, 0, _IO_URING),
        (_EQUALS, 0, 2, machine.socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUALS, 0, 1, _OF_THIS_MACHINE),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, verdict),
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)
