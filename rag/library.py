"""What reading the corpus' files gave, kept on disk: an unchanged file is not read again.

One file a corpus, written in transactions, so that a crash leaves the old or the new. What another
version of Plumbline's readers wrote, or what is damaged, is read anew.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import sqlite3
import threading
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.chunking import passage_at
from rag.codec import from_plain, to_plain
from rag.domain import NOTHING_INDEXED, Document, Indexed, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.corpus import File

logger = logging.getLogger(__name__)

_READERS = ("extraction", "chunking", "sentences", "analysis", "languages", "knowledge", "library")
"""Modules whose every change may change what a file gives."""
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS entries (
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
        version TEXT NOT NULL, record BLOB NOT NULL
    )
"""

Read = tuple[Document | Unreadable, Indexed]
"""What a file gave."""


class Library:
    """A corpus' files as they were read; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._version = _version()
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(_SCHEMA)
        except sqlite3.DatabaseError as error:
            database.close()
            return self._start_over(error)
        return database

    def _start_over(self, error: Exception) -> sqlite3.Connection:
        logger.warning(
            "What was read of the corpus before is damaged (%s); all files are read again.", error
        )
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return self._open()

    def known(self, files: Iterable[File]) -> dict[File, Read]:
        """What is kept of these very files: same path, size and time, read by this version."""
        wanted = {(file.path, file.size, file.modified_ns): file for file in files}
        with self._lock:
            try:
                rows = self._db.execute(
                    "SELECT path, size, modified_ns, record FROM entries WHERE version=?",
                    [self._version],
                ).fetchall()
                return {
                    wanted[key]: _read(record)
                    for *signature, record in rows
                    if (key := tuple(signature)) in wanted
                }
            except (sqlite3.DatabaseError, zlib.error, ValueError, KeyError, TypeError) as error:
                self._db.close()
                self._db = self._start_over(error)
                return {}

    def keep(self, read: Iterable[tuple[File, Read]], gone: Iterable[str] = ()) -> None:
        """Keep what files gave, and forget others by path; all of it or nothing."""
        rows = [
            (file.path, file.size, file.modified_ns, self._version, _record(*given))
            for file, given in read
        ]
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("DELETE FROM entries WHERE path=?", [(path,) for path in gone])
            self._db.executemany("INSERT OR REPLACE INTO entries VALUES (?,?,?,?,?)", rows)
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _version() -> str:
    digest = hashlib.sha256(importlib.metadata.version("kreuzberg").encode())
    for name in _READERS:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _record(result: Document | Unreadable, indexed: Indexed) -> bytes:
    """As compressed JSON; passages without their text, which stands in the document's."""
    content: dict[str, Any] = {"readable": isinstance(result, Document), "result": to_plain(result)}
    content["terms"], content["name"] = indexed.terms, indexed.name
    content["words"] = indexed.words
    content["passages"] = [
        [p.start, p.end, p.heading, p.page, p.table_header] for p in indexed.passages
    ]
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(errors="surrogatepass"), 1)


def _read(record: bytes) -> Read:
    content = json.loads(zlib.decompress(record).decode(errors="surrogatepass"))
    if not content["readable"]:
        return from_plain(Unreadable, content["result"]), NOTHING_INDEXED
    document = from_plain(Document, content["result"])
    return document, Indexed(
        tuple(passage_at(document, *place) for place in content["passages"]),
        tuple(map(tuple, content["terms"])),
        tuple(content["name"]),
        tuple((word, term) for word, term in content["words"]),
    )
