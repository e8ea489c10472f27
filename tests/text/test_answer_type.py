from __future__ import annotations

import pytest

from rag.text.answer_type import AnswerType, answer_type_of, gives, may_miss


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
        ("Which Python version does it need?", "It needs Python 3.8+.", False),
        ("Which Python version does it need?", "It needs 3 parts.", True),
        ("Which variable switches it off?", "Set `SHOW_USAGE` to 0.", False),
        ("Which variable switches it off?", "Set up an account first.", True),
        ("Welche Umgebungsvariable ist das?", "RAG_TOP_K legt das fest.", False),
        ("Where is the list?", "It is in the menu of the document.", False),
    ],
)
def test_an_answer_without_what_was_asked_for_may_miss_the_question(
    question: str,
    text: str,
    missed: bool,  # noqa: FBT001
) -> None:
    assert may_miss(question, text) is missed


@pytest.mark.parametrize(
    ("question", "held", "lacking"),
    [
        ("How long is the warranty?", "It is two years.", "It has 4 parts."),
        ("Wie lange dauert die Prüfung?", "Sie dauert 45 Minuten.", "Sie hat 3 Teile."),
        ("How much memory does the model need?", "It needs ~8GB RAM.", "It has 14 layers."),
        ("How much does the course cost?", "It is $25 a head.", "It has 10 samples."),
        ("What does the box cost?", "It costs 249 euros.", "It weighs 1.2 kg."),
        ("On what date did it end?", "It ended on 5 March 2026.", "It ended after 14 rounds."),
        ("How heavy is the pump?", "It weighs 3.5 tonnes.", "It takes 20 minutes."),
    ],
)
def test_an_amount_of_the_dimension_that_is_asked_for_is_needed(
    question: str, held: str, lacking: str
) -> None:
    assert gives(AnswerType.VALUE, question, held)
    assert not gives(AnswerType.VALUE, question, lacking)


def test_how_many_of_a_thing_is_any_number() -> None:
    assert gives(AnswerType.VALUE, "How many pillars has it?", "It rests on 12 pillars.")
