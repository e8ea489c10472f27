from __future__ import annotations

import pytest

from rag.text.answer_type import AnswerType, answer_type_of, may_miss


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How long can a customer keep it?", AnswerType.VALUE),
        ("Wanneer vervallen de dagen?", AnswerType.VALUE),
        ("Who pays the postage?", AnswerType.NAME),
        ("Is the postage free?", AnswerType.YES_NO),
        ("How do I return it?", AnswerType.EXPLANATION),
        ("Why is it late?", AnswerType.EXPLANATION),
        ("Tell me about returns", AnswerType.OTHER),
    ],
)
def test_what_is_asked_for_is_told(question: str, expected: AnswerType) -> None:
    assert answer_type_of(question) is expected


@pytest.mark.parametrize(
    ("question", "text", "missed"),
    [
        ("When was the bridge opened in 1998 painted?", "It was opened in 1998.", True),
        ("When was the bridge opened?", "It was opened in 1998.", False),
        ("Who opened the bridge?", "It was opened by the mayor.", True),
        ("Who opened the bridge?", "The bridge was opened by Anna Brandt.", False),
        ("How many pillars has it?", "It rests on twelve pillars.", False),
        ("What carries the bridge?", "It rests on pillars.", False),
        ("Why is it closed?", "The road is wet.", False),
    ],
)
def test_an_answer_without_what_was_asked_for_may_miss_the_question(
    question: str,
    text: str,
    missed: bool,  # noqa: FBT001
) -> None:
    assert may_miss(question, text) is missed
