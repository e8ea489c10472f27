"""What a reader of Word and PowerPoint files leaves out, put back at its place.

These are paragraphs beside a text box, headers, footers, footnotes and comments; notes of speakers,
the data of charts, and text in diagrams (ECMA-376 Part 1).
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{_OFFICE}wordprocessingml.document"
SLIDES = f"{_OFFICE}presentationml.presentation"
MOST_BYTES = 50 * 1024**2
"""Of one part, unpacked; a larger one is no text that people wrote."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOX = frozenset(
    {
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
        f"{_W}pict",
        f"{_W}drawing",
        f"{_W}object",
    }
)
_AROUND = regex.compile(r"word/(?P<kind>header|footer|footnotes|endnotes|comments)\d*\.xml")
_ENTITIES = b"<!ENTITY"


def with_lost_parts(content: str, data: bytes, kind: str) -> str:
    """Return a document's Markdown with the parts that it lacks.

    ``data`` is the file; one that is damaged changes nothing, since its reader tells of it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if kind == WORD:
                return _word(content, archive)
            return with_missing(content, _slides(archive))
    except (zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, OSError):
        return content


def with_missing(content: str, blocks: Iterable[str]) -> str:
    """Insert those of the ``blocks``, which are in reading order, that a text does not have.

    A block is put after the last one before it that is there; letters and digits are compared.
    """
    offsets = [i for i, character in enumerate(content) if character.isalnum()]
    squeezed = "".join(content[i] for i in offsets)
    position = 0
    missing: list[tuple[int, str]] = []
    for block in blocks:
        wanted = "".join(filter(str.isalnum, block))
        if not wanted:
            continue
        found = squeezed.find(wanted, position)
        if found < 0 and wanted in squeezed:
            continue
        if found < 0:
            missing.append((offsets[position - 1] + 1 if position else 0, block.strip()))
        else:
            position = found + len(wanted)
    for offset, block in reversed(missing):
        end = content.find("\n", offset) if offset else 0
        end = len(content) if end < 0 else end
        content = f"{content[:end].rstrip()}\n\n{block}\n\n{content[end:].lstrip()}".lstrip()
    return content


def _part(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """Parse a part. Raises KeyError if there is none, ValueError if it is no plain text."""
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(name)
    data = archive.read(name)
    if _ENTITIES in data:
        raise ValueError(name)
    return ET.fromstring(data)  # noqa: S314 - no entities, no network, bounded


def _word(content: str, archive: zipfile.ZipFile) -> str:
    around: dict[str, list[str]] = {}
    for name in sorted(archive.namelist()):
        if match := _AROUND.fullmatch(name):
            around.setdefault(match["kind"], []).extend(_paragraphs(_part(archive, name)))
    body = list(_paragraphs(_part(archive, "word/document.xml")))
    first = list(dict.fromkeys(around.pop("header", [])))
    last = [text for texts in around.values() for text in dict.fromkeys(texts)]
    return with_missing(with_missing(content, body), [*first, *body, *last])


def _paragraphs(root: ET.Element) -> Iterator[str]:
    """Yield the text of each paragraph without that of the boxes anchored in it."""
    for paragraph in root.iter(f"{_W}p"):
        text = "".join(_runs(paragraph)).strip()
        if text:
            yield text


def _runs(element: ET.Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in {f"{_W}tab", f"{_W}br", f"{_W}cr"}:
            yield " "
        elif child.tag not in _BOX and child.tag != f"{_W}p":
            yield from _runs(child)


def _slides(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield what is on each slide and in its notes, in the order of the show."""
    show = "ppt/presentation.xml"
    parts = _related(archive, show)
    for slide in _part(archive, show).iter(f"{_P}sldId"):
        name = parts[slide.attrib[f"{_R}id"]]
        yield from _drawn(_part(archive, name))
        for related in sorted(_related(archive, name).values()):
            if "/charts/chart" in related:
                yield from _chart(_part(archive, related))
            elif "/diagrams/data" in related:
                yield from _drawn(_part(archive, related))
            elif "/notesSlides/" in related:
                notes = "\n".join(_notes(_part(archive, related)))
                if notes:
                    yield f"Notes: {notes}"


def _related(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Return the parts that a part refers to, by their identifiers."""
    folder, file = posixpath.split(name)
    try:
        root = _part(archive, f"{folder}/_rels/{file}.rels")
    except KeyError:
        return {}
    return {
        one.attrib["Id"]: posixpath.normpath(posixpath.join(folder, one.attrib["Target"]))
        for one in root
        if one.attrib.get("TargetMode") != "External"
    }


def _drawn(root: ET.Element) -> Iterator[str]:
    for paragraph in root.iter(f"{_A}p"):
        text = "".join(part.text or "" for part in paragraph.iter(f"{_A}t")).strip()
        if text:
            yield text


def _notes(root: ET.Element) -> Iterator[str]:
    """The notes themselves, not the slide's number and picture beside them."""
    for shape in root.iter(f"{_P}sp"):
        kinds = [one.attrib.get("type") for one in shape.iter(f"{_P}ph")]
        if "body" in kinds:
            yield from _drawn(shape)


def _chart(root: ET.Element) -> Iterator[str]:
    """A chart's data as a table: one row for each category, one column for each series."""
    yield from _drawn(root)
    columns: dict[str, dict[str, str]] = {}
    for number, series in enumerate(root.iter(f"{_C}ser"), start=1):
        name = " ".join(_points(series.find(f"{_C}tx"))) or f"Series {number}"
        labels = _points(series.find(f"{_C}cat")) or _points(series.find(f"{_C}xVal"))
        values = _points(series.find(f"{_C}val")) or _points(series.find(f"{_C}yVal"))
        labels = labels or [str(place) for place in range(1, len(values) + 1)]
        columns[name] = dict(zip(labels, values, strict=False))
    rows = dict.fromkeys(label for column in columns.values() for label in column)
    if rows:
        lines = [f"|  | {' | '.join(columns)} |", f"|{' --- |' * (len(columns) + 1)}"]
        for label in rows:
            cells = (column.get(label, "") for column in columns.values())
            lines.append(f"| {label} | {' | '.join(cells)} |")
        yield "\n".join(lines)


def _points(element: ET.Element | None) -> list[str]:
    return [] if element is None else [one.text or "" for one in element.iter(f"{_C}v")]
