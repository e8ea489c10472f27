"""What reading the corpus' files gave, kept on disk: the ledger, the texts, and their terms.

One file a corpus, written in transactions, so that a crash leaves the old or the new. It is the
truth about what the corpus holds; an index is brought in line with it. What another version of
Plumbline's readers wrote is read anew; what is damaged is started over.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import logging
import sqlite3
import threading
import uuid
from collections import OrderedDict
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.corpus.ingestion.record import DAMAGED, Packed, unpacked, unpacked_terms
from rag.domain.documents import (
    ChangeKind,
    CorpusChange,
    Document,
    FileStatus,
    Indexed,
    LedgerEntry,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from rag.domain.documents import Passage

logger = logging.getLogger(__name__)


_READING = ("corpus/ingestion", "text")
"""Folders of which every change may change what a file gives."""


_LAYOUT = 3


_CHANGES_KEPT = 200


_WAIT_S = 10.0
"""For another process that is just writing."""


_CACHED_CHARACTERS = 8_000_000
"""Texts kept in memory, since conversations go on about the same documents."""


_SCHEMA = """
    CREATE TABLE about (id TEXT NOT NULL);
    CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT, record BLOB NOT NULL, terms BLOB NOT NULL
    );
    CREATE TABLE files (
        path TEXT PRIMARY KEY, version TEXT NOT NULL, size INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
        sha256 TEXT NOT NULL, title TEXT NOT NULL, language TEXT NOT NULL,
        pages INTEGER NOT NULL, pages_readable INTEGER NOT NULL, passages INTEGER NOT NULL,
        flags TEXT NOT NULL, indexed_at TEXT NOT NULL, document INTEGER NOT NULL
    );
    CREATE TABLE changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL,
        path TEXT NOT NULL, trash TEXT NOT NULL
    );
    CREATE TABLE erased (sha256 TEXT PRIMARY KEY, wholly INTEGER NOT NULL);
"""


_COLUMNS = tuple(field.name for field in fields(LedgerEntry))


_ROW = ", ".join(_COLUMNS)


class Changes(NamedTuple):
    """A state of the library; another one is unequal."""

    library: str
    elsewhere: int
    """Counts what other processes wrote."""
    here: int


class DocumentStore:
    """What is known of a corpus' files; safe to use from several threads and processes."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        version: str = "",
        cached_characters: int = _CACHED_CHARACTERS,
    ) -> None:
        """``path``: where it is kept; without, in memory. ``version``: of what reads files."""
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self.version = version or reader_version()
        self._most_cached = cached_characters
        self._cache: OrderedDict[int, tuple[Document, tuple[Passage, ...]]] = OrderedDict()
        self._cached_characters = 0
        self._written = 0
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(
            self._path or ":memory:",
            check_same_thread=False,
            isolation_level=None,
            timeout=_WAIT_S,
        )
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            database.execute("PRAGMA secure_delete=ON")
            _lay_out(database)
            self.id = str(database.execute("SELECT id FROM about").fetchone()[0])
        except (sqlite3.DatabaseError, TypeError) as error:
            database.close()
            if isinstance(error, sqlite3.OperationalError) or self._path is None:
                raise
            return self._start_over(self._path, error)
        return database

    def _start_over(self, path: Path, error: Exception) -> sqlite3.Connection:
        logger.warning(
            "What was read of the corpus before is damaged (%s); all files are read again.", error
        )
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return self._open()

    def _read(self, sql: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query; none where the file turned out to be damaged and was started over."""
        with self._lock:
            try:
                return self._db.execute(sql, tuple(values)).fetchall()
            except sqlite3.DatabaseError as error:
                harmless = (sqlite3.OperationalError, sqlite3.ProgrammingError)  # locked, closed
                if self._path is None or isinstance(error, harmless):
                    raise
                self._db.close()
                self._db = self._start_over(self._path, error)
                self._cache.clear()
                return []

    def entries(self) -> tuple[LedgerEntry, ...]:
        """All files, by path."""
        rows = self._read(f"SELECT {_ROW} FROM files ORDER BY path")  # noqa: S608 - names are ours
        return tuple(_entry(row) for row in rows)

    def current_paths(self) -> set[str]:
        """The files that this version of the readers has read."""
        rows = self._read("SELECT path FROM files WHERE version=?", [self.version])
        return {path for (path,) in rows}

    @property
    def changes(self) -> Changes:
        """Another value when something was written."""
        version = self._read("PRAGMA data_version")
        return Changes(self.id, int(version[0][0]) if version else 0, self._written)

    def note(self, kind: ChangeKind, path: str, trash: str = "") -> None:
        """Add a line to the list of changes."""
        with self._lock:
            self._note(kind, path, trash)

    def _note(self, kind: ChangeKind, path: str, trash: str = "") -> None:
        self._db.execute(
            "INSERT INTO changes (at, kind, path, trash) VALUES (?,?,?,?)",
            [datetime.now(UTC).isoformat(timespec="seconds"), kind, path, trash],
        )

    def last_changes(self) -> tuple[CorpusChange, ...]:
        """The latest first."""
        rows = self._read("SELECT number, at, kind, path, trash FROM changes ORDER BY number DESC")
        return tuple(CorpusChange(n, at, ChangeKind(kind), *rest) for n, at, kind, *rest in rows)

    def undone(self, number: int) -> None:
        """That change can not be undone any more."""
        with self._lock:
            self._db.execute("UPDATE changes SET trash='' WHERE number=?", [number])

    def expire(self, path: str) -> None:
        """Let a file be read again at the next look."""
        with self._lock:
            self._db.execute("UPDATE files SET version='' WHERE path=?", [path])
            self._written += 1

    def begin_erasing(self, sha256: str) -> None:
        """Note that what has these bytes is to be erased, wherever it stands."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO erased VALUES (?, 0)", [sha256])
            self._written += 1

    def erase(self, paths: Iterable[str], sha256: str) -> None:
        """Forget files for good: only the hash stays, to tell their receipts so."""
        with self._lock:
            self._db.executemany("DELETE FROM files WHERE path=?", [(path,) for path in paths])
            self._db.execute("INSERT OR IGNORE INTO erased VALUES (?, 0)", [sha256])
            self._written += 1

    def end_erasing(self, sha256: str) -> None:
        """Note that nothing of it stands anywhere any more."""
        with self._lock:
            self._db.execute("UPDATE erased SET wholly=1 WHERE sha256=?", [sha256])

    def erasing(self) -> list[str]:
        """Hashes of what was to be erased, while it is not done or where it was interrupted."""
        return [sha256 for (sha256,) in self._read("SELECT sha256 FROM erased WHERE NOT wholly")]

    def erased(self) -> set[str]:
        """Hashes of what was erased."""
        return {sha256 for (sha256,) in self._read("SELECT sha256 FROM erased")}

    def _note_changes(
        self, read: Collection[Packed], gone: Iterable[str], moved: Mapping[str, str]
    ) -> None:
        """Note what the folder shows, but not what the panel has done and noted itself."""
        known = dict(self._db.execute("SELECT path, document FROM files"))
        latest = dict(self._db.execute("SELECT path, kind FROM changes ORDER BY number"))
        for path in set(gone) - set(moved.values()):
            if path in known and latest.get(path) not in {ChangeKind.DELETED, ChangeKind.ERASED}:
                self._note(ChangeKind.REMOVED, path)
        for packed in read:
            path = packed.entry.path
            if path in moved:
                self._note(ChangeKind.MOVED, f"{moved[path]} → {path}")
                continue
            kind = ChangeKind.CHANGED if path in known else ChangeKind.ADDED
            own = latest.get(path) in {ChangeKind.UPLOADED, ChangeKind.RESTORED}
            if kind is ChangeKind.CHANGED or not own:
                self._note(kind, path)

    def keep(
        self,
        read: Collection[Packed],
        gone: Sequence[str] = (),
        moved: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what files gave, and forget others by path; all of it or nothing.

        ``moved``: new path -> old path of files that are in both.

        Texts that are replaced or forgotten stay until ``purge``: somebody may be reading them.
        """
        places = ", ".join("?" * (len(_COLUMNS) + 1))
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._note_changes(read, gone, moved or {})
                self._db.execute(
                    "DELETE FROM changes WHERE trash='' AND"
                    " number <= (SELECT max(number) FROM changes) - ?",
                    [_CHANGES_KEPT],
                )
                self._db.executemany("DELETE FROM files WHERE path=?", [(path,) for path in gone])
                for packed in read:
                    entry = packed.entry
                    if packed.record:
                        cursor = self._db.execute(
                            "INSERT INTO documents (record, terms) VALUES (?, ?)",
                            [packed.record, packed.terms],
                        )
                        entry = replace(entry, document=cursor.lastrowid or 0)
                    self._db.execute(
                        f"INSERT OR REPLACE INTO files ({_ROW}, version) VALUES ({places})",  # noqa: S608 - as above
                        [*_row(entry), self.version],
                    )
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            self._written += 1

    def settle(self) -> None:
        """Bring what was written onto the disk: what is saved of an index must not be newer."""
        with self._lock:
            self._db.execute("PRAGMA wal_checkpoint(FULL)")

    def purge(self) -> None:
        """Erase the texts that no file has any more, from the disk too."""
        with self._lock:
            cursor = self._db.execute(
                "DELETE FROM documents WHERE id NOT IN (SELECT document FROM files)"
            )
            if cursor.rowcount:
                self._cache.clear()
                self._cached_characters = 0
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def document(self, number: int) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document and its passages in reading order; None where it is gone."""
        with self._lock:
            if number in self._cache:
                self._cache.move_to_end(number)
                return self._cache[number]
        rows = self._read("SELECT record FROM documents WHERE id=?", [number])
        if not rows:
            return None
        try:
            found = unpacked(rows[0][0])
        except DAMAGED as error:
            self._forget(number, error)
            return None
        with self._lock:
            if number not in self._cache:
                self._cache[number] = found
                self._cached_characters += len(found[0].text)
            while self._cached_characters > self._most_cached and len(self._cache) > 1:
                _, (oldest, _) = self._cache.popitem(last=False)
                self._cached_characters -= len(oldest.text)
        return found

    def indexed(self, numbers: Iterable[int]) -> dict[int, Indexed]:
        """The terms of documents, by number, ascending; those that are gone are left out."""
        found = {}
        for number in sorted(numbers):
            for (terms,) in self._read("SELECT terms FROM documents WHERE id=?", [number]):
                try:
                    found[number] = unpacked_terms(terms)
                except DAMAGED as error:
                    self._forget(number, error)
        return found

    def _forget(self, number: int, error: Exception) -> None:
        """Let the file of a damaged record be read again at the next look."""
        logger.warning("What was kept of a file is damaged (%s); it is read again.", error)
        with self._lock:
            self._db.execute("DELETE FROM files WHERE document=?", [number])
            self._written += 1

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def reader_version() -> str:
    """Changes with every change of what reads files."""
    digest = hashlib.sha256(importlib.metadata.version("kreuzberg").encode())
    package = Path(__file__).parents[1]
    for folder in _READING:
        for path in sorted((package / folder).rglob("*.*")):
            if path.suffix in {".py", ".toml"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _lay_out(database: sqlite3.Connection) -> None:
    """Make the tables where they are not there, or of another layout."""
    if database.execute("PRAGMA user_version").fetchone()[0] == _LAYOUT:
        return
    database.execute("BEGIN IMMEDIATE")
    if database.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        for (name,) in tables:
            if not name.startswith("sqlite_"):
                database.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, _SCHEMA.split(";")):
            database.execute(statement)
        database.execute("INSERT INTO about VALUES (?)", [uuid.uuid4().hex])
        database.execute(f"PRAGMA user_version={_LAYOUT}")
    database.execute("COMMIT")


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
