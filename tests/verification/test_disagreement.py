from __future__ import annotations

import pytest

from rag.domain.answers import Sentence, Support
from rag.domain.documents import Passage
from rag.verification.disagreement import disagreement, newer_first
from tests.fakes import hits_of, passage

NEW = passage("The daily allowance for meals is 35 euros.", "expense-2026.md")


def cited(text: str) -> Sentence:
    return Sentence(text, 0, len(text), Support.FULL, (1,))


@pytest.mark.parametrize(
    "older",
    ["The daily allowance for meals is 28 euros.", "The allowance for daily meals was 28 euros."],
)
def test_another_value_in_another_document_is_found(older: str) -> None:
    passages = {1: NEW, 2: passage(f"Read this first. {older}", "expense-2024.md")}
    found = disagreement([cited("The daily allowance for meals is 35 euros.")], passages)
    assert found is not None
    assert (found[0].document, found[1]) == ("expense-2024.md", older)


@pytest.mark.parametrize(
    "other",
    [
        "The daily allowance for meals is 35 euros.",
        "The daily allowance for hotels abroad is 90 euros.",
        "The daily allowance for meals is paid within 14 days.",
    ],
)
def test_the_same_value_or_another_subject_is_no_disagreement(other: str) -> None:
    passages = {1: NEW, 2: passage(other, "expense-2024.md")}
    found = disagreement([cited("The daily allowance for meals is 35 euros.")], passages)
    assert found is None


def test_two_sentences_of_one_document_are_left_alone() -> None:
    passages = {1: NEW, 2: passage("The daily allowance for meals is 28 euros.", NEW.document)}
    assert disagreement([cited("The daily allowance for meals is 35 euros.")], passages) is None


OLD = passage("The daily allowance for meals is 28 euros.", "expense-2024.md")


def first(*passages: Passage, modified: dict[str, int] | None = None) -> str:
    times = modified or {}
    found = newer_first(hits_of(*passages), lambda path: times.get(path, 0))
    return found[0].passage.document


def test_of_two_that_disagree_the_one_of_the_later_year_leads() -> None:
    assert first(OLD, NEW) == first(NEW, OLD) == "expense-2026.md"


def test_of_two_that_disagree_the_one_that_replaces_leads() -> None:
    replaced = passage("The daily allowance for meals is 28 euros.", "meals.md")
    replacing = passage(
        "This rule replaces the earlier one. The daily allowance for meals is 35 euros.", "rules.md"
    )
    assert first(replaced, replacing) == "rules.md"


def test_of_two_that_disagree_the_later_file_leads_where_nothing_else_tells() -> None:
    one = passage("The daily allowance for meals is 28 euros.", "a.md")
    other = passage("The daily allowance for meals is 35 euros.", "b.md")
    days = 24 * 3600 * 10**9
    assert first(one, other, modified={"b.md": 9 * days}) == "b.md"
    assert first(one, other, modified={"a.md": 9 * days}) == "a.md"


def test_those_that_agree_keep_their_order() -> None:
    same = passage("The daily allowance for meals is 35 euros.", "expense-2024.md")
    assert first(same, NEW) == "expense-2024.md"
