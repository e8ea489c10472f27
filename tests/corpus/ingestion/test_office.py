"""What office files, forms and mails hold beside their body."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pypdf
import pytest
from docx import Document as WordDocument
from openpyxl import Workbook
from openpyxl.comments import Comment
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from rag.corpus.folder import scan
from rag.corpus.ingestion.extraction import extract
from rag.corpus.ingestion.forms import form_text
from rag.corpus.ingestion.office_xml import SLIDES, with_lost_parts, with_missing
from rag.corpus.ingestion.reader import read_file
from rag.corpus.ingestion.spreadsheets import workbook_of
from rag.domain.documents import FileStatus
from rag.domain.paths import PROJECT_FOLDER

GUIDE = PROJECT_FOLDER / "docs_corpus" / "guide"
BOX = (
    '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:r>'
    "<w:t>The notice period is 90 days.</w:t></w:r><w:r><mc:AlternateContent><mc:Fallback><w:pict>"
    "<w:p><w:r><w:t>In a box: 2 percent.</w:t></w:r></w:p></w:pict></mc:Fallback>"
    "</mc:AlternateContent></w:r></w:p>"
)


def test_blocks_that_are_missing_are_put_after_the_one_before_them() -> None:
    text = "# Plan\n\nFirst **part**.\n\nThird part.\n"
    blocks = ["Plan", "First part.", "Second part.", "Third part.", "Fourth part."]
    assert with_missing(text, blocks) == (
        "# Plan\n\nFirst **part**.\n\nSecond part.\n\nThird part.\n\nFourth part.\n\n"
    )


def test_blocks_that_are_there_change_nothing() -> None:
    assert with_missing("b. a.\n", ["a.", "b.", " ", "-"]) == "b. a.\n"


def test_a_word_files_header_footer_and_text_beside_a_box_are_read(tmp_path: Path) -> None:
    from docx.oxml import parse_xml

    made = WordDocument()
    made.add_heading("Contract", 1)
    made.add_paragraph("The parties agree.")
    made.element.body.insert(2, parse_xml(BOX))
    made.add_paragraph("Signed in Basel.")
    made.sections[0].header.paragraphs[0].text = "Contract number SC-7781"
    made.sections[0].footer.paragraphs[0].text = "Confidential, page"
    made.save(str(tmp_path / "contract.docx"))
    document = extract(tmp_path / "contract.docx", "contract.docx")
    text = document.text
    assert document.title == "Contract"
    assert text.startswith("Contract number SC-7781")
    assert "Confidential, page" in text
    assert text.index("agree") < text.index("notice period is 90 days") < text.index("Signed")
    assert text.count("The parties agree") == 1


def slides_of(**parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def relations(**targets: str) -> str:
    lines = "".join(f'<Relationship Id="{k}" Target="{v}"/>' for k, v in targets.items())
    return f"<Relationships>{lines}</Relationships>"


def shape(text: str, kind: str = "body") -> str:
    return f'<p:sp><p:nvPr><p:ph type="{kind}"/></p:nvPr><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp>'


def points(values: list[str]) -> str:
    return "".join(f"<c:pt><c:v>{value}</c:v></c:pt>" for value in values)


PRESENTATION = slides_of(
    **{
        "ppt/presentation.xml": f'<p:x {NAMES}><p:sldId r:id="r2"/><p:sldId r:id="r1"/></p:x>',
        "ppt/_rels/presentation.xml.rels": relations(r1="slides/s1.xml", r2="slides/s2.xml"),
        "ppt/slides/s1.xml": f"<p:x {NAMES}>{shape('Second')}</p:x>",
        "ppt/slides/s2.xml": f"<p:x {NAMES}>{shape('First')}</p:x>",
        "ppt/slides/_rels/s2.xml.rels": relations(
            n="../notesSlides/n.xml", c="../charts/chart1.xml"
        ),
        "ppt/notesSlides/n.xml": f"<p:x {NAMES}>{shape('7', 'sldNum')}{shape('Say 48,000')}</p:x>",
        "ppt/charts/chart1.xml": f"<c:x {NAMES}><c:ser><c:tx>{points(['Visitors'])}</c:tx>"
        f"<c:cat>{points(['Mon', 'Tue'])}</c:cat><c:val>{points(['17', '23'])}</c:val></c:ser></c:x>",
    }
)


def test_notes_and_charts_are_put_after_their_slide() -> None:
    text = with_lost_parts("## First\n\n## Second\n", PRESENTATION, SLIDES)
    assert text == (
        "## First\n\n|  | Visitors |\n| --- | --- |\n| Mon | 17 |\n| Tue | 23 |\n\n"
        "Notes: Say 48,000\n\n## Second\n"
    )


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", PRESENTATION[:300]])
def test_a_damaged_file_changes_nothing(data: bytes) -> None:
    assert with_lost_parts("text", data, SLIDES) == "text"


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    data = slides_of(**{"ppt/presentation.xml": bomb, "ppt/_rels/presentation.xml.rels": bomb})
    assert with_lost_parts("text", data, SLIDES) == "text"


def test_a_workbook_is_read_as_people_see_it() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Terms"
    for row in (
        ["Region", "Partner", "Discount"],
        ["North", "Reseller", 0.125],
        ["", "School", 0.07],
    ):
        sheet.append(row)
    sheet["C2"].number_format = sheet["C3"].number_format = "0.0%"
    sheet["B2"].comment = Comment("only with a contract", "Ana")
    sheet.merge_cells("A2:A3")
    book.create_sheet("Codes").append([742])
    book["Codes"]["A1"].number_format = "000000"
    made = io.BytesIO()
    book.save(made)
    found = workbook_of(made.getvalue())
    assert found is not None
    assert found.text == (
        "## Terms\n\n| Region | Partner | Discount |\n| --- | --- | --- |\n"
        "| North | Reseller (only with a contract) | 12.5% |\n| North | School | 7.0% |\n\n"
        "## Codes\n\n| 000742 |\n| --- |\n"
    )


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04rest", PRESENTATION])
def test_what_is_no_workbook_is_left_to_the_other_reader(data: bytes) -> None:
    assert workbook_of(data) is None


def form(**fields: str) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    made = ArrayObject()
    for name, value in fields.items():
        kind = "/Btn" if value.startswith("/") else "/Tx"
        held = NameObject(value) if kind == "/Btn" else TextStringObject(value)
        field = DictionaryObject(
            {
                NameObject("/FT"): NameObject(kind),
                NameObject("/T"): TextStringObject(name),
                NameObject("/TU"): TextStringObject(f"Your {name}:"),
                NameObject("/V"): held,
            }
        )
        made.append(writer._add_object(field))
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): made})
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def test_the_values_of_a_pdf_form_are_read() -> None:
    data = form(name="Mirela Toncic", server="db-prod-07", approved="/Yes", urgent="/Off", note="")
    assert (
        form_text(data) == "Your name: Mirela Toncic\nYour server: db-prod-07\nYour approved: Yes"
    )


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 /AcroForm broken", b"%PDF-1.4 no form"])
def test_a_pdf_without_a_readable_form_gives_no_values(data: bytes) -> None:
    assert form_text(data) == ""


def mail(html: str = "", plain: str = "", **attached: bytes) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "Ana <ana@example.org>",
        "b@example.org",
        "Budget für 2026",
    )
    if plain:
        made.set_content(plain)
    if html:
        (made.add_alternative if plain else made.set_content)(html, subtype="html")
    for name, data in attached.items():
        made.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=name.replace("_", ".")
        )
    return bytes(made)


HTML = (
    '<div style="color:red; display: none">Preview line</div><p>The fee is 12&nbsp;&euro;.</p>'
    "<span style='font-size:0px'>Hidden</span><div><p style='margin:0'>Due 9 Oct&shy;ober</p></div>"
)


def test_a_mail_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(HTML, "Plain."))
    document = extract(tmp_path / "a.eml", "a.eml")
    assert document.title == "Budget für 2026"
    assert "From: Ana <ana@example.org>" in document.text
    assert "The fee is 12\xa0€." in document.text or "The fee is 12 €." in document.text
    assert "Due 9 October" in document.text
    assert not {"Preview", "Hidden", "Plain"} & set(document.text.split())


def test_attachments_are_documents_below_their_mail(tmp_path: Path) -> None:
    inner = mail(plain="Inner words.", deep_txt=b"The code is 4711.")
    data = mail(plain="See below.", notes_md=b"# Our notes\n\nCall Ines.", inner_eml=inner)
    (tmp_path / "a.eml").write_bytes(data)
    document = extract(tmp_path / "a.eml", "a.eml")
    notes, mailed = document.attachments
    assert "Attachments: notes.md, inner.eml" in document.text
    assert (notes.path, notes.title) == ("a.eml/notes.md", "Our notes")
    assert "Call Ines." in notes.text
    assert "Call Ines." not in document.text
    assert mailed.path == "a.eml/inner.eml"
    assert mailed.attachments[0].path == "a.eml/inner.eml/deep.txt"
    assert "The code is 4711." in mailed.attachments[0].text


def test_attachments_of_one_name_are_numbered(tmp_path: Path) -> None:
    made = EmailMessage()
    made.set_content("See below.")
    for text in ("The first.", "The second."):
        made.add_attachment(text, filename="../notes.txt")
    (tmp_path / "a.eml").write_bytes(bytes(made))
    attached = extract(tmp_path / "a.eml", "a.eml").attachments
    assert [one.path for one in attached] == ["a.eml/notes.txt", "a.eml/notes (2).txt"]


def test_an_attached_pdf_keeps_its_pages(tmp_path: Path) -> None:
    pdf = (GUIDE / "how-escalation-decides.pdf").read_bytes()
    (tmp_path / "a.eml").write_bytes(mail(plain="See below.", decides_pdf=pdf))
    (attached,) = extract(tmp_path / "a.eml", "a.eml").attachments
    assert attached.page_count == len(attached.pages) > 1


def test_a_mail_with_an_attachment_that_cannot_be_read_is_partly_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(mail(plain="See below.", data_bin=bytes(range(32)) * 9))
    entry = read_file(tmp_path, scan(tmp_path)[0]).entry
    assert entry.status is FileStatus.PARTLY
    assert entry.reason == "Attachments cannot be read: data.bin."
