"""Text recognised in scanned pages, where tesseract is installed."""

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
"""Recognising takes 1.5 s a page, and a file may take 25 s: later pages stay unreadable."""
_TESSERACT_LANGUAGES = ("eng", "nld", "deu", "fra", "spa", "ita", "por")


def has_tesseract() -> str | None:
    """Where tesseract is installed; None where it is not."""
    return shutil.which("tesseract")


def no_text_reason(pages: int, scanned: Sequence[int]) -> str:
    """Why there is none, in sentences."""
    if not scanned:
        return "It holds no text."
    return f"0 of {pages} pages are readable: no text in it (a scan?). {_recognition()}"


def _recognition() -> str:
    if has_tesseract() is None:
        return "Text recognition (tesseract) is not installed."
    return "Text recognition found nothing."


def recognise_scan(path: Path, data: bytes, kind: str) -> str:
    """The text of a picture, where tesseract is there. Raises ExtractionError."""
    tesseract = has_tesseract()
    languages = languages_of(tesseract) if tesseract else ""
    content = parse(path, data, kind, recognised_in=languages).content if languages else ""
    if not content.strip():
        raise ExtractionError(f"A picture. {_recognition()}")
    return content


def in_time(pages: Iterable[int], seconds: float) -> Iterator[int]:
    """Yield the pages one after the other, as long as there is time."""
    started = time.monotonic()
    for page in pages:
        if time.monotonic() - started > seconds:
            return
        yield page


def recognise_pages(
    path: Path, data: bytes, content: str, pages: Iterable[int], languages: str
) -> tuple[str, dict[int, str]]:
    """A PDF's text with that of its scanned pages in their places, and the text of each.

    Page by page: kreuzberg puts what it recognises into the text, but not into its list of pages.
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
    """The installed ones of the languages that are analysed, as tesseract calls them."""
    listed = subprocess.run(  # noqa: S603 - found on the path
        [tesseract, "--list-langs"], capture_output=True, text=True, check=False
    ).stdout.split()
    found = [language for language in _TESSERACT_LANGUAGES if language in listed]
    return "+".join(found) or "eng"
