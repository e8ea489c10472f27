from __future__ import annotations

import pytest

from rag.answer_type import AnswerType, answer_type_of


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
