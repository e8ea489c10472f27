from __future__ import annotations

import pytest

from rag.text.tables import rows_as_people_read, rows_read_as, without_bars


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("up to 200 MiB. |\n| Can it? | Only there. |", "up to 200 MiB.\nCan it? · Only there."),
        ("| a | b", "a · b"),
        ("Either a|b or c.", "Either a|b or c."),
    ],
)
def test_rows_beside_a_passage_have_no_bars(text: str, shown: str) -> None:
    assert without_bars(text) == shown


HEAD = "| Model | Voltage | Current |"
ROWS = "| R1 | 12 V | 3 A |\n| R2 | 24 V | |"


@pytest.mark.parametrize("count", [1, 2])
def test_what_was_read_leads_back_to_its_rows(count: int) -> None:
    text = "\n".join(ROWS.splitlines()[:count])
    rows = rows_read_as(rows_as_people_read(text, HEAD), ROWS, HEAD)
    assert rows == [["R1", "12 V", "3 A"], ["R2", "24 V", ""]][:count]


def test_a_bar_within_a_cell_is_no_border() -> None:
    row = r"| a \| b | pipe |"
    assert rows_read_as(
        rows_as_people_read(row, "| Command | Meaning |"), row, "| Command | Meaning |"
    ) == [["a | b", "pipe"]]


@pytest.mark.parametrize("read", ["", "It has 24 V.", "Model: R1; Voltage: 12 V\nIt has 24 V."])
def test_prose_leads_to_no_rows(read: str) -> None:
    assert rows_read_as(read, ROWS, HEAD) == []


def test_the_dashes_under_a_head_are_not_shown() -> None:
    assert without_bars(f"{HEAD}\n|---|:-:|---|\n| R1 | 12 V | 3 A |") == (
        "Model · Voltage · Current\nR1 · 12 V · 3 A"
    )
