"""The files in a folder, and what has changed since the last scan."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.domain.documents import GUIDE_FOLDER, File, FileStatus, LedgerEntry
from rag.domain.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

BEING_WRITTEN = "It is still being written."
_TEMPORARY = (".swp", ".part", ".tmp", ".crdownload")


@dataclass(frozen=True, slots=True)
class Changed:
    """The differences between a folder and its known files."""

    known: Mapping[str, LedgerEntry]
    gone: Sequence[str]
    settled: Sequence[File]
    """New or changed files to be read."""
    unsettled: Sequence[File]
    """New or changed files that may still be being written."""

    def __bool__(self) -> bool:
        return bool(self.gone or self.settled or self.unsettled)


class Folder:
    """A watched folder of documents. Not safe to use from several threads at once."""

    def __init__(self, path: Path, *, guide: bool = True, settle_s: float = 0.0) -> None:
        """``settle_s``: how long a file's size and time must be unchanged before it is read."""
        self._path = path
        self._guide = guide
        self._settle_s = settle_s
        self._seen: dict[str, tuple[File, float]] = {}
        """Unread files, and since when they have been unchanged."""

    def changes(self, known: Mapping[str, LedgerEntry], current: set[str]) -> Changed:
        """Compare the folder with its known files; only ``current`` paths need no reading.

        Raises CorpusError as ``scan`` does.
        """
        files = scan(self._path, guide=self._guide)
        there = {file.path for file in files}
        answering = {e.sha256 for e in known.values() if e.file in there and e.document}
        orphaned = {e.attached_to for e in known.values() if not _has_original(e, answering)}
        new = [
            file
            for file in files
            if file.path not in current
            or file.path in orphaned
            or not _is_known(file, known.get(file.path), answering)
        ]
        self._seen = {file.path: self._since(file) for file in new}
        settled = [file for file in new if self._is_settled(file)]
        left = {file.path for file in settled}
        gone = [path for path, e in known.items() if e.file not in there and not e.attached_to]
        return Changed(known, gone, settled, [file for file in new if file.path not in left])

    def _since(self, file: File) -> tuple[File, float]:
        seen = self._seen.get(file.path)
        return seen if seen and seen[0] == file else (file, time.monotonic())

    def _is_settled(self, file: File) -> bool:
        """Whether the file is unchanged for long enough, by its own time or since first seen."""
        age = time.time() - file.modified_ns / 1e9
        _, since = self._seen[file.path]
        return age >= self._settle_s or time.monotonic() - since >= self._settle_s


def _is_known(file: File, entry: LedgerEntry | None, answering: set[str]) -> bool:
    """Whether the file need not be read; a duplicate must be if its original is gone."""
    return (
        entry is not None
        and entry.status is not FileStatus.WAITING
        and (entry.size, entry.modified_ns) == (file.size, file.modified_ns)
        and _has_original(entry, answering)
    )


def _has_original(entry: LedgerEntry, answering: set[str]) -> bool:
    """Whether another document has its text, if it is a duplicate."""
    return entry.status is not FileStatus.DUPLICATE or entry.sha256 in answering


DEEPEST_FOLDER = 100
"""People have about ten; each takes a frame of Python's stack."""


def still_written(file: File, known: Mapping[str, LedgerEntry]) -> LedgerEntry:
    """Return the entry of a file that is not read yet, based on its previous entry."""
    old = known.get(file.path)
    entry = old or LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.WAITING)
    return replace(entry, status=FileStatus.WAITING, reason=BEING_WRITTEN)


def is_unsettled(waiting: Iterable[LedgerEntry]) -> bool:
    """Return whether one of the files is still being written."""
    return any(file.reason == BEING_WRITTEN for file in waiting)


def scan(folder: Path, *, guide: bool = True) -> tuple[File, ...]:
    """List the corpus' files by path, without opening any.

    Hidden and temporary files and links are ignored; ``guide=False`` excludes the shipped guide.
    Raises CorpusError if the folder is missing or unreadable.
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
            if name.startswith((".", "~$")) or name.endswith(("~", *_TEMPORARY)):
                continue
            if entry.is_symlink() or _is_junction(entry):
                continue
            try:
                yield from _files_of(entry, folder, prefix)
            except FileNotFoundError:
                continue  # deleted since it was listed
            except OSError as error:
                yield File(f"{prefix}{name}", 0, 0, f"It cannot be opened ({error.strerror}).")


def _files_of(entry: os.DirEntry[str], folder: Path, prefix: str) -> Iterator[File]:
    path = f"{prefix}{entry.name}"
    if entry.is_dir() and prefix.count("/") >= DEEPEST_FOLDER:
        yield File(path, 0, 0, f"It is more than {DEEPEST_FOLDER} folders deep. Move it up.")
    elif entry.is_dir():
        yield from _walk(folder / entry.name, f"{path}/")
    elif entry.is_file():
        status = entry.stat()
        named = path.encode(errors="replace").decode() == path
        problem = "" if named else "Its name is not valid text. Rename it."
        yield File(path, status.st_size, status.st_mtime_ns, problem)


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Windows' other kind of link; from Python 3.12 on, the entry has a method for it."""
    return os.name == "nt" and os.path.realpath(entry.path) != os.path.abspath(entry.path)  # noqa: PTH100 - compared as text
