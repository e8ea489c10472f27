from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering.demo import PATIENCE_MS, DemoTurn
from rag.answering.escalation import Rules
from rag.domain.answers import Outcome, ReasonCode, Sentence, Support
from rag.domain.events import Checked
from rag.domain.requests import Mode
from rag.presentation.message import answer_text
from tests.answering.cascade_run import Run
from tests.builders import answered, write_corpus
from tests.fakes import FakeBackend, FakeClock, says

QUOTED = "Customers may return the RelayBox within 30 days of delivery, in the original box."


def turn(clock: FakeClock | None = None) -> DemoTurn:
    return DemoTurn([QUOTED], "en", clock or FakeClock())


def said(text: str) -> Checked:
    sentence = Sentence(text, 0, len(text), Support.FULL, (1,), chance=0.99)
    return Checked("small", text, (sentence,))


@pytest.mark.parametrize(
    "text", [QUOTED, "Customers may return the RelayBox within 30 days of delivery."]
)
def test_a_copy_of_a_quoted_sentence_goes_on(text: str) -> None:
    watched = turn()
    watched.see(said(text))
    assert not watched.is_over()


@pytest.mark.parametrize(
    "text",
    [
        "The RelayBox is a great product for all customers.",
        "Customers may return the RelayBox within 31 days of delivery.",
        "How long can a customer keep the RelayBox?",
        "Customers may return the RelayBox.",
    ],
)
def test_a_sentence_that_is_no_copy_ends_the_turn(text: str) -> None:
    watched = turn()
    watched.see(said(text))
    assert watched.is_over()


def test_a_sentence_of_a_short_quotations_words_is_no_copy_of_it() -> None:
    watched = DemoTurn(["Use Ollama."], "en", FakeClock())
    watched.see(said("You can use the `Ollama"))
    assert watched.is_over()


def test_a_turn_without_a_sentence_in_time_is_over() -> None:
    clock = FakeClock()
    watched = turn(clock)
    assert not watched.is_over()
    clock.advance(PATIENCE_MS * 2)
    assert watched.is_over()


def demo(text: str) -> FakeBackend:
    backend = FakeBackend(says(text), model="tiny")
    backend.profile = replace(backend.profile, demo=True)
    return backend


async def test_a_copied_draft_of_a_demonstration_model_stands() -> None:
    this = Run(demo(QUOTED), None, Rules(), Mode.AUTO)
    result = await this.follow()
    assert (result.outcome, result.model) == (Outcome.ANSWERED, "tiny")


async def test_another_draft_of_a_demonstration_model_is_replaced_by_the_quotation() -> None:
    this = Run(demo("A customer can keep the RelayBox, says the shop."), None, Rules(), Mode.AUTO)
    result = await this.follow()
    assert result.outcome is Outcome.QUOTED
    assert ReasonCode.DEMO in this.codes


async def test_a_large_model_answers_where_a_demonstration_draft_falls() -> None:
    this = Run(
        demo("A customer can keep the RelayBox, says the shop."),
        FakeBackend(says(QUOTED), model="oss"),
        Rules(),
        Mode.AUTO,
    )
    result = await this.follow()
    assert (result.outcome, result.model) == (Outcome.ANSWERED, "oss")


async def test_its_quotation_is_introduced_as_what_it_is(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "docs")
    answer = await answered(
        corpus, "How long can a customer keep the RelayBox?", demo("It is a great product.")
    )
    assert answer_text(answer).startswith("From your documents:")
