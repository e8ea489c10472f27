from __future__ import annotations

import pytest

from rag.domain.answers import Outcome, Problem, ProblemCode, Support
from rag.domain.conversation import Turn
from rag.domain.events import Retrieved
from rag.domain.requests import Intent
from tests.builders import Talk

ANSWER = "Customers may return the RelayBox within 30 days of delivery, in the original box."
QUESTION = "How long can a customer keep the RelayBox?"


async def test_the_last_answers_passages_are_kept_and_nothing_is_looked_up(talk: Talk) -> None:
    first = await talk.ask(QUESTION, ANSWER)
    answer = await talk.ask("Make that shorter", "Customers may return it within 30 days.")
    assert (answer.intent, answer.outcome) == (Intent.REWORK, Outcome.ANSWERED)
    assert not any(isinstance(event, Retrieved) for event in talk.events)
    assert {hit.passage for hit in answer.hits} == {c.passage for c in first.citations}
    assert answer.text == "Customers may return it within 30 days. [1]"


async def test_the_model_is_shown_the_answer_that_the_person_saw(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    await talk.ask("As a list, please", "- Return within 30 days of delivery.")
    assert f"{ANSWER} [1]" in talk.small.asked[-1][-1].content


async def test_a_shorter_answer_is_not_too_short(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    answer = await talk.ask("Shorter", "Within 30 days of delivery.")
    assert answer.outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("request_text", "shape"),
    [
        ("Put it in a table", "| Returns |\n| --- |\n| Customers may"),
        ("As a list please", "- Customers may"),
        ("Make it shorter", "Customers may"),
    ],
)
async def test_without_a_supported_text_the_answers_own_sentences_are_rearranged(
    talk: Talk, request_text: str, shape: str
) -> None:
    await talk.ask(QUESTION, ANSWER)
    answer = await talk.ask(request_text, "You have 99 days to send it to Mongolia.")
    assert answer.outcome is Outcome.QUOTED
    assert answer.text.startswith(shape)
    assert answer.sentences
    assert all(sentence.support is Support.FULL for sentence in answer.sentences)


async def test_an_invented_number_in_a_table_is_found(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    answer = await talk.ask(
        "As a table", "| what | days |\n|---|---|\n| return the RelayBox | 31 |"
    )
    assert answer.outcome is Outcome.QUOTED
    [weak] = [s for attempt in answer.attempts for s in attempt.sentences if s.problem]
    assert weak.problem == Problem(ProblemCode.ABSENT_NUMBER, "31")


async def test_a_letters_forms_claim_nothing(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    letter = f"Dear customer,\n\n{ANSWER}\n\nKind regards,\n[Your name]"
    answer = await talk.ask("Turn that into an e-mail", letter)
    assert answer.outcome is Outcome.ANSWERED
    assert [sentence.support for sentence in answer.sentences] == [Support.FULL]
    assert answer.text.startswith("Dear customer,")


async def test_a_translation_is_supported_as_far_as_numbers_and_names_tell(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    good = "Klanten mogen de RelayBox binnen 30 dagen na levering in de originele doos terugsturen."
    answer = await talk.ask("In Dutch, please", good)
    assert answer.outcome is Outcome.ANSWERED
    [sentence] = answer.sentences
    assert (sentence.support, sentence.citations) == (Support.PARTIAL, (1,))
    assert sentence.problem is not None
    assert sentence.problem.code is ProblemCode.OTHER_LANGUAGE


async def test_a_translation_with_another_number_is_not_shown(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    answer = await talk.ask("In Dutch, please", "Klanten mogen hem binnen 60 dagen terugsturen.")
    assert answer.outcome is Outcome.QUOTED
    assert "30 days" in answer.text


async def test_without_an_answer_that_is_said(talk: Talk) -> None:
    answer = await talk.ask("Make that shorter")
    assert (answer.outcome, answer.text) == (Outcome.ANSWERED, "")
    assert [reason.code for reason in answer.reasons] == ["nothing_to_rework"]
    assert talk.small.asked == []


async def test_a_conversation_without_passages_has_them_looked_up(talk: Talk) -> None:
    talk.turns = [Turn(QUESTION, ANSWER)]
    answer = await talk.ask("Make that shorter", "Customers may return it within 30 days.")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citations[0].passage.document == "returns.md"


async def test_work_on_work_goes_on_from_the_newest(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    await talk.ask("Shorter", "Return within 30 days of delivery.")
    await talk.ask("As a list", "- Return within 30 days of delivery.")
    assert "Here is your last answer:\nReturn within 30 days" in talk.small.asked[-1][-1].content


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Put it in a table", "Customers may return the RelayBox within 30 days of delivery."),
        ("As a list", "Customers may return the RelayBox within 30 days of delivery."),
        ("Make it shorter", f"{ANSWER} {ANSWER}"),
        ("In Dutch", "Customers may return the RelayBox within 30 days of delivery."),
    ],
)
async def test_a_text_in_another_shape_than_asked_for_is_not_taken(
    talk: Talk, text: str, said: str
) -> None:
    await talk.ask(QUESTION, ANSWER)
    answer = await talk.ask(text, said)
    assert answer.outcome is Outcome.QUOTED
    assert "form" in {reason.code for reason in answer.reasons}


async def test_a_fence_around_a_table_is_taken_off(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    table = "| what | when |\n| --- | --- |\n| return the RelayBox | within 30 days of delivery |"
    answer = await talk.ask("Put it in a table", f"```markdown\n{table}\n```")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text.startswith("| what | when |")


async def test_after_a_failed_rework_the_answer_before_is_worked_on(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    failed = await talk.ask("Put it in a table", "Nonsense about 99 penguins.")
    assert failed.outcome is Outcome.QUOTED
    await talk.ask("As a list", "- Return within 30 days of delivery.")
    assert f"last answer:\n{ANSWER}" in talk.small.asked[-1][-1].content


async def test_a_letters_subject_is_not_all_that_is_left(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    await talk.ask("As an e-mail", f"Subject: Returning the RelayBox\n\nDear customer,\n\n{ANSWER}")
    answer = await talk.ask("Make that shorter", "")
    assert "within 30 days" in answer.text


async def test_a_shorter_translation_stays_in_its_language(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    dutch = (
        "Klanten mogen de RelayBox binnen 30 dagen na levering in de originele doos terugsturen."
    )
    await talk.ask("In Dutch, please", dutch)
    answer = await talk.ask("Make that shorter", "Klanten mogen hem binnen 30 dagen terugsturen.")
    assert answer.outcome is Outcome.ANSWERED
    assert "Answer in Dutch" in talk.small.asked[-1][0].content


async def test_after_a_list_there_is_nothing_to_work_on(talk: Talk) -> None:
    await talk.ask(QUESTION, ANSWER)
    await talk.ask("What documents do you have?")
    answer = await talk.ask("Make that shorter")
    assert [reason.code for reason in answer.reasons] == ["nothing_to_rework"]
