"""File -> Document, through kreuzberg."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex

from rag.corpus.filenames import distinct_names
from rag.corpus.ingestion.cleaning import text_of, without_markup
from rag.corpus.ingestion.columns import read_in_columns, with_columns
from rag.corpus.ingestion.forms import form_text
from rag.corpus.ingestion.hidden_text import HTML, holds_hidden_text, without_hidden
from rag.corpus.ingestion.line_wraps import rejoined, unwrapped
from rag.corpus.ingestion.mail import MAIL, OUTLOOK, mail_of
from rag.corpus.ingestion.notebooks import NOTEBOOK, notebook_text
from rag.corpus.ingestion.office_xml import SLIDES, WORD, with_lost_parts
from rag.corpus.ingestion.pages import find_pages
from rag.corpus.ingestion.parsing import BINARY_TYPES, MARKDOWN, PDF, kind_of, parse
from rag.corpus.ingestion.plain_text import CODE, PLAIN, PLAIN_KINDS, decoded, plain_text
from rag.corpus.ingestion.recognition import (
    RECOGNISING_S,
    has_tesseract,
    in_time,
    languages_of,
    no_text_reason,
    recognise_pages,
    recognise_scan,
)
from rag.corpus.ingestion.spreadsheets import WORKBOOK, workbook_of
from rag.domain.documents import MAX_FILE_BYTES, Document
from rag.domain.errors import ExtractionError, FileBusy
from rag.text.language_detection import detect_language
from rag.text.unseen import without_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kreuzberg import ExtractionResult

_DEEPEST_MAIL, _MOST_ATTACHMENTS = 4, 100
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
    return _document(path, name, data, _read(path, data, recognising_s))


def _document(path: Path, name: str, data: bytes, content: _Content) -> Document:
    """Raises ExtractionError if there is no text."""
    paged = without_unseen(content.text)
    text = f"{paged.rstrip()}\n\n{without_unseen(content.beside)}\n" if content.beside else paged
    if not any(map(str.isalnum, text)):  # an empty table still has bars
        raise ExtractionError(no_text_reason(content.page_count, content.scanned))
    heading = None if content.code else _FIRST_HEADING.search(text)
    attachments, unread = _attached(name, content)
    return Document(
        path=name,
        title=(heading.group(1).strip() if heading else content.title or path.stem)[:MOST_TITLE],
        text=text,
        sha256=hashlib.sha256(data).hexdigest(),
        language=detect_language(text),
        pages=find_pages(paged, content.parts),
        page_count=content.page_count,
        pages_readable=content.pages_readable,
        recognised=content.recognised,
        code=content.code,
        unread=unread,
        hidden=content.hidden,
        attachments=attachments,
    )


def _attached(mail: str, content: _Content) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """Return the documents attached to a mail, and the names of what cannot be read."""
    documents, unread = [], list(content.unread)
    for name, data, attached in content.attachments:
        try:
            documents.append(_document(Path(name), f"{mail}/{name}", data, attached))
        except ExtractionError:
            unread.append(name)
    return tuple(documents), tuple(unread)


MOST_TITLE = 300
"""Characters of a title, which goes into every prompt and is searched twice."""


@dataclass(frozen=True)
class _Content:
    """What is read from a file's bytes."""

    text: str
    title: str = ""
    beside: str = ""
    """What stands on no page in particular."""
    parts: Sequence[Mapping[str, Any]] = ()
    """The pages' numbers and texts."""
    page_count: int = 0
    pages_readable: int = 0
    scanned: Sequence[int] = ()
    """The pages without text."""
    recognised: bool = False
    code: bool = False
    unread: tuple[str, ...] = ()
    """Names of attachments."""
    attachments: tuple[tuple[str, bytes, _Content], ...] = ()
    """Each with its name, unique in its mail."""
    hidden: bool = False
    """Whether some of the text is not shown to a reader of the file."""


def _read(path: Path, data: bytes, recognising_s: float, depth: int = 0) -> _Content:
    kind = kind_of(path, data)
    if kind in PLAIN_KINDS:
        code = kind == CODE
        text = plain_text(decoded(data), kind)
        text = unwrapped(text) if kind == PLAIN else text
        return _Content(text, path.name if code else "", code=code)
    if kind == NOTEBOOK:
        return _Content(without_markup(notebook_text(decoded(data))))
    if kind == MAIL and depth < _DEEPEST_MAIL:
        return _read_mail(data, recognising_s, depth)
    if kind == WORKBOOK and (workbook := workbook_of(data)):
        return _Content(without_markup(workbook.text), workbook.title)
    if kind == MARKDOWN:
        data = rejoined(decoded(data)).encode()
    if kind == HTML:  # Latin-1 keeps every byte, whatever the encoding
        data = without_hidden(data.decode("latin-1")).encode("latin-1")
    return _as_far_as_possible(path, data, kind, recognising_s)


def _as_far_as_possible(path: Path, data: bytes, kind: str, recognising_s: float) -> _Content:
    """Read a document; a text that its reader cannot take apart is read as it stands."""
    if kind in BINARY_TYPES or kind.startswith("image/"):
        return _parsed(path, data, kind, recognising_s)
    content, problem = _Content(""), None
    try:
        content = _parsed(path, data, kind, recognising_s)
    except ExtractionError as error:
        problem = error
    markup_alone = kind == HTML and not problem
    if markup_alone or any(map(str.isalnum, content.text)):
        return content
    try:
        return _Content(decoded(data), path.name, code=True)
    except ExtractionError:
        if problem:
            raise problem from None
        return content


def _parsed(path: Path, data: bytes, kind: str, recognising_s: float) -> _Content:
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
    if kind in {WORD, SLIDES}:
        content = with_lost_parts(content, data, kind)
    if kind == PDF:
        columns = read_in_columns(data)
        content = with_columns(content, parts, columns)
        parts = [{**p, "content": columns.get(p["page_number"], p["content"])} for p in parts]
    text = unwrapped(text_of(content, kind)) if kind == PDF else text_of(content, kind)
    filled = form_text(data) if kind == PDF else ""
    pages = [bool(part["content"].strip()) for part in parts] if kind == PDF else []
    title = result.metadata.get("title")
    return _Content(
        text,
        title.strip() if isinstance(title, str) else "",
        f"## Form fields\n\n{filled}" if filled else "",
        parts,
        len(pages),
        sum(pages),
        scanned,
        recognised > 0,
        attachments=_outlook_attachments(result) if kind == OUTLOOK else (),
        hidden=kind == WORD and holds_hidden_text(data),
    )


def _outlook_attachments(result: ExtractionResult) -> tuple[tuple[str, bytes, _Content], ...]:
    children = list(result.children or ())[:_MOST_ATTACHMENTS]
    names = distinct_names(child["path"] for child in children)
    texts = [child["result"].content for child in children]
    return tuple(
        (name, text.encode(), _Content(text)) for name, text in zip(names, texts, strict=True)
    )


def _read_mail(data: bytes, recognising_s: float, depth: int) -> _Content:
    mail = mail_of(data)
    body = mail.plain
    if mail.html:
        result = parse(Path("body.html"), mail.html.encode(), HTML)
        body = text_of(result.content, HTML)
    attachments, unread = [], []
    names = distinct_names(name for name, _ in mail.attachments)
    head = f"{mail.head}\nAttachments: {', '.join(names)}".strip() if names else mail.head
    with tempfile.TemporaryDirectory() as folder:
        for name, (_, attached) in list(zip(names, mail.attachments, strict=True))[
            :_MOST_ATTACHMENTS
        ]:
            path = Path(folder, name)
            path.write_bytes(attached)
            try:
                attachments.append(
                    (name, attached, _read(path, attached, recognising_s, depth + 1))
                )
            except ExtractionError:
                unread.append(name)
    return _Content(
        "\n\n".join(filter(None, (head, body.strip()))),
        mail.subject,
        unread=(*unread, *names[_MOST_ATTACHMENTS:]),
        attachments=tuple(attachments),
    )
