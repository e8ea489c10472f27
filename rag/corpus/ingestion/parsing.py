"""Bytes of a known kind -> text, by the libraries that read documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.corpus.ingestion.notebooks import NOTEBOOK
from rag.corpus.ingestion.plain_text import CODE, PLAIN, UNKNOWN, decoded
from rag.domain.errors import ExtractionError

if TYPE_CHECKING:
    from pathlib import Path

    from kreuzberg import ExtractionResult

PDF = "application/pdf"
MARKDOWN = "text/markdown"
_TEXT_TYPES = {
    ".md": MARKDOWN,
    ".mdx": MARKDOWN,
    ".qmd": MARKDOWN,
    ".rmd": MARKDOWN,
    ".txt": PLAIN,
    ".adoc": PLAIN,
    ".asciidoc": PLAIN,
    ".log": CODE,
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".rst": "text/x-rst",
    ".org": "text/x-org",
    ".json": "application/json",
    ".ipynb": NOTEBOOK,
    ".svg": "application/xml",
    ".html": "text/html",
    ".htm": "text/html",
}
BINARY_TYPES = frozenset(
    {PDF, "application/rtf", "application/epub+zip", "application/msword"}
    | {f"application/vnd.ms-{name}" for name in ("excel", "powerpoint", "outlook", "word")}
    | {
        f"application/vnd.openxmlformats-officedocument.{name}"
        for name in (
            "wordprocessingml.document",
            "spreadsheetml.sheet",
            "presentationml.presentation",
        )
    }
    | {f"application/vnd.oasis.opendocument.{n}" for n in ("text", "spreadsheet", "presentation")}
)
"""A file name with another extension is wrong if the content is one of these."""
_SEPARATOR = regex.compile(r"\Asep=.[ \t]*\n")
"""The first line of a CSV file by which Excel knows its separator; it is no data."""
_OLD_OFFICE = frozenset({"application/msword", "application/vnd.ms-powerpoint"})
"""As Markdown their paragraphs are merged, and mixed with the template's text."""
_SHARED = frozenset({PLAIN, CODE, "text/html", "application/xml", "text/xml", "application/json"})
"""Content types shared by many kinds of text; the file name decides."""
_BYTES = "application/octet-stream"
_CONTAINERS = frozenset({"application/zip", "application/x-ole-storage", "application/x-cfb"})


def parse(
    path: Path, data: bytes, kind: str, *, recognised_in: str = "", page: int = 0
) -> ExtractionResult:
    """Read a document; ``recognised_in``: the languages for OCR, of ``page`` only if given."""
    import kreuzberg  # noqa: PLC0415 - 35 MB that a process without documents need not load

    config = kreuzberg.ExtractionConfig(
        output_format="plain" if kind in _OLD_OFFICE else "markdown",
        pages=kreuzberg.PageConfig(extract_pages=True),
        # By default a page's first line is taken for a header and dropped.
        content_filter=kreuzberg.ContentFilterConfig(
            include_headers=True, include_footers=True, strip_repeating_text=False
        ),
        use_cache=False,
        force_ocr_pages=[page] if page else None,
        disable_ocr=not recognised_in,  # type: ignore[call-arg]  # its stubs lack it
        ocr=kreuzberg.OcrConfig(
            backend="tesseract",
            language=recognised_in,
            # The cache would be in the home folder and outlive the document.
            tesseract_config=kreuzberg.TesseractConfig(use_cache=False),
        )
        if recognised_in
        else None,
    )
    try:
        if path.suffix.lower() in _TEXT_TYPES or kind in _TEXT_TYPES.values():
            text = "" if kind in BINARY_TYPES else _SEPARATOR.sub("", decoded(data))
            data = text.encode() if text else data
        return kreuzberg.extract_bytes_sync(data, kind, config=config)
    except (kreuzberg.KreuzbergError, RuntimeError, OSError) as error:
        raise ExtractionError(_reason_of(error)) from error


def kind_of(path: Path, data: bytes) -> str:
    """Return the kind of document by its content, or else by its name.

    What is of no known kind but readable is plain text. Raises ExtractionError if it is not.
    """
    named, found = _named(path), _found(data)
    if named and (
        not found or found in _CONTAINERS or (found in _SHARED and named not in BINARY_TYPES)
    ):
        return named
    if found and found != _BYTES:
        return found
    decoded(data)
    return PLAIN


def _named(path: Path) -> str:
    import kreuzberg  # noqa: PLC0415 - as above

    if kind := _TEXT_TYPES.get(path.suffix.lower()):
        return kind
    try:
        named = kreuzberg.detect_mime_type_from_path(str(path))
    except (RuntimeError, kreuzberg.KreuzbergError):
        return ""
    return "" if named == _BYTES else named


def _found(data: bytes) -> str:
    import kreuzberg  # noqa: PLC0415 - as above

    try:
        return kreuzberg.detect_mime_type(data)
    except (RuntimeError, kreuzberg.KreuzbergError):
        return ""


def _reason_of(error: Exception) -> str:
    message = str(error)
    if "password" in message.lower() or "encrypt" in message.lower():
        return "It is encrypted with a password."
    if (
        message.startswith("ValidationError: application/")
        or "octet-stream" in message
        or "unsupported" in message.lower()
        or "MIME" in message
    ):
        return UNKNOWN
    if "limit exceeded" in message:
        return "It unpacks to far more than its size, or is nested too deeply."
    detail = message.splitlines()[0].rpartition(": ")[2][:160].rstrip(".") if message else ""
    return f"It is damaged, or not what its name says ({detail or type(error).__name__})."
