"""Recognition (OCR) of scanned pages, if tesseract is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from rag.corpus.ingestion.parsing import PDF, parse
from rag.domain.errors import ExtractionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

RECOGNISING_S = 18.0
"""Recognition takes 1.5 s a page, and a file may take 25 s: later pages stay unreadable."""
NO_TEXT = "It holds no text."
_TESSERACT_LANGUAGES = ("eng", "nld", "deu", "fra", "spa", "ita", "por")


def has_tesseract() -> str | None:
    """Return the path of tesseract, or None if it is not installed."""
    return shutil.which("tesseract")


def no_text_reason(pages: int, scanned: Sequence[int]) -> str:
    """Return why a document has no text, in sentences."""
    if not scanned:
        return NO_TEXT
    return f"0 of {pages} pages are readable: no text in it (a scan?). {_recognition()}"


def _recognition() -> str:
    if has_tesseract() is None:
        return "Text recognition (tesseract) is not installed."
    return "Text recognition found nothing."


def recognise_scan(path: Path, data: bytes, kind: str) -> str:
    """Return the text of an image, if tesseract is installed. Raises ExtractionError."""
    tesseract = has_tesseract()
    languages = languages_of(tesseract) if tesseract else ""
    content = parse(path, data, kind, recognised_in=languages).content if languages else ""
    if not content.strip():
        raise ExtractionError(f"A picture. {_recognition()}")
    return content


def in_time(pages: Iterable[int], seconds: float) -> Iterator[int]:
    """Yield pages until the time is over."""
    started = time.monotonic()
    for page in pages:
        if time.monotonic() - started > seconds:
            return
        yield page


def recognise_pages(
    path: Path, data: bytes, content: str, pages: Iterable[int], languages: str
) -> tuple[str, dict[int, str]]:
    """Return a PDF's text including that of its scanned pages, and the text of each of these.

    Page by page, since kreuzberg adds recognised text to the whole but not to its list of pages.
    """
    found: dict[int, tuple[int, str]] = {}
    for page in pages:
        whole = parse(path, data, PDF, recognised_in=languages, page=page).content
        common = len(os.path.commonprefix([content, whole]))  # noqa: RUF071 - characters are meant
        start = content.rfind("\n\n", 0, common) + 2 if "\n\n" in content[:common] else 0
        text = whole[start : start + len(whole) - len(content)]
        if text.strip() and whole == content[:start] + text + content[start:]:
            found[page] = (start, text if text.endswith("\n") else f"{text}\n\n")
    for page in sorted(found, reverse=True):
        start, text = found[page]
        content = content[:start] + text + content[start:]
    return content, {page: text for page, (_, text) in found.items()}


def languages_of(tesseract: str) -> str:
    """Return tesseract's codes of the supported languages that are installed."""
    listed = subprocess.run(  # noqa: S603 - found on the path
        [tesseract, "--list-langs"], capture_output=True, text=True, check=False
    ).stdout.split()
    found = [language for language in _TESSERACT_LANGUAGES if language in listed]
    return "+".join(found) or "eng"
