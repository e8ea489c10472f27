"""File -> Document, through kreuzberg."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from rag.corpus.ingestion.cleaning import text_of, without_markup
from rag.corpus.ingestion.notebooks import NOTEBOOK, notebook_text
from rag.corpus.ingestion.pages import find_pages
from rag.corpus.ingestion.parsing import PDF, kind_of, parse
from rag.corpus.ingestion.plain_text import CODE, PLAIN_KINDS, decoded, plain_text
from rag.corpus.ingestion.recognition import (
    RECOGNISING_S,
    has_tesseract,
    in_time,
    languages_of,
    no_text_reason,
    recognise_pages,
    recognise_scan,
)
from rag.domain.documents import MAX_FILE_BYTES, Document
from rag.domain.errors import ExtractionError, FileBusy
from rag.text.language_detection import detect_language

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_HEADING = regex.compile(r"^#[ \t]+(.+)$", regex.MULTILINE)


def extract(
    path: Path, name: str, *, max_bytes: int = MAX_FILE_BYTES, recognising_s: float = RECOGNISING_S
) -> Document:
    """Read the file at ``path`` as the document called ``name``.

    Raises ExtractionError with a sentence for the user: unreadable, empty, encrypted, too large, of
    an unknown kind, or without any text.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= max_bytes else None
    except OSError as error:
        raise FileBusy(f"It cannot be opened ({error.strerror}).") from error
    if data is None:
        raise ExtractionError(f"It is larger than {max_bytes // 1024**2} MiB.")
    if not data:
        raise ExtractionError("It is empty (0 bytes).")
    kind = kind_of(path, data)
    if kind in PLAIN_KINDS:
        return _document(name, path, data, plain_text(decoded(data), kind), code=kind == CODE)
    if kind == NOTEBOOK:
        return _document(name, path, data, without_markup(notebook_text(decoded(data))))
    result = parse(path, data, kind)
    content, parts = result.content, list(result.pages or ())
    scanned = [p["page_number"] for p in parts if kind == PDF and not p["content"].strip()]
    recognised = 0
    if kind.startswith("image/"):
        content = recognise_scan(path, data, kind)
        recognised = 1
    elif scanned and (tesseract := has_tesseract()):
        pages_in_time = in_time(scanned, recognising_s)
        content, found = recognise_pages(
            path, data, content, pages_in_time, languages_of(tesseract)
        )
        parts = [
            {**part, "content": found.get(part["page_number"], part["content"])} for part in parts
        ]
        recognised = len(found)
    pages = [bool(part["content"].strip()) for part in parts] if kind == PDF else []
    text = text_of(content, kind)
    if not any(map(str.isalnum, text)):  # an empty table still has bars
        raise ExtractionError(no_text_reason(len(pages), scanned))
    title = result.metadata.get("title")
    return replace(
        _document(name, path, data, text, title if isinstance(title, str) else ""),
        pages=find_pages(text, parts),
        page_count=len(pages),
        pages_readable=sum(pages),
        recognised=recognised > 0,
    )


def _document(  # noqa: PLR0913 - what a document is made of
    name: str, path: Path, data: bytes, text: str, title: str = "", *, code: bool = False
) -> Document:
    text = text.replace("\x00", "")
    if not any(map(str.isalnum, text)):
        raise ExtractionError(no_text_reason(0, []))
    heading = None if code else _FIRST_HEADING.search(text)
    return Document(
        path=name,
        title=heading.group(1).strip() if heading else title.strip() or _named_after(path, code),
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        language=detect_language(text),
        code=code,
    )


def _named_after(path: Path, code: bool) -> str:  # noqa: FBT001 - of one document
    return path.name if code else path.stem
