"""Documents that belong to a single conversation.

Each conversation has its own folder, store and index, so that nothing of it, not even a word's
rarity, affects anyone else's answers; they are deleted with the conversation.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.corpus.filenames import copy_file, reserve_file, safe_name
from rag.corpus.knowledge_base import KnowledgeBase
from rag.domain.documents import PRIVATE, FileStatus
from rag.domain.errors import UploadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.corpus.readers import Readers
    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import LedgerEntry
    from rag.domain.protocols import RetrieverFamily

MAX_FILES = 20
"""Per conversation; more documents belong in the corpus folder."""
MAX_OPEN = 20
"""The maximum number of conversations whose documents are kept open."""


@dataclass
class _OpenConversation:
    """A conversation's documents, with a cache of the combined snapshot."""

    knowledge: KnowledgeBase
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    shared: Snapshot | None = None
    private: Snapshot | None = None
    both: Snapshot | None = None

    def with_shared(self, shared: Snapshot) -> Snapshot:
        """Return the combined snapshot, rebuilt if one of its parts has changed."""
        private = self.knowledge.current or self.knowledge.refresh()
        if self.both is None or self.shared is not shared or self.private is not private:
            self.shared, self.private = shared, private
            self.both = shared.with_private(private)
        return self.both


class Uploads:
    """The documents of conversations in ``folder``; safe to use from several threads."""

    def __init__(
        self, folder: Path, family: RetrieverFamily, readers: Readers, *, max_bytes: int
    ) -> None:
        self._folder = folder
        self._family = family
        self._readers = readers
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._open: dict[str, _OpenConversation] = {}

    def add(self, conversation: str, name: str, source: Path) -> LedgerEntry:
        """Copy a file into a conversation and read it; blocks.

        Raises UploadError with a sentence for the user: too large, too many, unreadable.
        """
        name = safe_name(name)
        if source.stat().st_size > self._max_bytes:
            raise UploadError(
                f"{name} is larger than {self._max_bytes // 1024**2} MB.",
                "Have it put into the corpus folder, or split it.",
            )
        folder = self._files(conversation)
        folder.mkdir(parents=True, exist_ok=True)
        with self._opened(conversation) as own:
            if len(list(folder.iterdir())) >= MAX_FILES:
                raise UploadError(
                    f"{name} was not added: a conversation has at most {MAX_FILES} documents.",
                    "Begin a new conversation, or have documents put into the corpus folder.",
                )
            target = reserve_file(folder, name)
            copy_file(source, target)
            entry = _entry(own.knowledge.refresh(), target.name)
            if entry is None or entry.status not in {FileStatus.INDEXED, FileStatus.PARTLY}:
                target.unlink(missing_ok=True)
                own.knowledge.refresh()
                reason = entry.reason if entry else "It went away."
                raise UploadError(f"{name} was not added. {reason}")
            return entry

    def with_shared(self, conversation: str, shared: Snapshot) -> Snapshot:
        """Return the snapshot of the shared corpus and the conversation's own documents."""
        if not conversation or not self._files(conversation).is_dir():
            return shared
        with self._opened(conversation) as own:
            return own.with_shared(shared)

    def files(self, conversation: str) -> tuple[LedgerEntry, ...]:
        """Return a conversation's documents, by name."""
        if not self._files(conversation).is_dir():
            return ()
        with self._opened(conversation) as own:
            return (own.knowledge.current or own.knowledge.refresh()).files

    def locate(self, conversation: str, path: str) -> Path | None:
        """Return the path of a private document's file, or None if there is no such document."""
        name = path.removeprefix(PRIVATE)
        files = (one.file for one in self.files(conversation) if one.path == name)
        return next((self._files(conversation) / file for file in files), None)

    def promote(self, conversation: str, path: str, corpus: Path) -> str:
        """Move a document into the shared corpus; return its path there.

        Raises UploadError if the conversation has no such document.
        """
        source = self.locate(conversation, path)
        if source is None:
            raise UploadError("There is no such document in this conversation.")
        with self._opened(conversation) as own:
            target = reserve_file(corpus, source.name)
            copy_file(source, target)
            source.unlink()
            own.knowledge.refresh()
            own.knowledge.tidy()  # erases its text, which the shared corpus has now
        return target.name

    def take_back(self, conversation: str, name: str, corpus: Path) -> str:
        """Move a document that was shared back into its conversation; return its path there.

        Raises UploadError if it is not in the shared corpus any more, or cannot be taken.
        """
        source = corpus / name
        if not source.is_file():
            raise UploadError(f"{name} is not among the shared documents any more.")
        entry = self.add(conversation, name, source)
        source.unlink()
        return entry.path

    def delete(self, conversation: str) -> None:
        """Delete all of a conversation's documents."""
        with self._lock:
            own = self._open.pop(conversation, None)
        if own:
            with own.lock:
                own.knowledge.close()
        shutil.rmtree(self._folder_of(conversation), ignore_errors=True)

    @contextmanager
    def _opened(self, conversation: str) -> Iterator[_OpenConversation]:
        """A conversation's documents, for one thread at a time."""
        with self._lock:
            self._close_idle()
            if conversation not in self._open:
                knowledge = KnowledgeBase(
                    self._files(conversation),
                    self._family,
                    state=self._folder_of(conversation),
                    readers=self._readers,
                )
                self._open[conversation] = _OpenConversation(knowledge)
            own = self._open[conversation] = self._open.pop(conversation)  # most recent last
            own.users += 1
        try:
            with own.lock:
                yield own
        finally:
            with self._lock:
                own.users -= 1

    def _close_idle(self) -> None:
        """Close the least recently used conversations, which take file handles and memory."""
        for conversation in list(self._open)[:-MAX_OPEN]:
            if not self._open[conversation].users:
                self._open.pop(conversation)  # its store closes when the last answer from it ends

    def _folder_of(self, conversation: str) -> Path:
        return self._folder / hashlib.sha256(conversation.encode()).hexdigest()[:32]

    def _files(self, conversation: str) -> Path:
        return self._folder_of(conversation) / "files"


def _entry(generation: Snapshot, name: str) -> LedgerEntry | None:
    return next((file for file in generation.files if file.path == name), None)
