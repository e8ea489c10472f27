"""A file -> Document, through kreuzberg (its 4.10 reads what people keep; MIT, one wheel)."""

from __future__ import annotations

import codecs
import hashlib
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import charset_normalizer
import regex

from rag.analysis import detect_language
from rag.domain import Document, Page
from rag.errors import ExtractionError, FileBusy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kreuzberg import ExtractionResult

MAX_FILE_BYTES = 200 * 1024 * 1024
"""Larger files are named and left out: one of them would hold the memory of all others."""

RECOGNISING_S = 18.0
"""Recognising takes 1.5 s a page, and a file may take 25 s: later pages stay unreadable."""
_TESSERACT_LANGUAGES = ("eng", "nld", "deu", "fra", "spa", "ita", "por")
_TEXT_TYPES = {
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".rst": "text/x-rst",
    ".org": "text/x-org",
    ".json": "application/json",
    ".ipynb": "application/x-ipynb+json",
    ".html": "text/html",
    ".htm": "text/html",
}
_PDF = "application/pdf"
_BINARY_TYPES = frozenset(
    {_PDF, "application/rtf", "application/epub+zip", "application/msword"}
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
"""A name of another kind is wrong where the content is one of these."""
_OLD_OFFICE = frozenset({"application/msword", "application/vnd.ms-powerpoint"})
"""As Markdown their paragraphs run together, and the template's own words stand among them."""
_PLAIN = frozenset({"text/plain", "text/html", "application/xml", "text/xml", "application/json"})
"""What the content of many kinds of text looks like; the name tells which."""
_CONTAINERS = frozenset({"application/zip", "application/x-ole-storage", "application/x-cfb"})
_ENCODINGS = [
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
]
"""What Windows wrote before UTF-8, by country; a guess among all would be wrong more often."""
_UNKNOWN = "It is of no known kind of document."
_ODD_SHARE = 0.02
"""Text has hardly a character that cannot be shown; random bytes have a tenth of them."""
_PROSE_SHARE = 0.4
"""Of the cells after a row's first, so many begin in a small letter in cut-up prose."""
_MIN_LINE_CHARACTERS = 8
"""A shorter line, such as a page's number, stands in too many places."""
_LINE_CHARACTERS = 40
_PLAY = 400
"""How far from where it is expected a page may begin, in letters and digits."""

_ODD = regex.compile(r"[\p{C}\ufffd--\s]", regex.V1)
_TABLE = regex.compile(r"(?:^\|.*\|[ \t]*(?:\n|\Z)){2,}", regex.MULTILINE)
_TABLE_RULE = regex.compile(r"\|[\s:|-]+\|")
_FENCE = regex.compile(r"(^(?:```|~~~)[\s\S]*?(?:^(?:```|~~~)[ \t]*$|\Z))", regex.MULTILINE)
_IMAGE = regex.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = regex.compile(r"(?<!\\)\[([^\]\n]+)\]\([^)\n]*\)")
_STRONG = regex.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = regex.compile(r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]+?)(?<=[^\s*_\\])\1(?![\w*])")
_ESCAPED_STRONG = regex.compile(r"\\\*\\\*(?=\S)([^|\n]+?)(?<=\S)\\\*\\\*")
"""How bold words come out of the cells of a Word table."""
_ESCAPE = regex.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~<&$%])")
_COMMENT = regex.compile(r"<!--.*?-->", regex.DOTALL)
_FRONT_MATTER = regex.compile(r"\A---\n(?:(?:## )?[\w:.\-]+:[^\n]*\n|\n)*(?:---\n)?(?=\n|#)")
_FIRST_HEADING = regex.compile(r"^#[ \t]+(.+)$", regex.MULTILINE)


def extract(path: Path, name: str) -> Document:
    """Read the file at ``path`` as the document called ``name``.

    Raises ExtractionError with a sentence for people: unreadable, empty, encrypted, too large,
    of an unknown kind, or without any text.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else None
    except OSError as error:
        raise FileBusy(f"It cannot be opened ({error.strerror}).") from error
    if data is None:
        raise ExtractionError(f"It is larger than {MAX_FILE_BYTES // 1024**2} MiB.")
    if not data:
        raise ExtractionError("It is empty (0 bytes).")
    kind = _kind(path, data)
    result = _read(path, data, kind)
    content, parts = result.content, list(result.pages or ())
    scanned = [p["page_number"] for p in parts if kind == _PDF and not p["content"].strip()]
    recognised = 0
    if kind.startswith("image/"):
        content = _recognised(path, data, kind)
        recognised = 1
    elif scanned and (tesseract := _tesseract()):
        content, found = _with_scans(path, data, content, scanned, _languages_of(tesseract))
        parts = [
            {**part, "content": found.get(part["page_number"], part["content"])} for part in parts
        ]
        recognised = len(found)
    pages = [bool(part["content"].strip()) for part in parts] if kind == _PDF else []
    text = _text_of(content, kind)
    if not any(map(str.isalnum, text)):  # an empty table has bars
        raise ExtractionError(_no_text(len(pages), scanned))
    return Document(
        path=name,
        title=_title(text, dict(result.metadata), path),
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        language=detect_language(text),
        pages=_pages(text, parts),
        page_count=len(pages),
        pages_readable=sum(pages),
        recognised=recognised > 0,
    )


def _tesseract() -> str | None:
    return shutil.which("tesseract")


def _no_text(pages: int, scanned: Sequence[int]) -> str:
    """Why there is none, in sentences."""
    if not scanned:
        return "It holds no text."
    return f"0 of {pages} pages are readable: no text in it (a scan?). {_recognition()}"


def _recognition() -> str:
    if _tesseract() is None:
        return "Text recognition (tesseract) is not installed."
    return "Text recognition found nothing."


def _recognised(path: Path, data: bytes, kind: str) -> str:
    """The text of a picture, where tesseract is there. Raises ExtractionError."""
    tesseract = _tesseract()
    languages = _languages_of(tesseract) if tesseract else ""
    content = _read(path, data, kind, recognised_in=languages).content if languages else ""
    if not content.strip():
        raise ExtractionError(f"A picture. {_recognition()}")
    return content


def _with_scans(
    path: Path, data: bytes, content: str, pages: Sequence[int], languages: str
) -> tuple[str, dict[int, str]]:
    """A PDF's text with that of its scanned pages in their places, and the text of each.

    Page by page: kreuzberg puts what it recognises into the text, but not into its list of pages.
    """
    started = time.monotonic()
    found: dict[int, tuple[int, str]] = {}
    for page in pages:
        if time.monotonic() - started > RECOGNISING_S:
            break
        whole = _read(path, data, _PDF, recognised_in=languages, page=page).content
        common = len(os.path.commonprefix([content, whole]))  # noqa: RUF071 - characters are meant
        start = content.rfind("\n\n", 0, common) + 2 if "\n\n" in content[:common] else 0
        text = whole[start : start + len(whole) - len(content)]
        if text.strip() and whole == content[:start] + text + content[start:]:
            found[page] = (start, text if text.endswith("\n") else f"{text}\n\n")
    for page in sorted(found, reverse=True):
        start, text = found[page]
        content = content[:start] + text + content[start:]
    return content, {page: text for page, (_, text) in found.items()}


def _languages_of(tesseract: str) -> str:
    """The installed ones of the languages that are analysed, as tesseract calls them."""
    listed = subprocess.run(  # noqa: S603 - found on the path
        [tesseract, "--list-langs"], capture_output=True, text=True, check=False
    ).stdout.split()
    found = [language for language in _TESSERACT_LANGUAGES if language in listed]
    return "+".join(found) or "eng"


def _read(
    path: Path, data: bytes, kind: str, *, recognised_in: str = "", page: int = 0
) -> ExtractionResult:
    """``recognised_in``: the languages of pictures, in ``page`` only where it is given."""
    import kreuzberg  # noqa: PLC0415 - 35 MB that a process without documents need not load

    config = kreuzberg.ExtractionConfig(
        output_format="plain" if kind in _OLD_OFFICE else "markdown",
        pages=kreuzberg.PageConfig(extract_pages=True),
        # The defaults take a page's first line for a header, and lose it.
        content_filter=kreuzberg.ContentFilterConfig(
            include_headers=True, include_footers=True, strip_repeating_text=False
        ),
        use_cache=False,
        force_ocr_pages=[page] if page else None,
        disable_ocr=not recognised_in,  # type: ignore[call-arg]  # its stubs lack it
        ocr=kreuzberg.OcrConfig(
            backend="tesseract",
            language=recognised_in,
            # Its cache lies in the home folder and outlives the document.
            tesseract_config=kreuzberg.TesseractConfig(use_cache=False),
        )
        if recognised_in
        else None,
    )
    try:
        if path.suffix.lower() in _TEXT_TYPES or kind in _TEXT_TYPES.values():
            data = data if kind in _BINARY_TYPES else _decoded(data).encode()
        return kreuzberg.extract_bytes_sync(data, kind, config=config)
    except (kreuzberg.KreuzbergError, RuntimeError, OSError) as error:
        raise ExtractionError(_explain(error)) from error


def _kind(path: Path, data: bytes) -> str:
    """The kind of document by its content, by its name where the content does not tell.

    Raises ExtractionError where neither does.
    """
    import kreuzberg  # noqa: PLC0415 - as above

    try:
        named = _TEXT_TYPES.get(path.suffix.lower()) or kreuzberg.detect_mime_type_from_path(
            str(path)
        )
    except (RuntimeError, kreuzberg.KreuzbergError):
        named = ""
    try:
        found = kreuzberg.detect_mime_type(data)
    except (RuntimeError, kreuzberg.KreuzbergError) as error:
        if not named:
            raise ExtractionError(_UNKNOWN) from error
        return named
    if named and (found in _CONTAINERS or (found in _PLAIN and named not in _BINARY_TYPES)):
        return named
    return found


def _text_of(content: str, kind: str) -> str:
    content = _FRONT_MATTER.sub("", content)
    if kind == _PDF:
        content = _TABLE.sub(_prose_again, content)
    return readable(content)


def _prose_again(table: regex.Match[str]) -> str:
    """Undo a table that a PDF's lines were mistaken for: its cells go on in small letters."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in table.group().splitlines()
        if not _TABLE_RULE.fullmatch(line.strip())
    ]
    following = [cell for row in rows for cell in row[1:] if cell]
    small = sum(cell[0].islower() for cell in following)
    if not following or small / len(following) < _PROSE_SHARE:
        return table.group()
    return "\n".join(" ".join(cell for cell in row if cell) for row in rows) + "\n"


def _decoded(data: bytes) -> str:
    """Text of a file that does not tell its encoding: a byte order mark, UTF-8, or a guess."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        guessed = charset_normalizer.from_bytes(data, cp_isolation=_ENCODINGS).best()
        if guessed is None:
            raise ExtractionError(_UNKNOWN) from None
        text = str(guessed)
    if len(_ODD.findall(text)) > _ODD_SHARE * len(text):
        raise ExtractionError(_UNKNOWN)
    return text


def _explain(error: Exception) -> str:
    message = str(error)
    if "password" in message.lower() or "encrypt" in message.lower():
        return "It is encrypted with a password."
    if (
        message.startswith("ValidationError: application/")
        or "octet-stream" in message
        or "unsupported" in message.lower()
        or "MIME" in message
    ):
        return _UNKNOWN
    if "limit exceeded" in message:
        return "It unpacks to far more than its size, or is nested too deeply."
    detail = message.splitlines()[0].rpartition(": ")[2][:160].rstrip(".") if message else ""
    return f"It is damaged, or not what its name says ({detail or type(error).__name__})."


def _pages(text: str, parts: Sequence[Mapping[str, Any]]) -> tuple[Page, ...]:
    """Find where each page begins: where the first line that can be found stands in the text.

    kreuzberg's own page boundaries count another form of the text, without Markdown; so its
    pages' texts are looked for, near where the pages before them end.
    """
    if not parts:
        return ()
    squeezed, offsets = _squeezed(text)
    starts: list[tuple[int, int]] = []
    expected, last = 0, -1
    for part in parts:
        lines = [_squeezed(line)[0] for line in part["content"].splitlines()]
        for line in (line for line in lines if len(line) >= _MIN_LINE_CHARACTERS):
            found = squeezed.find(
                line[:_LINE_CHARACTERS], max(last + 1, expected - _PLAY), expected + _PLAY
            )
            if found >= 0:
                starts.append((part["page_number"], _with_marks(text, offsets[found])))
                expected = last = found
                break
        expected += sum(map(len, lines))
    if starts:
        starts[0] = (starts[0][0], 0)
    ends = [start for _, start in starts[1:]] + [len(text)]
    return tuple(Page(n, start, end) for (n, start), end in zip(starts, ends, strict=False))


def _with_marks(text: str, offset: int) -> int:
    """Move an offset before the marks of its line, such as ``## ``, where nothing else is."""
    line_start = text.rfind("\n", 0, offset) + 1
    return offset if any(map(str.isalnum, text[line_start:offset])) else line_start


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Letters and digits alone, with the offset of each: marks and white space differ."""
    offsets = [i for i, character in enumerate(text) if character.isalnum()]
    return "".join(text[i] for i in offsets), offsets


def readable(markdown: str) -> str:
    """Take Markdown's marks off the words; headings, lists, tables and code keep theirs.

    Links and images lose their addresses: nothing in a document may make a browser fetch.
    """
    pieces = _FENCE.split(markdown.replace("\r\n", "\n").replace("\x00", ""))
    return "".join(piece if index % 2 else _clean(piece) for index, piece in enumerate(pieces))


def _clean(text: str) -> str:
    text = _COMMENT.sub("", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _ESCAPED_STRONG.sub(r"\1", text)
    return _ESCAPE.sub(r"\1", text)


def _title(text: str, metadata: dict[str, Any], path: Path) -> str:
    if match := _FIRST_HEADING.search(text):
        return match.group(1).strip()
    title = metadata.get("title")
    return title.strip() if isinstance(title, str) and title.strip() else path.stem
