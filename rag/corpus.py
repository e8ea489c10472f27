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
            if entry.is_symlink():
                continue
            if entry.is_dir():
                yield from _walk(folder / name, f"{prefix}{name}/")
            elif entry.is_file():
                status = entry.stat()
                yield File(f"{prefix}{name}", status.st_size, status.st_mtime_ns)
