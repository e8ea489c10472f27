from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
import regex
from docx import Document as WordDocument
from fpdf import FPDF
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont

from rag.corpus.ingestion.cleaning import without_markup
from rag.corpus.ingestion.extraction import extract
from rag.corpus.ingestion.reader import read_file
from rag.corpus.ingestion.recognition import in_time
from rag.domain.documents import File, FileStatus
from rag.domain.errors import ExtractionError
from rag.domain.paths import PROJECT_FOLDER

GUIDE = PROJECT_FOLDER / "docs_corpus" / "guide"


@dataclass(frozen=True)
class Sample:
    """A shipped document, and what must and must not be read from it."""

    name: str
    title: str
    holds: str
    lacks: str = "\x00"
    pages: int = 0


SAMPLES = [
    Sample("what-plumbline-does.md", "What Plumbline does", "passage", "**"),
    Sample("model-servers.html", "Connect a model server", "Ollama", "<p>"),
    Sample("settings.csv", "settings", "| RAG_TOP_K |"),
    Sample("how-escalation-decides.pdf", "How escalation decides", "large model", pages=3),
    Sample("privacy.docx", "Privacy", "this machine", "**"),
    Sample("faq.xlsx", "Plumbline: frequently asked questions", "| Question | Answer |"),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_kind_of_document_is_read(sample: Sample) -> None:
    document = extract(GUIDE / sample.name, sample.name)
    assert sample.holds in document.text
    assert sample.lacks not in document.text
    assert document.title.startswith(sample.title)
    assert document.language == "en"
    assert len(document.sha256) == 64
    if sample.pages:
        assert [page.number for page in document.pages] == list(range(1, sample.pages + 1))


def made(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.md", b"", "0 bytes"),
        ("blank.md", b"  \n ", "no text"),
        ("markup.html", b"<html><body><span></span></body></html>", "no text"),
        ("cells.csv", b",,,\n,,,\n", "no text"),
        ("noise.bin", bytes(range(256)) * 20, "no known kind"),
        ("noise.md", bytes(range(256)) * 20, "no known kind"),
        ("noise.pdf", bytes(range(256)) * 20, "damaged"),
        ("noise.docx", bytes(range(256)) * 20, "damaged"),
    ],
)
def test_what_gives_no_text_is_said_why(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(ExtractionError, match=words):
        extract(made(tmp_path / name, content), name)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExtractionError, match="cannot be opened"):
        extract(tmp_path / "gone.md", "gone.md")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = made(tmp_path / "a.md", "ten bytes.")
    assert extract(path, "a.md", max_bytes=10).text.strip() == "ten bytes."
    with pytest.raises(ExtractionError, match="larger than"):
        extract(path, "a.md", max_bytes=9)


def test_an_encrypted_file_is_said(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.set_encryption(owner_password="owner", user_password="user")
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text="secret")
    pdf.output(str(tmp_path / "secret.pdf"))
    with pytest.raises(ExtractionError, match="password"):
        extract(tmp_path / "secret.pdf", "secret.pdf")


def scan(path: Path, pages: int) -> None:
    pdf = FPDF()
    for _ in range(pages):
        pdf.add_page()
        pdf.rect(10, 10, 50, 50)
    pdf.output(str(path))


def test_a_pdf_without_text_tells_its_pages_and_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(tmp_path / "scan.pdf", 3)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(ExtractionError, match=r"0 of 3 pages .* not installed"):
        extract(tmp_path / "scan.pdf", "scan.pdf")


def picture(*lines: str) -> Image.Image:
    made = Image.new("L", (1240, 1754), "white")
    for row, line in enumerate(lines):
        ImageDraw.Draw(made).text((100, 150 + 70 * row), line, "black", ImageFont.load_default(40))
    return made


needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed"
)


@pytest.fixture
def half_scanned(tmp_path: Path) -> Path:
    pdf = FPDF()
    pdf.set_font("helvetica", size=12)
    pdf.add_page()
    pdf.multi_cell(0, 8, "The warranty lasts two years.")
    for euros in (350, 470):
        pdf.add_page()
        pdf.image(picture("The deposit is paid first.", f"It is {euros} euros."), 0, 0, 210)
    pdf.add_page()
    pdf.multi_cell(0, 8, "Returns are free within thirty days.")
    pdf.output(str(tmp_path / "mixed.pdf"))
    return tmp_path / "mixed.pdf"


@needs_tesseract
def test_scanned_pages_among_others_are_recognised_in_their_places(half_scanned: Path) -> None:
    document = extract(half_scanned, "mixed.pdf")
    texts = {page.number: document.text[page.start : page.end] for page in document.pages}
    assert "two years" in texts[1]
    assert "350" in texts[2]
    assert "470" in texts[3]
    assert "thirty days" in texts[4]
    assert (document.pages_readable, document.page_count, document.recognised) == (4, 4, True)


def test_pages_are_recognised_as_long_as_there_is_time() -> None:
    assert list(in_time([2, 3], 600.0)) == [2, 3]
    assert list(in_time([2, 3], -1.0)) == []


@needs_tesseract
def test_pages_for_which_there_is_no_time_stay_unreadable(half_scanned: Path) -> None:
    document = extract(half_scanned, "mixed.pdf", recognising_s=-1.0)
    assert document.pages_readable == 2


def test_without_tesseract_scanned_pages_are_counted_as_unreadable(
    half_scanned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    document = extract(half_scanned, "mixed.pdf")
    assert (document.pages_readable, document.page_count, document.recognised) == (2, 4, False)


@needs_tesseract
def test_a_picture_is_recognised_and_said_to_be(tmp_path: Path) -> None:
    picture("The warranty lasts 24 months").save(tmp_path / "letter.png")
    document = extract(tmp_path / "letter.png", "letter.png")
    assert "24 months" in document.text
    assert document.recognised


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", "Die Gewährleistung beträgt zwei Jahre, außer bei Verschleiß."),
        ("cp1252", "Die Gewährleistung beträgt zwei Jahre, außer bei Verschleiß."),
        ("cp932", "製品の保証期間は二年間です。返品は三十日以内にお願いします。"),
        ("cp1251", "Гарантия на изделие составляет два года со дня покупки."),
        ("gb18030", "产品保修期为两年。请在三十天内退货。"),
    ],
)
def test_text_is_read_whatever_its_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert extract(tmp_path / "a.txt", "a.txt").text.strip() == text


def test_what_a_file_is_its_content_tells(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text="The warranty lasts two years.")
    pdf.output(str(tmp_path / "letter.txt"))
    (tmp_path / "letter.pdf").write_text("The deposit is 50 euros.")
    assert "warranty" in extract(tmp_path / "letter.txt", "letter.txt").text
    assert "deposit" in extract(tmp_path / "letter.pdf", "letter.pdf").text


def test_pages_begin_where_their_text_does(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.set_font("helvetica", size=12)
    sheets = (
        "Otters swim in cold rivers. They sleep on their backs and hold hands.",
        "A heron stands on one leg. Nobody has asked it why it does that.",
        "In the forest lives a badger, whose house has many rooms and one door.",
        "Newts walk at night when it rains, slowly, from the pond to the wood.",
    )
    for sheet in sheets:
        pdf.add_page()
        pdf.multi_cell(0, 8, sheet)
    pdf.output(str(tmp_path / "four.pdf"))
    document = extract(tmp_path / "four.pdf", "four.pdf")
    assert [page.number for page in document.pages] == [1, 2, 3, 4]
    for page, sheet in zip(document.pages, sheets, strict=True):
        assert document.text[page.start : page.end].split() == sheet.split()


def test_the_first_line_of_a_page_is_text_too(tmp_path: Path) -> None:
    pdf = FPDF()
    pdf.set_font("helvetica", size=12)
    pdf.set_margin(10)
    lines = [f"Fact {n}: the {w} is number {n * 7} of them." for n, w in enumerate("abcdefgh" * 14)]
    pdf.add_page()
    for line in lines:
        pdf.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(tmp_path / "facts.pdf"))
    text = extract(tmp_path / "facts.pdf", "facts.pdf").text
    assert [line for line in lines if line not in text] == []


def test_prose_that_was_mistaken_for_a_table_is_prose_again() -> None:
    from rag.corpus.ingestion.cleaning import _TABLE, _table_to_prose

    cut = "| The warranty | period | is 24 months |\n| --- | --- | --- |\n| from the date | of | purchase. |\n"
    real = "| Model | Price |\n| --- | --- |\n| Falcon M | 1,599 |\n"
    assert (
        _TABLE.sub(_table_to_prose, cut)
        == "The warranty period is 24 months\nfrom the date of purchase.\n"
    )
    assert _TABLE.sub(_table_to_prose, real) == real


def test_a_word_table_keeps_header_and_loses_marks(tmp_path: Path) -> None:
    word = WordDocument()
    table = word.add_table(2, 2)
    for cell, text in zip(table.rows[0].cells, ("Name", "Price"), strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    table.rows[1].cells[0].text, table.rows[1].cells[1].text = "RelayBox", "249"
    word.save(str(tmp_path / "t.docx"))
    assert "| Name | Price |" in extract(tmp_path / "t.docx", "t.docx").text


def test_a_sheet_becomes_a_table(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "price"])
    sheet.append(["RelayBox", 249])
    book.save(tmp_path / "t.xlsx")
    text = extract(tmp_path / "t.xlsx", "t.xlsx").text
    assert "| name | price |" in text
    assert "| RelayBox | 249 |" in text


def test_a_web_pages_head_is_no_text(tmp_path: Path) -> None:
    html = "<html><head><title>T</title><meta name=description content=d></head><h1>H</h1><p>x.</p>"
    document = extract(made(tmp_path / "a.html", html), "a.html")
    assert document.title == "H"
    assert "---" not in document.text
    assert "title:" not in document.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_in_other_encodings_is_read(tmp_path: Path, encoding: str) -> None:
    text = "Die Rückgabe ist innerhalb von dreißig Tagen möglich. Danach nicht mehr."
    document = extract(made(tmp_path / "a.txt", text.encode(encoding)), "a.txt")
    assert "Rückgabe" in document.text
    assert document.language == "de"


def test_json_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "a.json", json.dumps({"price": "249 euros"}))
    assert "249 euros" in extract(path, "a.json").text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and *soft* words", "bold and soft words"),
        ("[text](http://evil.example/?q=1)", "text"),
        ("![secret](http://evil.example/x.png)", "secret"),
        ("a \\# b", "a # b"),
        ("2 * 3 * 4 snake_case_name", "2 * 3 * 4 snake_case_name"),
        ("```\n**kept** [a](b)\n```", "```\n**kept** [a](b)\n```"),
        ("<!-- hidden instruction -->seen", "seen"),
        ("nul\x00byte", "nulbyte"),
    ],
)
def test_marks_are_taken_off_the_words(markdown: str, text: str) -> None:
    assert without_markup(markdown) == text


OFFICE = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize("name", sorted(path.name for path in OFFICE.iterdir()))
def test_what_office_programs_write_is_read_with_its_tables(name: str) -> None:
    text = extract(OFFICE / name, name).text
    assert "Deposit" in text
    assert regex.search(r"Tripod[\s|]+12 euros", text)
    assert "&#" not in text


def test_a_kind_that_no_reader_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "slides.odp", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
    with pytest.raises(ExtractionError, match="no known kind"):
        extract(tmp_path / "slides.odp", "slides.odp")


def test_a_file_without_a_passage_is_unreadable_and_says_why(tmp_path: Path) -> None:
    xml = '<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'
    path = made(tmp_path / "entities.xml", xml)
    read = read_file(tmp_path, File(path.name, path.stat().st_size, 1))
    assert read.entry.status is FileStatus.UNREADABLE
    assert read.entry.reason == "It holds no text."
