"""Files, documents and the passages cut from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GUIDE_FOLDER = "guide"
MAX_FILE_BYTES = 200 * 1024 * 1024
"""Larger files are named and left out: one of them would hold the memory of all others."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the corpus as the folder shows it; equal files need not be read again."""

    path: str
    size: int
    modified_ns: int
    problem: str = ""
    """Why it cannot even be looked at, in a sentence."""

    @property
    def name(self) -> str:
        """Its path as it can be shown and written."""
        return self.path.encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document: ``text[start:end]`` of the document's text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text. ``path`` is relative to the corpus folder, with forward slashes."""

    path: str
    title: str
    text: str
    sha256: str
    """Hash of the file's bytes, not of the text."""
    language: str
    """ISO 639-1 code, ``"en"`` where nothing tells."""
    pages: tuple[Page, ...] = ()
    """Those that could be found in the text."""
    page_count: int = 0
    """0 where the kind of file has none."""
    pages_readable: int = 0
    recognised: bool = False
    """Was its text recognised from pictures?"""


PRIVATE = "private:/"
"""Begins the path of a document that only one conversation has."""


class FileStatus(StrEnum):
    """How far a file of the corpus answers."""

    INDEXED = "indexed"
    PARTLY = "partly"
    """Some of its pages are not readable."""
    WAITING = "waiting"
    """It is still being written, or its turn has not come."""
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    """Another file with the same bytes answers."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What is known of one file of the corpus."""

    path: str
    """Relative to the corpus folder, with forward slashes."""
    size: int
    """In bytes, when it was read."""
    modified_ns: int
    status: FileStatus
    reason: str = ""
    """Why it does not answer wholly, in one sentence for a person."""
    sha256: str = ""
    title: str = ""
    language: str = ""
    pages: int = 0
    """0 where the kind of file has none."""
    pages_readable: int = 0
    passages: int = 0
    flags: tuple[str, ...] = ()
    """What a person should know of its text."""
    indexed_at: str = ""
    """ISO 8601, UTC."""
    document: int = 0
    """Under which its text is kept; never used for another one. 0: there is none."""

    @property
    def name(self) -> str:
        """Its path as it can be shown and written."""
        return self.path.encode(errors="replace").decode()


class ChangeKind(StrEnum):
    """What happened to a file of the corpus."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    UPLOADED = "uploaded"
    """Through the panel; it can be undone."""
    DELETED = "deleted"
    """As above."""
    RESTORED = "restored"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class CorpusChange:
    """A line of the list of last changes."""

    number: int
    at: str
    """ISO 8601, UTC."""
    kind: ChangeKind
    path: str
    trash: str = ""
    """Where a deleted file is kept; empty where nothing can be undone."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document: ``document.text[start:end] == text``."""

    document: str
    title: str
    text: str
    start: int
    end: int
    sha256: str
    language: str
    heading: str = ""
    """The headings above it, outermost first, joined by `` › ``."""
    page: int | None = None
    table_header: str = ""
    """The header rows of the table that ``text`` is cut from; not part of ``text``."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document as it is indexed: each passage's terms, and those of its name."""

    path: str
    terms: tuple[tuple[str, ...], ...]
    name: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """The words as they are written, in small letters and without accents, with their terms."""


def source_of(passage: Passage) -> str:
    """Where a passage stands: title and headings, each once."""
    headings = passage.heading.removeprefix(passage.title).strip(" ›")
    return " › ".join(part for part in (passage.title, headings) if part)


class Watch(StrEnum):
    """How changes in the corpus folder are noticed."""

    AUTO = "auto"
    NATIVE = "native"
    POLL = "poll"
    OFF = "off"
