"""The results of reading the corpus' files, on disk: the ledger, the texts and their terms.

The store is authoritative; indexes are updated from it. Records of another version of the readers
are read anew, and a damaged store is recreated.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import threading
from collections import OrderedDict
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.corpus.change_log import ChangeLog, note_reading
from rag.corpus.database import CorpusDatabase
from rag.corpus.ingestion.record import DAMAGED, unpacked, unpacked_terms
from rag.domain.documents import FileStatus, LedgerEntry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rag.corpus.database import DatabaseState
    from rag.corpus.ingestion.record import Packed
    from rag.domain.documents import Document, Indexed, Passage

logger = logging.getLogger(__name__)

_READING = ("corpus/ingestion", "text")
"""The packages that determine what is read from a file."""
CACHED_CHARACTERS = 8_000_000
"""Texts kept in memory, since conversations return to the same documents."""
_COLUMNS = tuple(field.name for field in fields(LedgerEntry))
_ROW = ", ".join(_COLUMNS)
_PLACEHOLDERS = ", ".join("?" * (len(_COLUMNS) + 1))


class DocumentStore:
    """The stored files of a corpus; safe to use from several threads and processes."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        version: str = "",
        cached_characters: int = CACHED_CHARACTERS,
    ) -> None:
        """``path``: the file, or None for memory. ``version``: that of the readers."""
        self.version = version or reader_version()
        self._database = CorpusDatabase(path)
        self._database.when_started_over = self._clear_cache
        self.change_log = ChangeLog(self._database)
        self._cache = _TextCache(cached_characters)

    def _clear_cache(self) -> None:
        self._cache.clear()

    @property
    def id(self) -> str:
        """The store's unique identifier."""
        return self._database.id

    @property
    def state(self) -> DatabaseState:
        """Return a value that changes with the store's content."""
        return self._database.state

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Return all files, by path."""
        rows = self._database.read(f"SELECT {_ROW} FROM files ORDER BY path")  # noqa: S608 - no user input
        return tuple(_entry(row) for row in rows)

    def current_paths(self) -> set[str]:
        """Return the files read by this version of the readers."""
        rows = self._database.read("SELECT path FROM files WHERE version=?", [self.version])
        return {path for (path,) in rows}

    def keep(
        self,
        read: Collection[Packed],
        gone: Sequence[str] = (),
        moved: Mapping[str, str] | None = None,
    ) -> None:
        """Store the results of reading, and forget the files in ``gone``, in one transaction.

        What was attached to them before is forgotten too.

        ``moved``: new path -> old path of files that are in both.

        Replaced or forgotten texts stay until ``purge``, since they may be in use.
        """
        with self._database.writing() as connection:
            files = [one.entry.path for one in read if not one.entry.attached_to]
            note_reading(connection, files, gone, moved or {})
            _forget_files(connection, [*gone, *files])
            for packed in read:
                entry = packed.entry
                if packed.record:
                    cursor = connection.execute(
                        "INSERT INTO documents (record, terms) VALUES (?, ?)",
                        [packed.record, packed.terms],
                    )
                    entry = replace(entry, document=cursor.lastrowid or 0)
                connection.execute(
                    f"INSERT OR REPLACE INTO files ({_ROW}, version) VALUES ({_PLACEHOLDERS})",  # noqa: S608 - as above
                    [*_row(entry), self.version],
                )

    def expire(self, path: str) -> None:
        """Mark a file to be read again at the next refresh."""
        with self._database.writing() as connection:
            connection.execute("UPDATE files SET version='' WHERE path=?", [path])

    def begin_erasing(self, sha256: str) -> None:
        """Record that the content with this hash is to be erased everywhere."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO erased VALUES (?, 0)", [sha256])

    def erase(self, paths: Iterable[str], sha256: str) -> None:
        """Forget files permanently; only the hash stays, for receipts that refer to it."""
        with self._database.writing() as connection:
            _forget_files(connection, paths)
            connection.execute("INSERT OR IGNORE INTO erased VALUES (?, 0)", [sha256])

    def end_erasing(self, sha256: str) -> None:
        """Record that the content is erased everywhere."""
        with self._database.writing(counts=False) as connection:
            connection.execute("UPDATE erased SET wholly=1 WHERE sha256=?", [sha256])

    def erasing(self) -> list[str]:
        """Return the hashes of unfinished erasures."""
        rows = self._database.read("SELECT sha256 FROM erased WHERE NOT wholly")
        return [sha256 for (sha256,) in rows]

    def erased(self) -> set[str]:
        """Return the hashes of erased content."""
        return {sha256 for (sha256,) in self._database.read("SELECT sha256 FROM erased")}

    def flush(self) -> None:
        """Flush writes to disk, since a saved index must not be newer than the store."""
        self._database.checkpoint()

    def purge(self) -> None:
        """Erase the texts that no file has any more, also from the disk."""
        with self._database.writing(counts=False) as connection:
            gone = connection.execute(
                "DELETE FROM documents WHERE id NOT IN (SELECT document FROM files)"
            ).rowcount
        if gone:
            self._cache.clear()
            self._database.checkpoint(truncate=True)

    def document(self, number: int) -> tuple[Document, tuple[Passage, ...]] | None:
        """Return a document and its passages in reading order, or None if it is gone."""
        if known := self._cache.get(number):
            return known
        rows = self._database.read("SELECT record FROM documents WHERE id=?", [number])
        if not rows:
            return None
        try:
            found = unpacked(rows[0][0])
        except DAMAGED as error:
            self._forget(number, error)
            return None
        self._cache.put(number, found)
        return found

    def indexed(self, numbers: Iterable[int]) -> dict[int, Indexed]:
        """Return the terms of documents, by ascending number, without those that are gone."""
        found = {}
        for number in sorted(numbers):
            rows = self._database.read("SELECT terms FROM documents WHERE id=?", [number])
            for (terms,) in rows:
                try:
                    found[number] = unpacked_terms(terms)
                except DAMAGED as error:
                    self._forget(number, error)
        return found

    def _forget(self, number: int, error: Exception) -> None:
        """Mark the file of a damaged record to be read again at the next refresh."""
        logger.warning("What was kept of a file is damaged (%s); it is read again.", error)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE files SET version='' WHERE path IN"
                " (SELECT attached_to FROM files WHERE document=?)",
                [number],
            )
            connection.execute("DELETE FROM files WHERE document=?", [number])

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class _TextCache:
    """The most recently used documents, up to a number of characters but at least one document."""

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._lock = threading.Lock()
        self._held: OrderedDict[int, tuple[Document, tuple[Passage, ...]]] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, number: int) -> tuple[Document, tuple[Passage, ...]] | None:
        with self._lock:
            if number in self._held:
                self._held.move_to_end(number)
            return self._held.get(number)

    def put(self, number: int, found: tuple[Document, tuple[Passage, ...]]) -> None:
        with self._lock:
            if number not in self._held:
                self._held[number] = found
                self._characters += len(found[0].text)
            while self._characters > self._limit and len(self._held) > 1:
                _, (oldest, _) = self._held.popitem(last=False)
                self._characters -= len(oldest.text)

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._characters = 0


def reader_version() -> str:
    """Return a hash of the code that reads files."""
    digest = hashlib.sha256(importlib.metadata.version("kreuzberg").encode())
    package = Path(__file__).parents[1]
    for folder in _READING:
        for path in sorted((package / folder).rglob("*.*")):
            if path.suffix in {".py", ".toml"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_files(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Delete files and what is attached to them."""
    for path in paths:
        connection.execute("DELETE FROM files WHERE path=?", [path])
        connection.execute("DELETE FROM files WHERE attached_to=?", [path])


def _row(entry: LedgerEntry) -> list[object]:
    return [
        " ".join(value) if isinstance(value, tuple) else value
        for value in (getattr(entry, name) for name in _COLUMNS)
    ]


def _entry(row: tuple[Any, ...]) -> LedgerEntry:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["status"] = FileStatus(values["status"])
    values["flags"] = tuple(values["flags"].split())
    return LedgerEntry(**values)
