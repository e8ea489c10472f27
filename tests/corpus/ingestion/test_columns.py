"""Pages of two columns, in reading order whatever the order they were drawn in."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import fpdf
import pytest

from rag.corpus.ingestion.columns import read_in_columns
from rag.corpus.ingestion.extraction import extract

LEFT = (
    "The warranty of the pump covers parts and labour for two years from the date of delivery. It"
    " does not cover wear of seals, nor damage that comes of dry running. Claims go to the service"
    " desk with the serial number and a picture of the plate."
)
RIGHT = (
    "Return shipments need a number that the desk gives you. Write it on the outside of the parcel,"
    " and leave the battery out of it. Transport is insured up to four thousand euros, unless you"
    " have an insurance of your own."
)
LINE = 6


def lines(text: str, words: int = 6) -> list[str]:
    every = text.split()
    return [" ".join(every[i : i + words]) for i in range(0, len(every), words)]


class Page:
    """A page that is drawn from the top."""

    def __init__(self, made: fpdf.FPDF) -> None:
        made.add_page()
        made.set_font("Helvetica", size=10)
        self._made = made
        self._y = 20.0

    def row(self, *cells: str, left: float = 15, step: float = 95) -> None:
        for number, text in enumerate(cells):
            self._made.set_xy(left + number * step, self._y)
            self._made.cell(step, LINE, text)
        self._y += LINE

    def columns(self, left: str, right: str) -> None:
        for pair in zip_longest(lines(left), lines(right), fillvalue=""):
            self.row(*pair)


@pytest.fixture
def made() -> fpdf.FPDF:
    return fpdf.FPDF()


def text_of(made: fpdf.FPDF, folder: Path) -> str:
    (folder / "a.pdf").write_bytes(bytes(made.output()))
    return extract(folder / "a.pdf", "a.pdf").text


def test_columns_drawn_across_are_read_one_after_the_other(made: fpdf.FPDF, tmp_path: Path) -> None:
    Page(made).columns(LEFT, RIGHT)
    text = text_of(made, tmp_path)
    assert LEFT in text
    assert RIGHT in text
    assert text.index(LEFT) < text.index(RIGHT)


def test_a_line_across_both_columns_parts_what_is_above_it_from_what_is_below(
    made: fpdf.FPDF, tmp_path: Path
) -> None:
    page = Page(made)
    page.columns(LEFT, RIGHT)
    page.row("Everything above is about the pump; all that follows below is about the valve alone.")
    page.columns(LEFT.replace("pump", "valve"), RIGHT.replace("battery", "spring"))
    text = text_of(made, tmp_path)
    places = [
        text.index(word) for word in ("labour", "battery", "Everything", "valve covers", "spring")
    ]
    assert places == sorted(places)


def test_the_pages_keep_their_numbers(made: fpdf.FPDF, tmp_path: Path) -> None:
    Page(made).row("The handbook of the pump, with all that there is to know about it.")
    Page(made).columns(LEFT, RIGHT)
    Page(made).row("This is the last page of the handbook, and nothing comes after it.")
    (tmp_path / "a.pdf").write_bytes(bytes(made.output()))
    document = extract(tmp_path / "a.pdf", "a.pdf")
    pages = {page.number: document.text[page.start : page.end] for page in document.pages}
    assert LEFT in pages[2]
    assert RIGHT in pages[2]
    assert "last page" in pages[3]


def test_columns_drawn_one_after_the_other_are_left_alone(made: fpdf.FPDF) -> None:
    page = Page(made)
    for line in lines(LEFT):
        page.row(line)
    page = Page(made)
    for line in lines(RIGHT):
        page.row(line, left=110)
    assert read_in_columns(bytes(made.output())) == {}


@pytest.mark.parametrize(
    "row",
    [("Gasket", "41 euros"), ("The gasket of the pump", "It costs 41 euros without tax")],
    ids=["short cells", "cells that are sentences"],
)
def test_a_table_is_read_row_by_row(made: fpdf.FPDF, row: tuple[str, str]) -> None:
    page = Page(made)
    for number in range(12):
        page.row(f"{row[0]} {number}", f"{row[1]} {number}")
    assert read_in_columns(bytes(made.output())) == {}


def test_what_is_no_pdf_has_no_columns() -> None:
    assert read_in_columns(b"%PDF-1.7 nothing") == {}
