from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rag.domain.conversation import Question
from rag.domain.events import Answered
from rag.presentation.json_contract import answer_json
from rag.presentation.trace_card import marked_segments, passage_props, trace_props
from rag.retrieval.query import build_query
from rag.text.language_detection import message_language
from tests.builders import answered, assistant_of
from tests.fakes import CORPUS, POSTAGE, FakeBackend, hits_of, retriever_of, says

if TYPE_CHECKING:
    from pathlib import Path

QUERY = build_query(
    "Who pays the return postage?",
    (),
    message_language("Who pays the return postage?", ("en",)),
    retriever_of(*CORPUS).idf_of,
)


def test_the_questions_words_are_marked_and_nothing_is_lost() -> None:
    segments = marked_segments(POSTAGE.text, "en", QUERY)
    assert "".join(s["text"] for s in segments) == POSTAGE.text
    assert [s["text"] for s in segments if s["mark"]] == ["pay", "return", "postage", "pays"]


async def test_a_passage_card_tells_where_it_stands_in_the_answers_language(corpus: Path) -> None:
    answer = await answered(
        corpus, "Wie viel kostet die RelayBox und wer zahlt das?", FakeBackend()
    )
    props = passage_props(hits_of(POSTAGE)[0], answer)
    assert props["labels"]["open"] == "Datei öffnen"
    assert (props["document"], props["source"]) == ("returns.md", "Returns › Postage")


async def test_an_accepted_answer_tells_how_many_sentences_are_supported(corpus: Path) -> None:
    backend = FakeBackend(says("Customers may return the RelayBox within 30 days of delivery."))
    answer = await answered(corpus, "How long can a customer keep the RelayBox?", backend)
    props = trace_props(answer, [answer])
    assert props["who"]["badge"] == "answered"
    assert "1 of 1 sentence is" in props["who"]["why"]
    assert [row["label"] for row in props["waterfall"]] == [
        "prepare",
        "retrieve",
        "queue",
        "draft prefill",
        "draft decode",
        "verify",
    ]
    assert props["changes"] == []
    assert props["conversation"]["tiles"][0] == {"value": "1", "label": "answers"}


async def test_a_replaced_draft_is_held_against_the_answer(corpus: Path) -> None:
    backend = FakeBackend(says("Customers may return the RelayBox within 14 days of delivery."))
    answer = await answered(corpus, "How long can a customer keep the RelayBox?", backend)
    props = trace_props(answer, [answer])
    assert props["who"]["badge"] == "quoted"
    assert "14" in props["who"]["problem"]
    assert {change["op"] for change in props["changes"]} >= {"del", "ins"}
    assert not props["attempts"][0]["accepted"]
    assert any(not signal["passed"] for signal in props["signals"])


async def test_a_refusal_has_no_signals_and_no_cost(corpus: Path) -> None:
    answer = await answered(corpus, "What is the capital of Mongolia?", FakeBackend())
    props = trace_props(answer, [answer])
    assert props["who"]["badge"] == "refused"
    assert props["signals"] == props["attempts"] == props["cost"] == []


async def test_the_card_and_the_contract_are_plain_json(corpus: Path) -> None:
    answer = await answered(corpus, "Who pays the return postage?", FakeBackend(says("Nobody.")))
    json.dumps(trace_props(answer, [answer]))
    json.dumps(answer_json(answer))


async def test_the_signals_of_an_escalated_answer_are_named_as_the_drafts(corpus: Path) -> None:
    small = FakeBackend(says("Customers may return the RelayBox within 14 days of delivery."))
    large = FakeBackend(says("Customers may return the RelayBox within 30 days of delivery."))
    assistant = assistant_of(corpus, small, large)
    question = Question("How long can a customer keep the RelayBox?")
    events = [event async for event in assistant.ask(question)]
    assert isinstance(events[-1], Answered)
    answer = events[-1].answer
    assert answer.escalated
    assert trace_props(answer, [answer])["signals_title"] == "Signals of the draft"


WRONG = says("Customers may return the RelayBox within 14 days of delivery.")
RIGHT = says("Customers may return the RelayBox within 30 days of delivery.")


async def traced(
    corpus: Path, small: FakeBackend, large: FakeBackend | None, asked: Question
) -> dict[str, str]:
    assistant = assistant_of(corpus, small, large)
    events = [event async for event in assistant.ask(asked)]
    assert isinstance(events[-1], Answered)
    return dict(trace_props(events[-1].answer, [events[-1].answer])["who"])


async def test_what_is_said_of_the_draft_is_not_said_of_the_answer(corpus: Path) -> None:
    small, large = FakeBackend(WRONG, model="phi"), FakeBackend(RIGHT, model="gpt")
    who = await traced(corpus, small, large, Question("How long can a customer keep the RelayBox?"))
    assert who["name"] == "gpt"
    assert who["why"].startswith(
        "1 of 1 sentence is fully supported by the passages. What phi wrote:"
    )


async def test_a_model_that_was_asked_in_vain_is_named(corpus: Path) -> None:
    asked = Question("What is the capital of Mongolia?", skip_gate=True)
    who = await traced(corpus, FakeBackend(WRONG, model="phi"), None, asked)
    assert (who["name"], who["badge"]) == ("phi asked in vain", "refused")
