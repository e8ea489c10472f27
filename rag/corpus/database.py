"""The SQLite file of a corpus: opened, read, written, and recreated if damaged.

Every write is a transaction, so that a crash leaves the old state or the new one.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.domain.private_files import make_private_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger(__name__)

_LAYOUT = 4
_WAIT_S = 10.0
"""Another process may be writing."""
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
        flags TEXT NOT NULL, indexed_at TEXT NOT NULL, document INTEGER NOT NULL,
        attached_to TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX attachments ON files (attached_to);
    CREATE TABLE changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL,
        path TEXT NOT NULL, trash TEXT NOT NULL
    );
    CREATE TABLE erased (sha256 TEXT PRIMARY KEY, wholly INTEGER NOT NULL);
"""
_FROM_LAST_LAYOUT = (
    "ALTER TABLE files ADD COLUMN attached_to TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX attachments ON files (attached_to)",
)
"""Keeps what cannot be read anew: which documents were erased, and what can be undone."""


class DatabaseState(NamedTuple):
    """The version of the database's content, compared for equality."""

    database: str
    elsewhere: int
    """Changes with writes by other processes."""
    here: int


class CorpusDatabase:
    """A database in a file, or in memory if ``path`` is None; safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._written = 0
        self.when_started_over: Callable[[], None] = lambda: None
        """Called after a damaged file was replaced by an empty one."""
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        if self._path:
            make_private_file(Path(self._path))
        connection = sqlite3.connect(
            self._path or ":memory:", check_same_thread=False, isolation_level=None, timeout=_WAIT_S
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")
            _create_tables(connection)
            self.id = str(connection.execute("SELECT id FROM about").fetchone()[0])
        except (sqlite3.DatabaseError, TypeError) as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError) or self._path is None:
                raise
            return self._start_over(self._path, error)
        return connection

    def _start_over(self, path: Path, error: Exception) -> sqlite3.Connection:
        logger.warning(
            "What was read of the corpus before is damaged (%s); all files are read again.", error
        )
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return self._open()

    def read(self, sql: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none if the file was damaged and has been recreated."""
        with self._lock:
            try:
                return self._connection.execute(sql, tuple(values)).fetchall()
            except sqlite3.DatabaseError as error:
                harmless = (
                    sqlite3.OperationalError,
                    sqlite3.ProgrammingError,
                )  # the database is locked or closed
                if self._path is None or isinstance(error, harmless):
                    raise
                self._connection.close()
                self._connection = self._start_over(self._path, error)
        self.when_started_over()
        return []

    @contextmanager
    def writing(self, *, counts: bool = True) -> Iterator[sqlite3.Connection]:
        """Open a transaction; ``counts``: whether it changes the state."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self._written += counts

    @property
    def state(self) -> DatabaseState:
        """Return a value that changes with every write that counts."""
        version = self.read("PRAGMA data_version")
        return DatabaseState(self.id, int(version[0][0]) if version else 0, self._written)

    def checkpoint(self, *, truncate: bool = False) -> None:
        """Flush writes to disk; ``truncate``: also empty the write-ahead log."""
        with self._lock:
            mode = "TRUNCATE" if truncate else "FULL"
            self._connection.execute(f"PRAGMA wal_checkpoint({mode})")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables if they are missing or have another layout than the last two."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == _LAYOUT:
        return
    connection.execute("BEGIN IMMEDIATE")
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    if layout == _LAYOUT - 1:
        for statement in _FROM_LAST_LAYOUT:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={_LAYOUT}")
    elif layout != _LAYOUT:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        for (name,) in tables:
            if not name.startswith("sqlite_"):
                connection.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, _SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute("INSERT INTO about VALUES (?)", [uuid.uuid4().hex])
        connection.execute(f"PRAGMA user_version={_LAYOUT}")
    connection.execute("COMMIT")
