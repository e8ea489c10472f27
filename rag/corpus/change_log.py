"""The recent changes to the corpus, made in its folder or through the panel."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.domain.documents import ChangeKind, CorpusChange

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from rag.corpus.database import CorpusDatabase

_KEPT = 200


class ChangeLog:
    """The most recent changes; older ones are dropped."""

    def __init__(self, database: CorpusDatabase) -> None:
        self._database = database

    def note(self, kind: ChangeKind, path: str, trash: str = "") -> None:
        """Add an entry; ``trash``: where the file for undoing it is kept."""
        with self._database.writing(counts=False) as connection:
            _note(connection, kind, path, trash)

    def last(self) -> tuple[CorpusChange, ...]:
        """Return the changes, latest first."""
        rows = self._database.read(
            "SELECT number, at, kind, path, trash FROM changes ORDER BY number DESC"
        )
        return tuple(CorpusChange(n, at, ChangeKind(kind), *rest) for n, at, kind, *rest in rows)

    def undone(self, number: int) -> None:
        """Record that a change can no longer be undone."""
        with self._database.writing(counts=False) as connection:
            connection.execute("UPDATE changes SET trash='' WHERE number=?", [number])


def note_reading(
    connection: sqlite3.Connection,
    read: Iterable[str],
    gone: Iterable[str],
    moved: Mapping[str, str],
) -> None:
    """Record changes found in the folder, except those that the panel has recorded itself."""
    known = {path for (path,) in connection.execute("SELECT path FROM files")}
    latest = dict(connection.execute("SELECT path, kind FROM changes ORDER BY number"))
    for path in set(gone) - set(moved.values()):
        if path in known and latest.get(path) not in {ChangeKind.DELETED, ChangeKind.ERASED}:
            _note(connection, ChangeKind.REMOVED, path)
    for path in read:
        if path in moved:
            _note(connection, ChangeKind.MOVED, f"{moved[path]} → {path}")
            continue
        kind = ChangeKind.CHANGED if path in known else ChangeKind.ADDED
        own = latest.get(path) in {ChangeKind.UPLOADED, ChangeKind.RESTORED}
        if kind is ChangeKind.CHANGED or not own:
            _note(connection, kind, path)
    connection.execute(
        "DELETE FROM changes WHERE trash='' AND number <= (SELECT max(number) FROM changes) - ?",
        [_KEPT],
    )


def _note(connection: sqlite3.Connection, kind: ChangeKind, path: str, trash: str = "") -> None:
    connection.execute(
        "INSERT INTO changes (at, kind, path, trash) VALUES (?,?,?,?)",
        [datetime.now(UTC).isoformat(timespec="seconds"), kind, path, trash],
    )
