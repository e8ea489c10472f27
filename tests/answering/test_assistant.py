from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.answering.assistant import Assistant
from rag.answering.passages import MAX_QUESTION_CHARACTERS
from rag.domain.answers import Answer, Outcome
from rag.domain.conversation import Question, Turn
from rag.domain.errors import QuestionError
from rag.domain.events import Answered, Event, Retrieved, Token
from rag.domain.requests import Intent, Mode
from tests.builders import assistant_of
from tests.fakes import FakeBackend, says

if TYPE_CHECKING:
    from pathlib import Path

GOOD = says("Customers may return the RelayBox within 30 days of delivery.")


async def events_of(assistant: Assistant, question: Question) -> list[Event]:
    return [event async for event in assistant.ask(question)]


async def ask(assistant: Assistant, text: str, **fields: object) -> Answer:
    *_, last = await events_of(assistant, Question(text, **fields))  # type: ignore[arg-type]
    assert isinstance(last, Answered)
    return last.answer


async def test_a_request_is_retrieved_then_written_then_answered(corpus: Path) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD, model="phi"))
    events = await events_of(assistant, Question("How long can a customer keep the RelayBox?"))
    assert isinstance(events[0], Retrieved)
    assert any(isinstance(event, Token) for event in events)
    last = events[-1]
    assert isinstance(last, Answered)
    answer = last.answer
    assert (answer.outcome, answer.model) == (Outcome.ANSWERED, "phi")
    assert answer.citations[0].passage.document == "returns.md"
    assert any(hit.used for hit in answer.hits)
    assert answer.timings.first_token_ms is not None
    assert answer.corpus_revision


async def test_without_evidence_no_model_is_asked(corpus: Path) -> None:
    backend = FakeBackend(GOOD)
    answer = await ask(assistant_of(corpus, backend), "What is the capital of Mongolia?")
    assert (answer.outcome, backend.asked) == (Outcome.REFUSED, [])
    assert [reason.code for reason in answer.reasons] == ["no_evidence"]
    assert answer.evidence is not None
    assert set(answer.evidence.missing) == {"capital", "Mongolia"}


async def test_a_refusal_is_in_the_language_of_the_question(corpus: Path) -> None:
    answer = await ask(assistant_of(corpus, FakeBackend(GOOD)), "Wat is de hoofdstad van Mongolië?")
    assert (answer.outcome, answer.language) == (Outcome.REFUSED, "nl")


async def test_asking_anyway_asks_but_still_checks(corpus: Path) -> None:
    backend = FakeBackend(says("The capital of Mongolia is Ulaanbaatar, a large and cold city."))
    answer = await ask(
        assistant_of(corpus, backend), "What is the capital of customers?", skip_gate=True
    )
    assert len(backend.asked) == 1
    assert answer.outcome is Outcome.QUOTED


async def test_asking_anyway_where_nothing_is_found_asks_and_refuses_what_nothing_carries(
    corpus: Path,
) -> None:
    backend = FakeBackend(says("The capital of Mongolia is Ulaanbaatar, a large and cold city."))
    answer = await ask(assistant_of(corpus, backend), "Mongolia?", skip_gate=True)
    assert (answer.outcome, len(backend.asked)) == (Outcome.REFUSED, 1)
    assert "uncited" in {reason.code for reason in answer.reasons}


@pytest.mark.parametrize(
    ("text", "intent"),
    [("Hello", Intent.GREETING), ("Thanks!", Intent.THANKS), ("What can you do?", Intent.HELP)],
)
async def test_small_talk_asks_nobody(corpus: Path, text: str, intent: Intent) -> None:
    backend = FakeBackend(GOOD)
    answer = await ask(assistant_of(corpus, backend), text)
    assert (answer.intent, answer.outcome, backend.asked) == (intent, Outcome.ANSWERED, [])


async def test_a_follow_up_finds_what_the_talk_is_about(corpus: Path) -> None:
    history = (Turn("What is the RelayBox?", "The RelayBox ships within two working days."),)
    backend = FakeBackend(says("The RelayBox costs 249 euros."))
    answer = await ask(assistant_of(corpus, backend), "And how much does it cost?", history=history)
    assert answer.intent is Intent.FOLLOW_UP
    assert answer.hits[0].passage.document == "faq.md"
    assert "Question: What is the RelayBox?" in [message.content for message in backend.asked[0]]


async def test_a_question_that_stands_alone_is_not_harmed_by_history(corpus: Path) -> None:
    history = (Turn("What is the RelayBox?", "The RelayBox ships within two working days."),)
    text = "How many days of holiday do employees have a year?"
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    alone, after = await ask(assistant, text), await ask(assistant, text, history=history)
    assert after.intent is Intent.QUESTION
    assert [h.passage for h in after.hits] == [h.passage for h in alone.hits]


@pytest.mark.parametrize("text", ["", "   \n", "x" * (MAX_QUESTION_CHARACTERS + 1), "y" * 200_000])
async def test_what_is_no_question_fails_with_a_sentence(corpus: Path, text: str) -> None:
    backend = FakeBackend(GOOD)
    answer = await ask(assistant_of(corpus, backend), text)
    assert (answer.outcome, backend.asked) == (Outcome.FAILED, [])
    assert answer.reasons[0].detail.endswith(".")


@pytest.mark.parametrize(
    "text",
    ["她住在哪里？", "أين تسكن؟", "🙂🙂", "'; DROP TABLE--", "\u202eabc", "a\x00b", "how " * 1000],
)
async def test_any_script_is_answered_somehow(corpus: Path, text: str) -> None:
    answer = await ask(assistant_of(corpus, FakeBackend(GOOD)), text)
    assert answer.outcome in {Outcome.REFUSED, Outcome.ANSWERED, Outcome.QUOTED}


async def test_a_missing_folder_fails_with_what_to_do(tmp_path: Path) -> None:
    answer = await ask(assistant_of(tmp_path / "nowhere", FakeBackend(GOOD)), "Who pays?")
    assert answer.outcome is Outcome.FAILED
    assert "RAG_CORPUS_DIR" in answer.reasons[0].detail


async def test_an_empty_folder_refuses_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = await ask(assistant_of(tmp_path / "empty", FakeBackend(GOOD)), "Who pays?")
    assert answer.outcome is Outcome.FAILED
    assert "no documents" in answer.reasons[0].detail


async def test_a_deleted_file_is_gone_from_the_next_question(corpus: Path) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    assert (await ask(assistant, "Who pays the postage?")).outcome is not Outcome.REFUSED
    (corpus / "returns.md").unlink()
    answer = await ask(assistant, "Who pays the postage?")
    assert "returns.md" not in {hit.passage.document for hit in answer.hits}


async def test_a_scope_narrows_the_search(corpus: Path) -> None:
    answer = await ask(assistant_of(corpus, FakeBackend(GOOD)), "How many days?", scope="office")
    assert {hit.passage.document for hit in answer.hits} == {"office/holidays.md"}


async def test_the_price_is_known_where_every_model_has_one(corpus: Path) -> None:
    backend = FakeBackend(GOOD, model="phi")
    text = "How long can a customer keep the RelayBox?"
    priced = assistant_of(corpus, backend, prices={"phi": (1.0, 2.0)})
    assert (await ask(priced, text)).cost == pytest.approx((100 + 2 * 10) / 1e6)
    assert (await ask(assistant_of(corpus, backend), text)).cost is None


async def test_mode_large_without_one_is_quoted_at_once(corpus: Path) -> None:
    backend = FakeBackend(GOOD)
    answer = await ask(
        assistant_of(corpus, backend), "How long can a customer keep the RelayBox?", mode=Mode.LARGE
    )
    assert (answer.outcome, backend.asked) == (Outcome.QUOTED, [])


async def test_a_hit_brings_the_text_around_it(corpus: Path) -> None:
    retrieved, _ = await assistant_of(corpus, FakeBackend()).search("postage", 1)
    [hit] = retrieved.hits
    assert hit.before.endswith("\n\nPostage")
    assert "no return is possible" in hit.before


async def test_search_gives_passages_and_the_revision(corpus: Path) -> None:
    retrieved, revision = await assistant_of(corpus, FakeBackend()).search("postage", 2)
    assert retrieved.hits[0].passage.document == "returns.md"
    assert revision
    with pytest.raises(QuestionError):
        await assistant_of(corpus, FakeBackend()).search(" ", 2)


async def test_warming_up_says_what_is_wrong_and_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await assistant_of(tmp_path / "nowhere", FakeBackend()).warm()
    assert "does not exist" in caplog.text


def test_importing_the_assistant_loads_no_heavy_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys, rag.answering.assistant; "
        "print([m for m in ('chainlit', 'openai', 'kreuzberg', 'xllamacpp') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


async def test_what_nobody_sees_in_a_question_parts_no_word(corpus: Path) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    answer = await ask(assistant, "How long is the war\u200bran\u00adty?")
    assert answer.question == "How long is the warranty?"
    assert [term.word for term in answer.query.terms][-1] == "warranty"
