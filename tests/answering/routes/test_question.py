"""Questions of several parts, and documents that disagree."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.domain.answers import Answer, Outcome, Reason, ReasonCode
from rag.domain.completions import Profile
from rag.domain.conversation import Question
from rag.domain.events import Answered
from tests.builders import Talk, assistant_of
from tests.fakes import FakeBackend, says

NOTHING = "The passages do not say."


@pytest.fixture
def machines(tmp_path: Path) -> Talk:
    folder = tmp_path / "machines"
    folder.mkdir()
    texts = {
        "pump.md": "# Pump\n\nThe PumpX takes 12 litres a minute and costs 300 euros.",
        "press.md": "# Press\n\nThe PressY pushes with 4 tonnes and costs 900 euros.",
        "rd.md": "# Teams\n\nResearch and Development is led by Ines Roth.",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Talk(folder, FakeBackend(model="phi"))


async def test_each_part_of_a_question_gets_passages_and_a_quotation(machines: Talk) -> None:
    answer = await machines.ask("What does the PumpX cost, and what does the PressY cost?", NOTHING)
    assert answer.outcome is Outcome.QUOTED
    assert "300 euros" in answer.text
    assert "900 euros" in answer.text
    assert {hit.passage.document for hit in answer.hits} >= {"pump.md", "press.md"}


async def test_each_of_two_names_gets_passages(machines: Talk) -> None:
    answer = await machines.ask("Compare PumpX and PressY", NOTHING)
    assert "12 litres" in answer.text
    assert "4 tonnes" in answer.text


async def test_a_part_that_no_document_answers_is_named(machines: Talk) -> None:
    answer = await machines.ask(
        "What does the PumpX cost? And who won the football cup in Brazil?", NOTHING
    )
    assert "300 euros" in answer.text
    missing = Reason(ReasonCode.PART_MISSING, "And who won the football cup in Brazil?")
    assert missing in answer.reasons


async def test_a_question_of_which_no_part_is_answered_is_refused(machines: Talk) -> None:
    answer = await machines.ask(
        "Who won the football cup in Brazil? And who sings the anthem of Chile?", NOTHING
    )
    assert answer.outcome is Outcome.REFUSED
    assert answer.attempts == ()


async def test_names_that_a_document_knows_as_one_are_one(machines: Talk) -> None:
    answer = await machines.ask("Who leads Research and Development?", NOTHING)
    assert ReasonCode.PART_MISSING not in {reason.code for reason in answer.reasons}
    assert "Ines Roth" in answer.text


async def test_of_documents_that_disagree_the_newer_one_leads(tmp_path: Path) -> None:
    for year, amount in (("2024", 28), ("2026", 35)):
        text = f"# Expenses {year}\n\nThe daily allowance for meals is {amount} euros."
        (tmp_path / f"expenses-{year}.md").write_text(text, encoding="utf-8")
    talk = Talk(tmp_path, FakeBackend(model="phi"))
    answer = await talk.ask("What is the daily allowance for meals?", NOTHING)
    assert answer.hits[0].passage.document == "expenses-2026.md"
    assert answer.text.index("35 euros") < (answer.text + "28 euros").index("28 euros")
    assert any(r.code is ReasonCode.DISAGREES and "2024" in r.detail for r in answer.reasons)


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    text = "# Expenses\n\nReimbursement for travel to the office is 25 cents a kilometre."
    (folder / "expenses.md").write_text(text, encoding="utf-8")
    (folder / "press.md").write_text("# Press\n\nThe press needs oil.", encoding="utf-8")
    return folder


async def asked(
    folder: Path, question: str, *answers: str, demo: bool = False, expand: bool = True
) -> tuple[Answer, int]:
    """The answer where the small model writes these texts in turn, and how often it was asked."""
    small = FakeBackend(model="phi", profile=Profile(1000, 80, demo=demo))
    small.turns = [says(text) for text in answers]
    assistant = assistant_of(folder, small, expand=expand)
    async for event in assistant.ask(Question(question)):
        if isinstance(event, Answered):
            return event.answer, len(small.asked)
    raise AssertionError


COMPENSATION = "What is the compensation for commuting?"
OTHERS = "compensation: reimbursement, refund\ncommuting: travel, 'journey'\nNothing else."


async def test_other_words_of_the_small_model_find_what_documents_put_otherwise(
    handbook: Path,
) -> None:
    said = "Reimbursement for travel to the office is 25 cents a kilometre."
    answer, calls = await asked(handbook, COMPENSATION, OTHERS, said)
    assert calls == 2
    assert answer.outcome is not Outcome.REFUSED
    assert "25 cents" in answer.text
    assert Reason(ReasonCode.EXPANDED, "reimbursement, travel") in answer.reasons


@pytest.mark.parametrize(
    "said", ["I do not know.", "", "compensation: \ncommuting:", "pay: wage\n" * 50, "a: b: c" * 90]
)
async def test_other_words_that_say_nothing_change_nothing(handbook: Path, said: str) -> None:
    answer, _ = await asked(handbook, COMPENSATION, said)
    assert answer.outcome is Outcome.REFUSED
    assert ReasonCode.EXPANDED not in {reason.code for reason in answer.reasons}


async def test_the_built_in_model_is_never_asked_for_other_words(handbook: Path) -> None:
    _, calls = await asked(handbook, COMPENSATION, OTHERS, demo=True)
    assert calls == 0


async def test_other_words_can_be_switched_off(handbook: Path) -> None:
    _, calls = await asked(handbook, COMPENSATION, OTHERS, expand=False)
    assert calls == 0


async def test_where_evidence_is_strong_no_other_words_are_asked_for(handbook: Path) -> None:
    said = "Reimbursement for travel to the office is 25 cents a kilometre."
    _, calls = await asked(handbook, "What is the reimbursement for travel to the office?", said)
    assert calls == 1
