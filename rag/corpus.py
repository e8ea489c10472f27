"""Folder -> files, and what changed since the last look."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE_FOLDER = "guide"
_LEFT_ALONE = (".swp", ".part", ".tmp", ".crdownload")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the corpus as the folder shows it; equal files need not be read again."""

    path: str
    size: int
    modified_ns: int
    problem: str = ""
    """Why it cannot even be looked at, in a sentence."""


def scan(folder: Path, *, guide: bool = True) -> tuple[File, ...]:
    """List the corpus' files by path, without opening any.

    Hidden and temporary files and links are left alone; ``guide=False`` leaves the shipped guide
    out. Raises CorpusError when the folder is missing or may not be read.
    """
    if not folder.is_dir():
        raise CorpusError(
            f"The corpus folder {folder} does not exist.",
            "Create it and put documents in, or set RAG_CORPUS_DIR to another folder.",
        )
    try:
        files = sorted(_walk(folder, ""), key=lambda file: file.path)
    except OSError as error:
        raise CorpusError(
            f"The corpus folder {folder} cannot be read ({error.strerror}).",
            "Give this user the right to read it, or set RAG_CORPUS_DIR to another folder.",
        ) from error
    return tuple(file for file in files if guide or not file.path.startswith(f"{GUIDE_FOLDER}/"))


def _walk(folder: Path, prefix: str) -> Iterator[File]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith((".", "~$")) or name.endswith(("~", *_LEFT_ALONE)):
                continue
            if entry.is_symlink() or _is_junction(entry):
                continue
            try:
                yield from _look(entry, folder, prefix)
            except FileNotFoundError:
                continue  # it went between listing and looking
            except OSError as error:
                yield File(f"{prefix}{name}", 0, 0, f"It cannot be opened ({error.strerror}).")


def _look(entry: os.DirEntry[str], folder: Path, prefix: str) -> Iterator[File]:
    path = f"{prefix}{entry.name}"
    if entry.is_dir():
        yield from _walk(folder / entry.name, f"{path}/")
    elif entry.is_file():
        status = entry.stat()
        named = path.encode(errors="replace").decode() == path
        problem = "" if named else "Its name is not valid text. Rename it."
        yield File(path, status.st_size, status.st_mtime_ns, problem)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link; Python 3.12 can ask the entry itself."""
    return os.name == "nt" and os.path.realpath(entry.path) != os.path.abspath(entry.path)  # noqa: PTH100 - compared as text
