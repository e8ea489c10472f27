"""File -> the record that is stored of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.corpus.ingestion import hidden_text
from rag.corpus.ingestion.chunking import passages_of
from rag.corpus.ingestion.extraction import extract
from rag.corpus.ingestion.index_terms import indexed
from rag.corpus.ingestion.recognition import NO_TEXT
from rag.corpus.ingestion.record import Packed, packed
from rag.domain.documents import FileStatus, LedgerEntry
from rag.domain.errors import ExtractionError, FileBusy
from rag.text.prompt_injection import FLAG, speaks_to_a_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rag.domain.documents import Document, File, Passage


class InProcessReader:
    """Reads files one after the other, in this process."""

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        """Yield the record of each file."""
        return (read_file(folder, file) for file in files)

    def rest(self) -> None:
        """Do nothing: no resources are held."""


def read_file(folder: Path, file: File) -> Packed:
    """Read a file of the corpus; a failure is recorded in its entry. Blocks."""
    entry = LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.INDEXED)
    try:
        if file.problem:
            raise FileBusy(file.problem)
        document = extract(folder / file.path, file.path)
    except ExtractionError as error:
        busy = isinstance(error, FileBusy)
        status = FileStatus.WAITING if busy else FileStatus.UNREADABLE
        return Packed(replace(entry, status=status, reason=str(error)))
    attached = [
        _record(one, replace(entry, path=one.path, attached_to=file.path))
        for one in _with_attachments(document)
        if one is not document
    ]
    return replace(_record(document, entry), attachments=tuple(attached))


def _with_attachments(document: Document) -> Iterator[Document]:
    yield document
    for attached in document.attachments:
        yield from _with_attachments(attached)


def _record(document: Document, entry: LedgerEntry) -> Packed:
    passages = passages_of(document)
    if not passages and not document.attachments:
        return Packed(replace(entry, status=FileStatus.UNREADABLE, reason=NO_TEXT))
    doubts = _doubts(document)
    entry = replace(
        entry,
        status=FileStatus.PARTLY if doubts else FileStatus.INDEXED,
        reason=doubts,
        sha256=document.sha256,
        title=document.title,
        language=document.language,
        pages=document.page_count,
        pages_readable=document.pages_readable,
        passages=len(passages),
        flags=_flags(document),
        indexed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return packed(entry, document, passages, indexed(document, passages))


def _flags(document: Document) -> tuple[str, ...]:
    orders = (FLAG,) if speaks_to_a_model(document.text) else ()
    return (*orders, hidden_text.FLAG) if document.hidden else orders


def _doubts(document: Document) -> str:
    """Return why a document's text may be incomplete, in a sentence; empty if it is not."""
    doubts = []
    if document.pages_readable < document.page_count:
        doubts.append(f"{document.pages_readable} of {document.page_count} pages are readable.")
    if document.recognised:
        doubts.append("Text was recognised from pictures; letters may be wrong.")
    if document.unread:
        doubts.append(f"Attachments cannot be read: {', '.join(document.unread)}.")
    return " ".join(doubts)


def renamed(entry: LedgerEntry, kept: tuple[Document, tuple[Passage, ...]], file: File) -> Packed:
    """Return the record of a moved file under its new path."""
    document, passages = kept
    old, new = PurePosixPath(document.path), PurePosixPath(file.path)
    title = {old.stem: new.stem, old.name: new.name}.get(document.title, document.title)
    document = replace(document, path=file.path, title=title)
    passages = tuple(replace(p, document=file.path, title=title) for p in passages)
    entry = replace(
        entry, path=file.path, title=title, size=file.size, modified_ns=file.modified_ns
    )
    return packed(entry, document, passages, indexed(document, passages))


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes, or an empty string if it cannot be opened."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
