"""Text that a file holds and does not show to its reader."""

from __future__ import annotations

import io
import zipfile

import regex

FLAG = "hidden"
HTML = "text/html"
_UNSEEN = regex.compile(
    r"<(?P<tag>div|span|p|td|table|tr|center|section|li|ul)\b"
    r"(?:[^>]{0,2000}\bstyle\s*=\s*[\"'][^\"'>]{0,2000}"
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0"
    r"|font-size\s*:\s*0|opacity\s*:\s*0\s*[;\"'])[^>]{0,2000}"
    r"|(?:\s[^>]{0,2000})?\shidden(?=[\s>=/])[^>]{0,2000})>"
    r"(?:(?!<(?P=tag)\b).)*?</(?P=tag)\s*>",
    regex.IGNORECASE | regex.DOTALL,
)
"""What a page does not show, such as the preview line of newsletters."""
_VANISHED = regex.compile(rb"<w:(?:vanish|webHidden)(?:\s+w:val=\"(?:1|true|on)\")?\s*/>")
_WHITE = regex.compile(rb"<w:color\b[^>]{0,200}w:val=\"FFFFFF\"")
_SHADED = regex.compile(rb"<w:shd\b[^>]{0,200}w:fill=\"(?!FFFFFF|auto)")
_DOCUMENT = "word/document.xml"
_MOST_BYTES = 40 * 1024**2


def without_hidden(html: str) -> str:
    """Return HTML without the elements that are not shown."""
    return _UNSEEN.sub("", html)


def holds_hidden_text(data: bytes) -> bool:
    """Return whether a Word file has text that is hidden, or white on no colour."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo(_DOCUMENT).file_size > _MOST_BYTES:
                return False
            body = archive.read(_DOCUMENT)
    except (zipfile.BadZipFile, LookupError, OSError):
        return False
    white = _WHITE.search(body) and not _SHADED.search(body)
    return bool(_VANISHED.search(body) or white)
