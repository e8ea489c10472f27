"""Documents that only one conversation has.

Each conversation has a folder, a library and an index of its own, so that nothing of it, not even
a word's rarity, shows in an answer to anybody else; they go with the conversation.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import unicodedata
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import regex

from rag.domain import PRIVATE, FileStatus
from rag.errors import UploadError
from rag.knowledge import KnowledgeBase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.domain import LedgerEntry
    from rag.generation import Generation
    from rag.interfaces import RetrieverFamily
    from rag.reading import Readers

MAX_FILES = 20
"""In one conversation; more documents belong into the corpus folder."""
MAX_OPEN = 20
"""Conversations whose documents are held open."""
_MAX_NAME_BYTES = 120
_NOT_IN_NAMES = regex.compile(r'[\p{C}<>:"/\\|?*]')
_RESERVED = regex.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


@dataclass
class _Own:
    """A conversation's documents, and what they were last joined with."""

    knowledge: KnowledgeBase
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    shared: Generation | None = None
    private: Generation | None = None
    both: Generation | None = None

    def with_shared(self, shared: Generation) -> Generation:
        """Both as one; joined anew when one of them has changed."""
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
        self._open: dict[str, _Own] = {}

    def add(self, conversation: str, name: str, source: Path) -> LedgerEntry:
        """Copy a file into a conversation and read it; blocks.

        Raises UploadError with a sentence for people: too large, too many, unreadable.
        """
        name = safe_name(name)
        if source.stat().st_size > self._max_bytes:
            raise UploadError(
                f"{name} is larger than {self._max_bytes // 1024**2} MB.",
                "Have it put into the corpus folder, or split it.",
            )
        folder = self._files(conversation)
        folder.mkdir(parents=True, exist_ok=True)
        with self._own(conversation) as own:
            if len(list(folder.iterdir())) >= MAX_FILES:
                raise UploadError(
                    f"{name} was not added: a conversation has at most {MAX_FILES} documents.",
                    "Begin a new conversation, or have documents put into the corpus folder.",
                )
            target = reserved(folder, name)
            copied(source, target)
            entry = _entry(own.knowledge.refresh(), target.name)
            if entry is None or entry.status not in {FileStatus.INDEXED, FileStatus.PARTLY}:
                target.unlink(missing_ok=True)
                own.knowledge.refresh()
                reason = entry.reason if entry else "It went away."
                raise UploadError(f"{name} was not added. {reason}")
            return entry

    def with_shared(self, conversation: str, shared: Generation) -> Generation:
        """What a conversation is answered from: the shared corpus and its own documents."""
        if not conversation or not self._files(conversation).is_dir():
            return shared
        with self._own(conversation) as own:
            return own.with_shared(shared)

    def files(self, conversation: str) -> tuple[LedgerEntry, ...]:
        """A conversation's documents, by name."""
        if not self._files(conversation).is_dir():
            return ()
        with self._own(conversation) as own:
            return (own.knowledge.current or own.knowledge.refresh()).files

    def locate(self, conversation: str, path: str) -> Path | None:
        """Where the file of a private document is; None where the conversation has none such."""
        name = path.removeprefix(PRIVATE)
        if name in {file.path for file in self.files(conversation)}:
            return self._files(conversation) / name
        return None

    def promote(self, conversation: str, path: str, corpus: Path) -> str:
        """Move a document into the shared corpus; return its path there.

        Raises UploadError where the conversation has none such.
        """
        source = self.locate(conversation, path)
        if source is None:
            raise UploadError("There is no such document in this conversation.")
        with self._own(conversation) as own:
            target = reserved(corpus, source.name)
            copied(source, target)
            source.unlink()
            own.knowledge.refresh()
            own.knowledge.tidy()  # its text is the shared corpus' now
        return target.name

    def delete(self, conversation: str) -> None:
        """Erase all of a conversation's documents."""
        with self._lock:
            own = self._open.pop(conversation, None)
        if own:
            with own.lock:
                own.knowledge.close()
        shutil.rmtree(self._home(conversation), ignore_errors=True)

    @contextmanager
    def _own(self, conversation: str) -> Iterator[_Own]:
        """A conversation's documents, for one thread at a time."""
        with self._lock:
            self._close_idle()
            if conversation not in self._open:
                knowledge = KnowledgeBase(
                    self._files(conversation),
                    self._family,
                    state=self._home(conversation),
                    readers=self._readers,
                )
                self._open[conversation] = _Own(knowledge)
            own = self._open[conversation] = self._open.pop(conversation)  # the latest last
            own.users += 1
        try:
            with own.lock:
                yield own
        finally:
            with self._lock:
                own.users -= 1

    def _close_idle(self) -> None:
        """Close what was not used for long: each open conversation takes files and memory."""
        for conversation in list(self._open)[:-MAX_OPEN]:
            if not self._open[conversation].users:
                self._open.pop(conversation)  # its library closes with the last answer from it

    def _home(self, conversation: str) -> Path:
        return self._folder / hashlib.sha256(conversation.encode()).hexdigest()[:32]

    def _files(self, conversation: str) -> Path:
        return self._home(conversation) / "files"


def _entry(generation: Generation, name: str) -> LedgerEntry | None:
    return next((file for file in generation.files if file.path == name), None)


def safe_name(name: str) -> str:
    """A file name that is allowed everywhere and hides nothing, as near to ``name`` as can be."""
    plain = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", name.replace("\\", "/")))
    plain = _NOT_IN_NAMES.sub(" ", PurePosixPath(name.replace("\\", "/")).name) or plain
    plain = " ".join(plain.split()).strip(". ~$")
    suffix = PurePosixPath(plain).suffix[:20]
    stem = plain.removesuffix(suffix) or "document"
    while len(f"{stem}{suffix}".encode()) > _MAX_NAME_BYTES:
        stem = stem[:-1]
    return f"_{stem}{suffix}" if _RESERVED.match(stem) else f"{stem}{suffix}"


def reserved(folder: Path, name: str) -> Path:
    """A path in a folder that no file had, numbered where need be; an empty file holds it."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    for number in count(1):
        path = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers do not end")


def copied(source: Path, target: Path) -> None:
    """Copy a file in one step; where that fails, an empty file that held its place goes."""
    partial = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        shutil.copyfile(source, partial)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        if target.exists() and target.stat().st_size == 0:
            target.unlink()
        raise
