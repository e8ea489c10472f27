"""File -> Document, through kreuzberg."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import regex

from rag.corpus.ingestion.cleaning import text_of
from rag.corpus.ingestion.pages import find_pages
from rag.corpus.ingestion.parsing import PDF, kind_of, parse
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
    return Document(
        path=name,
        title=_title(text, dict(result.metadata), path),
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        language=detect_language(text),
        pages=find_pages(text, parts),
        page_count=len(pages),
        pages_readable=sum(pages),
        recognised=recognised > 0,
    )


def _title(text: str, metadata: dict[str, Any], path: Path) -> str:
    if match := _FIRST_HEADING.search(text):
        return match.group(1).strip()
    title = metadata.get("title")
    return title.strip() if isinstance(title, str) and title.strip() else path.stem
