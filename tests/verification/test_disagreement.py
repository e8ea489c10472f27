from __future__ import annotations

import pytest

from rag.domain.answers import Sentence, Support
from rag.verification.disagreement import disagreement
from tests.fakes import passage

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
