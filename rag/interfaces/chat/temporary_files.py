"""The chat's folder for files of open sessions; what a killed app left is swept."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import regex
from chainlit import session

_NAME = regex.compile(r"plumbline-(?P<process>\d{1,10})-\w+")


def temporary_folder() -> Path:
    """Return a new folder, deleted at the end of this process."""
    sweep(Path(tempfile.gettempdir()))
    # Two apps would share the folder, and the first to end would delete it.
    folder = Path(tempfile.mkdtemp(prefix=f"plumbline-{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def forget_files_of(thread: str) -> None:
    """Delete the uploads and cards that open pages of a conversation hold. Blocks."""
    for page in list(session.ws_sessions_id.values()):
        if page.thread_id == thread:
            page.files.clear()
            shutil.rmtree(page.files_dir, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Delete the folders of processes that have ended; those of other users cannot be."""
    for folder in parent.glob("plumbline-*-*"):
        match = _NAME.fullmatch(folder.name)
        if match and not folder.is_symlink() and not _runs(int(match["process"])):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    if os.name != "posix":
        return True  # there signal 0 would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
