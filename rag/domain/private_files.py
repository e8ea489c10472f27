"""Files and folders that only this user may open; on Windows the user's folder sees to that."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER, _FILE = 0o700, 0o600
_OTHERS = 0o077


def make_private_file(path: Path) -> None:
    """Create a file for this user alone, or close an existing one to others."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _FILE))
    _close_to_others(path)


def close_to_others(folder: Path) -> None:
    """Take all rights of others from a folder and everything in it."""
    _close_to_others(folder)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _close_to_others(os.path.join(parent, name))  # noqa: PTH118 - walks thousands


def _close_to_others(path: Path | str) -> None:
    if os.name != "posix":
        return
    try:
        mode = os.lstat(path).st_mode
        if mode & _OTHERS and not os.path.islink(path):  # noqa: PTH114
            os.chmod(path, mode & ~_OTHERS)  # noqa: PTH101
    except FileNotFoundError:
        return  # another process has just deleted it
