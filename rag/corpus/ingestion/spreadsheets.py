"""Excel workbooks as people see them: number formats, merged cells, one table a sheet."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import regex

from rag.corpus.ingestion.number_format import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COUNTED = regex.compile(r"xl/(?:worksheets/|sharedStrings)")
MOST_BYTES = 40 * 1024**2
"""Of all sheets, unpacked. Larger workbooks would take minutes and gigabytes; their values are read
as they are stored."""


class Workbook(NamedTuple):
    """A workbook's title and its text as Markdown, a heading and a table for each sheet."""

    title: str
    text: str


def workbook_of(data: bytes) -> Workbook | None:
    """Return a workbook's text; None if it is too large or cannot be read this way."""
    import openpyxl  # noqa: PLC0415 - a tenth of a second that other files need not wait

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = [one.file_size for one in archive.infolist() if _COUNTED.match(one.filename)]
        if sum(sizes) > MOST_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that do not matter here
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        shown_sheets = [one for one in book.worksheets if one.sheet_state != "veryHidden"]
        sheets = [(sheet.title, _table(sheet)) for sheet in shown_sheets]
    except (zipfile.BadZipFile, LookupError, ValueError, TypeError, AttributeError, OSError):
        return None
    text = "\n\n".join(f"## {title}\n\n{table}" for title, table in sheets if table)
    return Workbook((book.properties.title or "").strip(), f"{text}\n") if text else None


def _table(sheet: Worksheet) -> str:
    """Return a sheet's cells as a Markdown table, without empty rows and columns."""
    rows = [row for row in _rows(sheet) if any(row)]
    used = [column for column in zip(*rows, strict=True) if any(column)]
    if not used:
        return ""
    lines = [f"| {' | '.join(cells)} |" for cells in zip(*used, strict=True)]
    return "\n".join([lines[0], f"|{' --- |' * len(used)}", *lines[1:]])


def _rows(sheet: Worksheet) -> Iterator[list[str]]:
    """Yield the rows; a merged cell belongs to each row that it spans."""
    spans: dict[tuple[int | None, int | None], tuple[int, int]] = {
        (row, span.min_col): (span.min_row, span.min_col)
        for span in sheet.merged_cells.ranges
        for row in range(span.min_row + 1, span.max_row + 1)
    }
    for row in sheet.iter_rows():
        texts = []
        for cell in row:
            place = spans.get((cell.row, cell.column)) if spans else None
            source = sheet.cell(*place) if place else cell
            value = source.value
            # A cell's number format takes a while to look up.
            text = shown(value, "" if value is None else source.number_format)
            if comment := getattr(cell, "comment", None):
                text = f"{text} ({comment.text.strip()})"
            texts.append(" ".join(text.replace("|", "\\|").split()))
        yield texts
