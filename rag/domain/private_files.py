"""Files and folders that only this user may open; on Windows the user's folder sees to that."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER, PRIVATE_FILE = 0o700, 0o600
"""Rights that a file or a folder is created with."""
_OTHERS = 0o077


def make_private_folder(path: Path) -> None:
    """Create a folder, and those above it, for this user alone; an existing one stays as it is."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(exist_ok=True, mode=_FOLDER)


def make_private_file(path: Path) -> None:
    """Create a file for this user alone, or close an existing one to others."""
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))
    _close_to_others(path)


def replace_private(path: Path, content: bytes) -> None:
    """Write a file for this user alone, wholly or not at all."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    make_private_file(new)
    new.write_bytes(content)
    new.replace(path)


def close_to_others(folder: Path) -> None:
    """Take all rights of others from a folder and everything of this user's in it."""
    _close_to_others(folder)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _close_to_others(os.path.join(parent, name))  # noqa: PTH118 - walks thousands


def _close_to_others(path: Path | str) -> None:
    if os.name != "posix":
        return
    try:
        status = os.lstat(path)
        own = status.st_uid == os.geteuid() and not stat.S_ISLNK(status.st_mode)
        if own and status.st_mode & _OTHERS:
            os.chmod(path, stat.S_IMODE(status.st_mode) & ~_OTHERS)  # noqa: PTH101
    except FileNotFoundError:
        return  # another process has just deleted it
