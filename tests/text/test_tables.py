from __future__ import annotations

import pytest

from rag.text.tables import without_bars


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
