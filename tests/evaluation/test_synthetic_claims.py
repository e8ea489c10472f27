from __future__ import annotations

from random import Random

import pytest

from rag.evaluation.beir import Asked, Text
from rag.evaluation.synthetic_claims import Construction, synthetic_claims

GOLD = Text(
    "a",
    "Harbour",
    "In 1954 the architect Maria Olsen planned the harbour. It was widened by Pieter Dekker in 1961.",
)
OTHER = Text("b", "Soup", "Soup is eaten with a spoon.")
ASKED = Asked("q", "Who planned the harbour?", {"a": 1}, ("Maria Olsen",))


def made(gold: Text = GOLD) -> dict[Construction, list[str]]:
    found: dict[Construction, list[str]] = {}
    for one in synthetic_claims(ASKED, gold, OTHER, gold.text, Random(1)):
        found.setdefault(one.made, []).append(one.text)
    return found


def test_true_sentences_are_the_answered_question_and_the_one_with_the_answer() -> None:
    assert made()[Construction.ANSWERED] == ["Who planned the harbour? Maria Olsen."]
    assert made()[Construction.GOLD] == ["In 1954 the architect Maria Olsen planned the harbour."]
    assert {one for one in Construction if one.is_true} == {
        Construction.ANSWERED,
        Construction.GOLD,
    }


def test_a_value_that_no_passage_has_is_new() -> None:
    year, name = made()[Construction.ABSENT_VALUE]
    assert year.endswith("the architect Maria Olsen planned the harbour.")
    assert name.startswith("In 1954 the architect ")
    for text in (year, name):
        assert not set(text.split()) <= set(GOLD.text.split())


def test_another_value_is_of_the_same_kind_and_passage() -> None:
    assert made()[Construction.OTHER_VALUE] == [
        "In 1961 the architect Maria Olsen planned the harbour.",
        "In 1954 the architect Pieter Dekker planned the harbour.",
    ]


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("The harbour of Maria Olsen is deep.", "The harbour of Maria Olsen is not deep."),
        ("The harbour of Maria Olsen is not deep.", "The harbour of Maria Olsen is deep."),
        (
            "Der Hafen von Maria Olsen ist nach dem Umbau tief.",
            "Der Hafen von Maria Olsen ist nicht nach dem Umbau tief.",
        ),
    ],
)
def test_a_denial_is_added_or_taken_away(text: str, negated: str) -> None:
    assert made(Text("a", "", text))[Construction.NEGATED] == [negated]


def test_another_document_lends_a_sentence() -> None:
    assert made()[Construction.OTHER_DOCUMENT] == [OTHER.text]
