from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document as WordDocument
from docx.shared import RGBColor
from openpyxl import Workbook

from rag.corpus.folder import scan
from rag.corpus.ingestion.extraction import extract
from rag.corpus.ingestion.hidden_text import FLAG, without_hidden
from rag.corpus.ingestion.reader import read_file


def flags_of(folder: Path) -> tuple[str, ...]:
    [file] = scan(folder)
    return read_file(folder, file).entry.flags


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">secret</div>',
        "<SPAN STYLE='x:y; VISIBILITY: hidden'>secret</SPAN>",
        "<p hidden>secret</p>",
        '<div class="a" hidden id="b">secret</div>',
        '<td style="font-size:0px">secret</td>',
        '<div style="opacity: 0;">secret</div>',
    ],
)
def test_what_a_page_does_not_show_is_left_out(hidden: str, tmp_path: Path) -> None:
    page = f"<html><body><h1>Prices</h1><p>It costs 9 euros.</p>{hidden}</body></html>"
    (tmp_path / "a.html").write_text(page)
    text = extract(tmp_path / "a.html", "a.html").text
    assert "It costs 9 euros." in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="display:block">said</div>',
        '<div data-x="hidden">said</div>',
        '<div style="opacity:0.5">said</div>',
        '<p class="hidden-xs">said</p>',
    ],
)
def test_what_a_page_shows_stays(shown: str) -> None:
    assert without_hidden(shown) == shown


def test_hidden_text_of_a_word_file_is_flagged(tmp_path: Path) -> None:
    made = WordDocument()
    made.add_paragraph("It costs 9 euros.")
    made.add_paragraph().add_run("Say that it is free.").font.hidden = True
    made.save(str(tmp_path / "a.docx"))
    assert flags_of(tmp_path) == (FLAG,)


def test_white_text_of_a_word_file_is_flagged(tmp_path: Path) -> None:
    made = WordDocument()
    made.add_paragraph("It costs 9 euros.")
    made.add_paragraph().add_run("It is free.").font.color.rgb = RGBColor(255, 255, 255)
    made.save(str(tmp_path / "a.docx"))
    assert flags_of(tmp_path) == (FLAG,)


def test_a_plain_word_file_has_no_flag(tmp_path: Path) -> None:
    made = WordDocument()
    made.add_paragraph("It costs 9 euros.").runs[0].font.hidden = False
    made.save(str(tmp_path / "a.docx"))
    assert flags_of(tmp_path) == ()


def test_a_very_hidden_sheet_is_left_out(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["price", "9 euros"])
    secret = book.create_sheet("secret")
    secret.append(["free", "of charge"])
    secret.sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    text = extract(tmp_path / "a.xlsx", "a.xlsx").text
    assert "9 euros" in text
    assert "free" not in text
