from __future__ import annotations

import contextlib
import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain.documents import FileStatus, LedgerEntry
from rag.interfaces.cli.output import (
    PrintableRecord,
    print_error,
    print_json,
    print_text,
    printable,
)
from rag.presentation.lines import ledger_lines

CLIPBOARD = "\x1b]52;c;cm0gLXJm\x07"
HOSTILE = [CLIPBOARD, "\x1b[2J", "\x9b2J", "a\rb", "a\x08b", "\u202egnp.exe", "\x7f", "\u2028x"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_terminal_obeys_is_printed(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_text(text)
    print_error(text)
    print_json({"name": text})
    shown = capsys.readouterr()
    for printed in (shown.out, shown.err):
        assert not set(printed) & set("\x1b\x07\x08\r\x7f\x9b\u202e\u2028")


def test_half_a_character_is_printed_as_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    print_text("a\ud800b")
    print_json({"name": "a\ud800b"})
    shown = capsys.readouterr().out
    assert "d800" in shown
    assert json.loads(shown.partition("\n")[2]) == {"name": "a\ud800b"}


@given(st.text())
def test_json_stays_what_it_was(text: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        print_json({"name": text})
    assert json.loads(out.getvalue()) == {"name": text}


def test_plain_text_is_printed_as_it_is() -> None:
    assert printable("Zürich ≈ 5 °C\n\tok") == "Zürich ≈ 5 °C\n\tok"


def test_a_file_name_in_a_reason_forges_no_line_of_the_ledger() -> None:
    reason = "It is the same as a.md\nindexed     secret.md."
    entry = LedgerEntry("b.md", 1, 1, status=FileStatus.DUPLICATE, reason=reason)
    assert len(ledger_lines([entry]).splitlines()) == 2


def test_a_file_name_forges_no_line_of_the_ledger() -> None:
    entry = LedgerEntry("a.md\nindexed     secret.md", 1, 1, status=FileStatus.INDEXED)
    assert len(ledger_lines([entry]).splitlines()) == 2


@pytest.mark.parametrize("name", [*HOSTILE, "a.pdf\nb.pdf   searchable"])
def test_a_record_of_the_log_is_one_line_without_orders(name: str) -> None:
    record = PrintableRecord("rag", logging.WARNING, "", 1, "Read %s.", (name,), None)
    assert not set(record.getMessage()) & set("\x1b\x07\x08\r\x7f\x9b\u202e\u2028\n")
