"""The SQLite file of conversations: opened, migrated to the newest schema, queried.

It is opened in write-ahead mode, so that a killed process loses at most its uncommitted writes.
Every call blocks briefly and may come from several threads.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.domain.private_files import make_private_file
from rag.history.schema import MIGRATIONS, Migration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class HistoryDatabase:
    """A database file of conversations."""

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        make_private_file(path)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.execute("PRAGMA secure_delete=ON")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        for number, step in enumerate(migrations[version:], start=version + 1):
            self._migrate(step, number)

    def _migrate(self, step: Migration, number: int) -> None:
        """Migrate the file by one version of the schema, in one transaction."""
        if isinstance(step, str):
            self._connection.executescript(f"BEGIN; {step} PRAGMA user_version={number}; COMMIT;")
            return
        with self.transaction():
            step(self._connection)
            self._connection.execute(f"PRAGMA user_version={number}")

    def run(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Run one statement; return its rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the statements inside as one transaction."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def now() -> str:
    """Return the current time in UTC, as ISO 8601 with a Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
