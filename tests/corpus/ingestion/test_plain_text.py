from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.corpus.ingestion.extraction import extract
from rag.corpus.ingestion.plain_text import SUBTITLES, decoded, plain_text
from rag.domain.errors import ExtractionError


def read(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return extract(path, name).text


@pytest.mark.parametrize(
    "name",
    [
        *("pump.py", "backup.sh", "limits.ts", "Pump.java", "prices.sql", "pump.ini", "main.go"),
        *("app.css", "Makefile", "site.conf", "server.log", "notes.unknown", "README", "a.ps1"),
    ],
)
def test_readable_text_of_any_kind_is_read_as_it_stands(tmp_path: Path, name: str) -> None:
    content = "#!/bin/sh\n# Never above 80 degrees.\nlimit = 80\n"
    assert read(tmp_path, name, content) == content


def test_a_comment_in_a_program_is_no_heading(tmp_path: Path) -> None:
    path = tmp_path / "pump.py"
    path.write_text("# Prices\nprice = 12\n")
    document = extract(path, "pump.py")
    assert (document.title, document.code) == ("pump.py", True)


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم نامه‌ای بنویسم که نیم‌فاصله‌های بسیار داشته باشد",
        "សួស្តី\u200bពិភពលោក\u200bទាំងអស់",
        "Haus\u00admeister\u00adwohnung und Heiz\u00adkosten\u00adabrechnung",
        "on call 👩\u200d👩\u200d👧\u200d👦 👩🏽\u200d🔧 🏳️\u200d🌈",
    ],
    ids=["Persian joiners", "Khmer spaces", "soft hyphens", "emoji sequences"],
)
def test_format_characters_are_text(text: str) -> None:
    assert decoded(text.encode()) == text


def test_control_bytes_are_no_text() -> None:
    with pytest.raises(ExtractionError):
        decoded(bytes(range(32)) * 20)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_unicode_encodings_are_recognised_with_and_without_a_mark(encoding: str) -> None:
    assert decoded("Pump 7 runs at 80 degrees.".encode(encoding)) == "Pump 7 runs at 80 degrees."


def test_colours_of_a_terminal_are_left_out() -> None:
    assert decoded(b"\x1b[31mERROR\x1b[0m pump \x1b[1;32m7\x1b[m") == "ERROR pump 7"


SRT = "1\n00:00:01,000 --> 00:00:04,000\nNever open\nthe valve.\n\n2\n00:00:05,000 --> 00:00:06,000\n<i>Never</i>, 12\n"
VTT = "WEBVTT - tape\n\nNOTE made by hand\n\nintro\n00:01.000 --> 00:04.000 align:start\n<v Anna>Never open it.</v>\n"


def test_subtitles_are_read_without_numbers_and_times() -> None:
    kind = min(SUBTITLES)
    assert plain_text(SRT, kind) == "Never open\nthe valve.\nNever, 12"
    assert plain_text(VTT, kind) == "Anna: Never open it."


def test_a_calendar_is_read_as_people_read_it(tmp_path: Path) -> None:
    content = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:12-99@x\r\nSUMMARY:Fire dr\r\n ill\r\n"
        "DTSTART;TZID=Europe/Berlin:20260312T090000\r\nDTEND;VALUE=DATE:20260313\r\n"
        'ORGANIZER;CN="Mira Toncic":mailto:mira@example.org\r\n'
        "DESCRIPTION:Meet outside\\, bring\\nvests\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert read(tmp_path, "drill.ics", content) == (
        "Summary: Fire drill\nStart: 2026-03-12 09:00 (Europe/Berlin)\nEnd: 2026-03-13\n"
        "Organizer: Mira Toncic (mira@example.org)\nDescription: Meet outside, bring\nvests"
    )


def test_a_contact_is_read_as_people_read_it(tmp_path: Path) -> None:
    content = "BEGIN:VCARD\nFN:Ines Roth\nTEL;TYPE=work:+41 61 555 01 02\nADR:;;Hafenweg 3;Basel;;4057;CH\nEND:VCARD\n"
    assert read(tmp_path, "ines.vcf", content) == (
        "Name: Ines Roth\nTelephone: +41 61 555 01 02\nAddress: Hafenweg 3, Basel, 4057, CH"
    )


def test_a_notebook_keeps_text_code_and_output_apart(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Session 4\n", "It takes **45** minutes."]},
        {
            "cell_type": "code",
            "source": "print(7)",
            "outputs": [
                {"output_type": "stream", "text": ["7\n"]},
                {"output_type": "error", "ename": "ValueError", "evalue": "no pump"},
                {"output_type": "display_data", "data": {"image/png": "AAAA"}},
            ],
        },
    ]
    notebook = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4}
    assert read(tmp_path, "session.ipynb", json.dumps(notebook)) == (
        "# Session 4\nIt takes 45 minutes.\n\n```python\nprint(7)\n```\n\n"
        "```output\n7\n\nValueError: no pump\n```"
    )


def test_a_broken_notebook_is_said_to_be_damaged(tmp_path: Path) -> None:
    with pytest.raises(ExtractionError, match="damaged"):
        read(tmp_path, "session.ipynb", '{"cells": [{"source": 3}]}')


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yaml", "---\ntitle: Pump\n---\nlimit: 80\n"),
        ("a.json", '{"limit": 80,}\n'),
        ("a.tex", "\\section{Pump} The limit is \\textbf{80}.\n"),
        ("a.pdf", "The limit is 80 degrees.\n"),
    ],
)
def test_a_text_that_cannot_be_taken_apart_is_read_as_it_stands(
    tmp_path: Path, name: str, content: str
) -> None:
    assert "80" in read(tmp_path, name, content)


def test_the_line_that_names_a_separator_is_no_data(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", "sep=;\nName;Price\nPump;12,50\n") == (
        "| Name | Price |\n| --- | --- |\n| Pump | 12,50 |\n"
    )


def test_characters_that_nobody_sees_part_no_words(tmp_path: Path) -> None:
    text = "Haus\u00admeister\u2060wohnung zero\u200bwidth ភាសា\u200bខ្មែរ"
    expected = "Hausmeisterwohnung zerowidth ភាសា\u200bខ្មែរ"
    assert read(tmp_path, "a.txt", text) == expected
