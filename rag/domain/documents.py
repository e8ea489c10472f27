"""Files, documents and the passages cut from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

GUIDE_FOLDER = "guide"
HEADING_SEPARATOR = " › "
MAX_FILE_BYTES = 200 * 1024 * 1024
"""Larger files are listed but not read: one of them would fill the memory."""


@dataclass(frozen=True, slots=True)
class File:
    """A file in the corpus folder; a file equal to its last version is not read again."""

    path: str
    size: int
    modified_ns: int
    problem: str = ""
    """Why the file cannot be examined, in a sentence."""

    @property
    def name(self) -> str:
        """The path in a form that can be displayed and encoded."""
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
    """ISO 639-1 code; ``"en"`` if the language is unknown."""
    pages: tuple[Page, ...] = ()
    """The pages whose position in the text is known."""
    page_count: int = 0
    """0 if the kind of file has no pages."""
    pages_readable: int = 0
    recognised: bool = False
    """Whether the text was recognised (OCR) in images."""
    code: bool = False
    """Whether it is program text, settings or a log: its lines are no prose and no Markdown."""
    unread: tuple[str, ...] = ()
    """Names of its attachments that cannot be read."""
    hidden: bool = False
    """Whether it holds text that its reader does not see."""
    attachments: tuple[Document, ...] = ()
    """The documents attached to a mail; their paths are below its own."""


PRIVATE = "private:/"
"""The prefix of the path of a document that belongs to one conversation."""
SHIPPED_GUIDE = "guide:/"
"""The prefix of the path of a document of the shipped guide, beside a folder of one's own."""


class FileStatus(StrEnum):
    """Whether a file of the corpus can be searched."""

    INDEXED = "indexed"
    PARTLY = "partly"
    """Some of its pages are not readable."""
    WAITING = "waiting"
    """The file is still being written or has not been read yet."""
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    """Another file with the same bytes is searched instead."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The state of one file of the corpus."""

    path: str
    """Relative to the corpus folder, with forward slashes."""
    size: int
    """In bytes, at the time of reading."""
    modified_ns: int
    status: FileStatus
    reason: str = ""
    """Why the file cannot be searched in full, in one sentence."""
    sha256: str = ""
    title: str = ""
    language: str = ""
    pages: int = 0
    """0 if the kind of file has no pages."""
    pages_readable: int = 0
    passages: int = 0
    flags: tuple[str, ...] = ()
    """Remarks on the text's quality for the user."""
    indexed_at: str = ""
    """ISO 8601, UTC."""
    document: int = 0
    """The key of the stored text, never reused; 0: there is none."""
    attached_to: str = ""
    """The path of the mail that it is attached to; empty for a file."""

    @property
    def name(self) -> str:
        """The path in a form that can be displayed and encoded."""
        return self.path.encode(errors="replace").decode()

    @property
    def file(self) -> str:
        """The path of the file on disk that holds it."""
        return self.attached_to or self.path


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading of new files is."""

    done: int
    files: int
    seconds_left: float | None
    """None before the first file is read."""


class ChangeKind(StrEnum):
    """What happened to a file of the corpus."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    UPLOADED = "uploaded"
    """Added through the panel; can be undone."""
    DELETED = "deleted"
    """Deleted through the panel; can be undone."""
    RESTORED = "restored"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class CorpusChange:
    """An entry in the list of recent changes."""

    number: int
    at: str
    """ISO 8601, UTC."""
    kind: ChangeKind
    path: str
    trash: str = ""
    """Where a deleted file is kept; empty if the change cannot be undone."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a document: ``document.text[start:end] == text``."""

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
    code: bool = False
    """Whether its document is program text, settings or a log."""

    @property
    def key(self) -> str:
        """What tells it from every other passage, in a store too."""
        return f"{self.sha256}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document's index terms: those of each passage and those of its name."""

    path: str
    terms: tuple[tuple[str, ...], ...]
    name: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """The words of the text in lower case and without accents, with their terms."""


def source_of(passage: Passage) -> str:
    """The title and the headings of a passage, each once."""
    headings = passage.heading.removeprefix(passage.title).strip(HEADING_SEPARATOR)
    return HEADING_SEPARATOR.join(part for part in (passage.title, headings) if part)


class Watch(StrEnum):
    """How changes in the corpus folder are noticed."""

    AUTO = "auto"
    NATIVE = "native"
    POLL = "poll"
    OFF = "off"
