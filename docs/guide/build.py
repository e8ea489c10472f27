"""Build the binary documents of the user's guide from the sources beside this file.

``python docs/guide/build.py`` writes them into ``docs_corpus/guide``;
``python docs/guide/build.py --check`` compares the text that can be read from them with a fresh
build's and exits with 1 when it differs. Bytes, dates and this machine play no part in that.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.shared import Pt
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs in a checkout that is not installed too

from rag.config.environment import default_text, env_names  # noqa: E402 - after the line above
from rag.config.settings import Settings  # noqa: E402 - after the line above
from rag.corpus.ingestion.extraction import extract  # noqa: E402 - after the line above
from rag.domain.errors import ExtractionError  # noqa: E402 - after the line above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

GUIDE = ROOT / "docs_corpus" / "guide"
DATE = datetime(2026, 11, 1, tzinfo=UTC)
"""Stands in every file in place of the moment of its making."""
AUTHOR = "Plumbline"
HEADING_POINTS = {1: 20, 2: 15, 3: 12.5}
TEXT_POINTS = 10.5
TABLE_STYLE = "Light Grid Accent 1"
"""Its first row is bold by style: bold words would be read with their asterisks."""
COLUMN_WIDTHS = {"A": 46, "B": 110}

_HEADING = re.compile(r"(#{1,3}) (.+)")
_RULE = re.compile(r"\|[ :|-]+\|")
_SPAN = re.compile(r"\*\*(.+?)\*\*|`(.+?)`")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


class Kind(StrEnum):
    """What a block of a source is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    BULLET = "bullet"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a source: its text, or the rows of a table with the header first."""

    kind: Kind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def parse(markdown: str) -> Iterator[Block]:
    """Yield the blocks of a text in the small part of Markdown that the guide uses.

    That is headings to level 3, paragraphs, one level of bullets, pipe tables; within them bold
    and code.
    """
    for piece in re.split(r"\n\s*\n", markdown.strip()):
        lines = [line.strip() for line in piece.splitlines()]
        if match := _HEADING.fullmatch(lines[0]):
            yield Block(Kind.HEADING, match.group(2), len(match.group(1)))
            lines = lines[1:]
        if not lines:
            continue
        if lines[0].startswith("|"):
            yield Block(Kind.TABLE, rows=tuple(_cells(row) for row in lines if not _is_rule(row)))
        elif lines[0].startswith("- "):
            yield from (Block(Kind.BULLET, item) for item in _items(lines))
        else:
            yield Block(Kind.PARAGRAPH, " ".join(lines))


def _is_rule(line: str) -> bool:
    return _RULE.fullmatch(line) is not None


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))


def _items(lines: Sequence[str]) -> list[str]:
    """The bullets of a list; a line without a dash goes on with the one before it."""
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line}"
    return items


def _spans(text: str) -> Iterator[tuple[str, str]]:
    """Yield (style, text) with the styles ``""``, ``"bold"`` and ``"code"``."""
    position = 0
    for match in _SPAN.finditer(text):
        if match.start() > position:
            yield "", text[position : match.start()]
        yield ("bold", match.group(1)) if match.group(1) else ("code", match.group(2))
        position = match.end()
    if position < len(text):
        yield "", text[position:]


def _plain(text: str) -> str:
    return "".join(words for _, words in _spans(text))


class GuidePage(FPDF):  # type: ignore[misc]  # mypy is told to skip fpdf
    """An A4 document with the page's number at its foot."""

    def footer(self) -> None:
        """Write the number; fpdf2 calls this at each page's end."""
        self.set_y(-15)
        self.set_font("Helvetica", size=8)
        self.cell(0, 8, str(self.page_no()), align="C")


def build_pdf(source: Path, target: Path) -> None:
    """Write a source as PDF in the core fonts, so the source has to be Latin-1."""
    blocks = list(parse(source.read_text(encoding="utf-8")))
    pdf = GuidePage(format="A4")
    pdf.set_margins(22, 20, 22)
    pdf.set_auto_page_break(auto=True, margin=22)
    pdf.set_creation_date(DATE)
    pdf.set_title(blocks[0].text)
    pdf.set_author(AUTHOR)
    pdf.set_lang("en")
    pdf.add_page()
    for block in blocks:
        _write_pdf(pdf, block)
    pdf.output(str(target))


def _write_pdf(pdf: FPDF, block: Block) -> None:
    pdf.set_font("Helvetica", size=TEXT_POINTS)
    if block.kind is Kind.HEADING:
        _write_pdf_heading(pdf, block)
    elif block.kind is Kind.TABLE:
        with pdf.table(line_height=5.5, padding=1, text_align="LEFT") as table:
            for row in block.rows:
                table.row([_plain(cell) for cell in row])
        pdf.ln(3)
    else:
        text = f"- {block.text}" if block.kind is Kind.BULLET else block.text
        _write_pdf_text(pdf, _plain(text))
        pdf.ln(1 if block.kind is Kind.BULLET else 2.5)


def _write_pdf_heading(pdf: FPDF, block: Block) -> None:
    if pdf.will_page_break(35):
        pdf.add_page()
    pdf.ln(3)
    points = HEADING_POINTS[block.level]
    pdf.set_font("Helvetica", "B", points)
    pdf.start_section(block.text, level=block.level - 1)
    pdf.multi_cell(0, points / 2, block.text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)


def _write_pdf_text(pdf: FPDF, text: str) -> None:
    pdf.multi_cell(0, 5.4, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def build_docx(source: Path, target: Path) -> None:
    """Write a source as a Word document with its own heading, list and table styles."""
    blocks = list(parse(source.read_text(encoding="utf-8")))
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.comments, properties.language = blocks[0].text, "", "en"
    properties.author = properties.last_modified_by = AUTHOR
    properties.created = properties.modified = DATE.replace(tzinfo=None)
    document.styles["Normal"].font.size = Pt(TEXT_POINTS)
    for block in blocks:
        _write_docx(document, block)
    document.save(str(target))
    _fix_dates(target)


def _write_docx(document: WordDocument, block: Block) -> None:
    if block.kind is Kind.HEADING:
        document.add_heading(block.text, level=block.level)
    elif block.kind is Kind.TABLE:
        _write_docx_table(document, block.rows)
    else:
        style = "List Bullet" if block.kind is Kind.BULLET else "Normal"
        _write_runs(document.add_paragraph(style=style), block.text)


def _write_docx_table(document: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style=TABLE_STYLE)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _write_runs(cell.paragraphs[0], text)
    document.add_paragraph()


def _write_runs(paragraph: WordParagraph, text: str) -> None:
    for style, words in _spans(text):
        run = paragraph.add_run(words)
        run.bold = style == "bold" or None
        if style == "code":
            run.font.name = "Courier New"


def build_xlsx(source: Path, target: Path) -> None:
    """Write the rows of a CSV file as the sheet "FAQ"."""
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    book = Workbook()
    book.properties.creator, book.properties.title = AUTHOR, "Plumbline: frequently asked questions"
    book.properties.created = DATE.replace(tzinfo=None)
    sheet = book.worksheets[0]
    sheet.title = "FAQ"
    for row in rows:
        sheet.append(row)
    for column, width in COLUMN_WIDTHS.items():
        sheet.column_dimensions[column].width = width
        sheet[f"{column}1"].font = Font(bold=True)
        for cell in sheet[column]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    book.save(target)
    _fix_dates(target)


def _fix_dates(target: Path) -> None:
    """Give an Office file's parts, and its own date of change, the fixed date."""
    with zipfile.ZipFile(target) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            info = zipfile.ZipInfo(name, DATE.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            stamp = DATE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            archive.writestr(info, _MODIFIED.sub(rb"\g<1>" + stamp, data))


def build_settings(_source: Path, target: Path) -> None:
    """Write every setting of Plumbline as a row."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("setting", "default", "meaning", "also read from"))
        for field in Settings.model_fields.values():
            first, *others = env_names(field)
            meaning = (field.description or "").replace("`", "")
            writer.writerow(
                (first, default_text(field) or "(empty)", meaning, ", ".join(others) or "-")
            )


BUILT: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "settings.csv": ("", build_settings),
    "how-escalation-decides.pdf": ("how-escalation-decides.md", build_pdf),
    "privacy.docx": ("privacy.md", build_docx),
    "presenters-guide.docx": ("presenters-guide.md", build_docx),
    "faq.xlsx": ("faq.csv", build_xlsx),
}
"""Document -> its source and what builds it."""


def build(folder: Path) -> None:
    """Write every built document into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (source, write) in BUILT.items():
        write(HERE / source, folder / name)


def differing(folder: Path) -> list[str]:
    """Return a sentence for each document in a folder that a fresh build would change."""
    with tempfile.TemporaryDirectory() as fresh:
        build(Path(fresh))
        return [
            sentence
            for name in BUILT
            if (sentence := _difference(name, folder / name, Path(fresh) / name))
        ]


def _difference(name: str, present: Path, fresh: Path) -> str:
    try:
        text = extract(present, name).text
    except ExtractionError as error:
        return f"{name} cannot be compared. {error}"
    return "" if text == extract(fresh, name).text else f"{name} differs from a fresh build."


def main() -> int:
    """Build, or check. Return 1 where a check finds a difference."""
    parser = argparse.ArgumentParser(description="Build the documents of the user's guide.")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 if they differ")
    if not parser.parse_args().check:
        build(GUIDE)
        return 0
    sentences = differing(GUIDE)
    for sentence in sentences:
        print(f"{sentence} Run python docs/guide/build.py.", file=sys.stderr)
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
