from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.sentences import last_end, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 3.5 euros. Dr. Smith knows, e.g. from Fig. 3.", None),
        ("Siehe z.B. Abs. 4. Danach gilt es.", ["Siehe z.B. Abs. 4.", "Danach gilt es."]),
        ("- first item\n- second item", ["- first item", "- second item"]),
        ("| a. b | One. Two. |\n| c | d |", ["| a. b | One. Two. |", "| c | d |"]),
        ("他住在东京。她不在。", ["他住在东京。", "她不在。"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("It ends [1]. And goes on [2].", ["It ends [1].", "And goes on [2]."]),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["It costs 3.5 euros.", "Dr. Smith knows, e.g. from Fig. 3."]
    assert sentences(text) == expected


@given(st.text(alphabet="ab .!?\n。A1", max_size=120))
def test_nothing_but_white_space_is_lost(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("It costs 249. The ", 13),
        ("It costs 249. The", 0),
        ("It costs 249. ", 0),
        ("It ends on 3. March at noon. Then ", 28),
        ("- first item\n", 12),
        ("One. Two. Thr", 4),
        ("他住在东京。她", 6),
        ("", 0),
    ],
)
def test_a_growing_text_has_an_end_where_the_next_word_tells(text: str, end: int) -> None:
    assert last_end(text) == end


@given(st.text(alphabet="ab .!?\n。A1", max_size=60), st.text(alphabet="ab .\nA1", max_size=30))
def test_what_has_ended_stays_as_it_is_however_the_text_goes_on(text: str, more: str) -> None:
    end = last_end(text)
    assert (
        sentences(text[:end])
        == [s for s in sentences(text + more) if s][: len(sentences(text[:end]))]
    )
