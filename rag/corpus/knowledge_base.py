"""The folder's current snapshot: mutable only as a whole, so that readers see one state."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from rag.corpus.document_store import DocumentStore
from rag.corpus.folder import Folder, is_unsettled, still_written
from rag.corpus.index_sync import HELD_PASSAGES, IndexSync
from rag.corpus.ingestion.reader import InProcessReader
from rag.corpus.moves import find_moved
from rag.corpus.snapshot import Snapshot
from rag.domain.documents import SHIPPED_GUIDE, FileStatus, LedgerEntry, Reading
from rag.domain.private_files import PRIVATE_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rag.corpus.database import DatabaseState
    from rag.corpus.folder import Changed
    from rag.corpus.ingestion.record import Packed
    from rag.corpus.readers import Readers
    from rag.domain.documents import File
    from rag.domain.protocols import Retriever, RetrieverFamily

logger = logging.getLogger(__name__)
FIRST_LOOK_S = 10.0
"""How long the first question waits for documents that are read for the first time."""
MOST_SETTLING_S = 5.0
"""How long a question waits for files that are being written."""
PUBLISH_S = 1.0
"""The interval at which files become searchable while many are read."""


class KnowledgeBase:
    """A folder's passages, updated by ``refresh``; safe to use from several threads."""

    def __init__(  # noqa: PLR0913 - one argument per part
        self,
        folder: Path,
        family: RetrieverFamily,
        *,
        guide: bool = True,
        beside: KnowledgeBase | None = None,
        state: Path | None = None,
        readers: Readers | None = None,
        settle_s: float = 0.0,
        publish_s: float = PUBLISH_S,
        held_passages: int = HELD_PASSAGES,
    ) -> None:
        """``state``: the state folder of the corpus; without one, nothing is stored.

        ``beside``: the shipped guide, which is read once, after the folder.

        ``settle_s``: how long a file's size and time must be unchanged before it is read.
        """
        self.folder = folder
        self._state = state
        self.store = DocumentStore(state / "library.sqlite3" if state else None)
        self._index = IndexSync(self.store, family, state, held_passages)
        self._folder = Folder(folder, guide=guide, settle_s=settle_s)
        self._beside = beside
        self._readers = readers or InProcessReader()
        self._settle_s = settle_s
        self._publish_s = publish_s
        self._lock = threading.Lock()
        self._lock_file = FileLock(state / "writing.lock", mode=PRIVATE_FILE) if state else None
        self._snapshot: Snapshot | None = None
        self._read_state: DatabaseState | None = None
        """The store's state behind the snapshot."""
        self._read_paths: set[str] = set()
        """The paths of the files read by this version of the readers."""
        self._waiting: dict[str, LedgerEntry] = {}
        """Files that could not be opened, or are still being written."""
        self._first_look = threading.Event()
        self.watched = False
        """Whether a watcher refreshes this whenever the folder changes."""
        self.behind = False
        """Whether another process prevented the last changes from being read."""
        self.progress: tuple[int, int] | None = None
        """(files read, files to read) during a refresh."""
        self._reading_since = 0.0
        self.report: Callable[[int, int], None] | None = None
        """Called with each change of ``progress``."""

    @property
    def current(self) -> Snapshot | None:
        """The snapshot of the last refresh, or None before the first."""
        return self._snapshot

    @property
    def reading(self) -> Reading | None:
        """How far a refresh is; None if nothing is read."""
        progress = self.progress
        if progress is None:
            return None
        done, files = progress
        spent = time.monotonic() - self._reading_since
        return Reading(done, files, spent / done * (files - done) if done else None)

    def fresh(self) -> Snapshot:
        """Return the snapshot to answer from, refreshed unless a watcher does that.

        Blocks at the first refresh, and if nothing watches. Raises CorpusError.
        """
        if self.watched:
            self._first_look.wait(FIRST_LOOK_S)
        if self.watched and self._snapshot and self.folder.is_dir():
            return self._snapshot
        return self.refresh()

    def refresh(self, *, wait: bool = True) -> Snapshot:
        """Read the new and changed files in the folder, and return the current snapshot.

        Blocks while files are read; ``wait``: also until files that are being written settle, and
        while another process reads. Raises CorpusError if there is no folder; files that cannot be
        read are listed in ``unreadable``.
        """
        with self._lock:
            snapshot = self._refresh_once(wait=wait)
            if any(f.status is FileStatus.DUPLICATE for f in snapshot.files):
                # An original may have changed meanwhile.
                snapshot = self._refresh_once(wait=wait)
            deadline = time.monotonic() + MOST_SETTLING_S
            while wait and is_unsettled(self._waiting.values()) and time.monotonic() < deadline:
                time.sleep(self._settle_s / 2)
                snapshot = self._refresh_once(wait=wait)
            self._first_look.set()
            if self._beside and not self._beside.current:
                self._beside.refresh()
                snapshot = self._catch_up()
            return snapshot

    def _refresh_once(self, *, wait: bool) -> Snapshot:
        if not self._changes():
            return self._up_to_date()
        with self._write_lock(wait=wait) as may_write:
            # Another process may have read the changes meanwhile.
            self.behind = not may_write
            return self._apply(self._changes()) if may_write else self._up_to_date()

    @contextmanager
    def _write_lock(self, *, wait: bool) -> Iterator[bool]:
        """Acquire the lock for writing; yield whether it was acquired."""
        if self._lock_file is None:
            yield True
            return
        try:
            self._lock_file.acquire(timeout=-1 if wait else 0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            self._lock_file.release()

    def _up_to_date(self) -> Snapshot:
        """The current snapshot, including what other processes have read."""
        if self._snapshot is None or self._read_state != self.store.state:
            return self._catch_up()
        return self._snapshot

    def _changes(self) -> Changed:
        """Compare the folder with the store."""
        known = {file.path: file for file in self._up_to_date().files}
        return self._folder.changes(known, self._read_paths)

    def _apply(self, changed: Changed) -> Snapshot:
        self._waiting = {
            file.path: still_written(file, changed.known) for file in changed.unsettled
        }
        moved = find_moved(self.folder, changed, self.store)
        # A name that cannot be encoded was never stored, nor can the store look it up.
        gone = [path for path in changed.gone if _is_text(path)]
        if moved or gone:
            self.store.keep(
                moved.values(), gone, {one.entry.path: old for old, one in moved.items()}
            )
        there = {one.entry.path for one in moved.values()}
        wanted = [file for file in changed.settled if file.path not in there]
        self._reading_since = time.monotonic()
        self.progress = (0, len(wanted)) if wanted else None
        try:
            unread = {file.path for file in wanted}
            for batch in self._in_batches(wanted):
                self._add_records(batch, changed.known, unread)
        finally:
            self.progress = None
        return self._catch_up()

    def _in_batches(self, files: Sequence[File]) -> Iterator[list[Packed]]:
        """Read files, and yield the records of each publishing interval together."""
        batch: list[Packed] = []
        started = time.monotonic()
        for done, one in enumerate(self._readers.read(self.folder, files), start=1):
            batch.append(one)
            self.progress = (done, len(files))
            if self.report:
                self.report(done, len(files))
            if time.monotonic() - started > self._publish_s:
                yield batch
                self._first_look.set()
                batch, started = [], time.monotonic()
        yield batch

    def _add_records(
        self, batch: Sequence[Packed], known: Mapping[str, LedgerEntry], unread: set[str]
    ) -> None:
        """Store and index records; of files with the same bytes only one.

        Files in ``unread`` may have changed, so none is the original of another.
        """
        answering = (e for e in self.store.entries() if e.document and e.file not in unread)
        originals = {e.sha256: e for e in answering}
        kept: list[Packed] = []
        for one in sorted(batch, key=lambda one: one.entry.path):
            entry = one.entry
            unread.discard(entry.path)
            if entry.status is FileStatus.WAITING:
                old = known.get(entry.path, entry)
                self._waiting[entry.path] = replace(old, status=entry.status, reason=entry.reason)
            else:
                kept.append(_unless_duplicate(one, originals))
                if entry.status is FileStatus.UNREADABLE:
                    logger.warning("%s is left out. %s", entry.name, entry.reason)
        # After the files: a file, not its copy in a mail, is the original.
        attachments = [_unless_duplicate(a, originals) for one in kept for a in one.attachments]
        self.store.keep([*kept, *attachments])
        self._catch_up()
        self._use_saved(self._index.save_if_full())

    def _catch_up(self) -> Snapshot:
        """Update the index from the store, and make that the snapshot."""
        synced = self._index.catch_up()
        beside = self._beside.current if self._beside else None
        self._read_state, self._read_paths = synced.state, synced.read
        files = {entry.path: entry for entry in synced.entries} | self._waiting
        self._snapshot = Snapshot(
            tuple(files[path] for path in sorted(files)),
            synced.retriever,
            self.folder.joinpath,
            self.store.version,
            self.progress,
            self.store.document,
            self._state,
            beside.under(SHIPPED_GUIDE) if beside else None,
        )
        return self._snapshot

    def _use_saved(self, retriever: Retriever | None) -> None:
        """Replace the index in memory by the saved one, which is mapped."""
        if retriever and self._snapshot:
            self._snapshot = replace(self._snapshot, retriever=retriever)

    def tidy(self) -> None:
        """Erase what no file has any more, and compact and save the index if that is worth it.

        Blocks, so call it in the background; does nothing while another process writes.
        """
        self._readers.rest()
        with self._lock, self._write_lock(wait=False) as may_write:
            if may_write:
                self.store.purge()
                self._use_saved(self._index.tidy())

    def read_again(self, path: str) -> Snapshot:
        """Read a file even though it seems unchanged; blocks."""
        self.store.expire(path)
        return self.refresh()

    def erase(self, paths: Sequence[str], sha256: str) -> None:
        """Permanently forget files, by the hash of their bytes: neither text nor words remain.

        The files themselves are deleted before. Blocks while the index is rewritten.
        """
        with self._lock, self._write_lock(wait=True):
            self.store.erase(paths, sha256)
            self._save(compact=True)
            self.store.purge()
            self.store.end_erasing(sha256)

    def close(self) -> None:
        """Close the store; the object cannot be used afterwards."""
        if self._beside:
            self._beside.close()
        with self._lock:
            self.store.close()

    def save(self) -> None:
        """Save the index for the next start; the rest is loaded from the store then."""
        with self._lock, self._write_lock(wait=True):
            self._save()

    def _save(self, *, compact: bool = False) -> None:
        self._catch_up()
        self._use_saved(self._index.save(compact=compact))


def _unless_duplicate(one: Packed, originals: dict[str, LedgerEntry]) -> Packed:
    """Return the record, without its text if an original has the same bytes."""
    entry = one.entry
    original = originals.get(entry.sha256)
    if original and original.path != entry.path:
        return one.as_duplicate_of(original)
    if one.record:
        originals[entry.sha256] = entry
    return one


def _is_text(path: str) -> bool:
    return path.encode(errors="replace").decode() == path
