from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from rag.answering.cascade import CascadeResult
from rag.answering.escalation import Rules
from rag.domain.answers import Outcome, ReasonCode, Support
from rag.domain.completions import Delta, Message
from rag.domain.errors import BackendUnreachable
from rag.domain.events import Asking, Escalated, Token
from rag.domain.requests import Escalation, EscalationStyle, Mode
from tests.answering.cascade_run import Run
from tests.builders import answered, write_corpus
from tests.fakes import CORPUS, FakeBackend, says

GOOD = says("A customer may return the RelayBox within 30 days of delivery [9].")
INVENTED = says("A customer may return the RelayBox within 14 days of delivery.")
LARGE = says("Customers may return the RelayBox within 30 days of delivery, in the original box.")
DOWN = BackendUnreachable("Nothing answers.", "Is it running?")


def run(
    small: list[Delta],
    large: list[Delta] | None = LARGE,
    *,
    mode: Mode = Mode.AUTO,
    rules: Rules | None = None,
    small_error: BackendUnreachable | None = None,
    large_error: BackendUnreachable | None = None,
) -> Run:
    return Run(
        FakeBackend(small, model="phi", error=small_error),
        None if large is None else FakeBackend(large, model="oss", error=large_error),
        rules or Rules(),
        mode,
    )


async def test_a_supported_draft_answers_without_the_large_model() -> None:
    this = run(GOOD)
    result = await this.follow()
    assert (result.outcome, result.model) == (Outcome.ANSWERED, "phi")
    assert result.text == "A customer may return the RelayBox within 30 days of delivery. [1]"
    assert [a.role for a in result.attempts] == ["small"]
    assert not any(isinstance(event, Escalated) for event in this.events)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (says(""), "empty"),
        (says("I don't know how long a customer can keep the RelayBox."), "hedging"),
        (INVENTED, "unsupported"),
        (says("A customer may return the RelayBox within 30 days", finish="length"), "cut_off"),
        (says("Most people never need an umbrella in the rain at all, they say."), "uncited"),
    ],
)
async def test_a_weak_draft_goes_to_the_large_model(draft: list[Delta], code: str) -> None:
    this = run(draft)
    result = await this.follow()
    assert (result.outcome, result.model) == (Outcome.ANSWERED, "oss")
    assert code in this.codes
    assert [a.role for a in result.attempts] == ["small", "large"]


async def test_the_draft_streams_before_it_is_replaced() -> None:
    this = run(INVENTED)
    await this.follow()
    kinds = [type(e) for e in this.events if not isinstance(e, Token)]
    assert kinds == [Asking, Escalated, Asking]
    escalated = next(i for i, e in enumerate(this.events) if isinstance(e, Escalated))
    assert {e.role for e in this.events[:escalated] if isinstance(e, Token)} == {"small"}
    assert {e.role for e in this.events[escalated:] if isinstance(e, Token)} == {"large"}


async def test_without_a_large_model_the_passages_are_quoted() -> None:
    this = run(INVENTED, None)
    result = await this.follow()
    assert (result.outcome, result.model) == (Outcome.QUOTED, "")
    assert "unreachable" in this.codes
    assert result.sentences
    assert all(s.text in CORPUS[0].text + CORPUS[1].text + CORPUS[2].text for s in result.sentences)
    assert all(s.support is Support.FULL and s.citations for s in result.sentences)


async def test_a_large_model_that_is_down_is_quoted_with_its_reason() -> None:
    this = run(INVENTED, [], large_error=DOWN)
    assert (await this.follow()).outcome is Outcome.QUOTED
    details = [r.detail for r in this.result.reasons if r.code is ReasonCode.UNREACHABLE]
    assert details == ["Nothing answers. Is it running?"]


async def test_a_small_model_that_is_down_leaves_the_answer_to_the_large_one() -> None:
    this = run([], small_error=DOWN)
    result = await this.follow()
    assert (result.outcome, result.model) == (Outcome.ANSWERED, "oss")


async def test_a_small_model_that_breaks_off_keeps_its_text_in_the_attempt() -> None:
    this = run([Delta(text="A customer may")], small_error=DOWN)
    result = await this.follow()
    assert result.attempts[0].generation.text == "A customer may"
    assert result.model == "oss"


async def test_both_down_is_quoted() -> None:
    this = run([], [], small_error=DOWN, large_error=DOWN)
    assert (await this.follow()).outcome is Outcome.QUOTED


async def test_mode_small_never_escalates() -> None:
    this = run(INVENTED, mode=Mode.SMALL)
    result = await this.follow()
    assert result.outcome is Outcome.QUOTED
    assert [a.role for a in result.attempts] == ["small"]
    assert "unreachable" not in this.codes


async def test_mode_large_asks_it_at_once() -> None:
    this = run(GOOD, mode=Mode.LARGE)
    result = await this.follow()
    assert [a.role for a in result.attempts] == ["large"]
    assert result.model == "oss"


async def test_mode_large_without_one_is_quoted() -> None:
    this = run(GOOD, None, mode=Mode.LARGE)
    assert (await this.follow()).outcome is Outcome.QUOTED
    assert this.codes == ["unreachable"]


async def test_escalation_never_is_as_small() -> None:
    this = run(INVENTED, rules=Rules(Escalation.NEVER))
    assert [a.role for a in (await this.follow()).attempts] == ["small"]


async def test_escalation_always_asks_the_large_model_after_a_good_draft() -> None:
    this = run(GOOD, rules=Rules(Escalation.ALWAYS))
    result = await this.follow()
    assert [a.role for a in result.attempts] == ["small", "large"]
    assert result.model == "oss"
    assert this.codes == ["always"]


async def test_escalation_always_in_mode_small_stays_small() -> None:
    this = run(GOOD, rules=Rules(Escalation.ALWAYS), mode=Mode.SMALL)
    assert (await this.follow()).model == "phi"


async def test_a_large_model_that_finds_no_answer_refuses() -> None:
    this = run(INVENTED, says("The passages do not say."))
    result = await this.follow()
    assert (result.outcome, result.text) == (Outcome.REFUSED, "")
    assert this.codes[-1] == "hedging"


async def test_a_large_answer_below_half_support_is_quoted() -> None:
    this = run(INVENTED, says("Most people never need an umbrella in the rain at all, they say."))
    assert (await this.follow()).outcome is Outcome.QUOTED


MIXED = says(
    "Customers may return the RelayBox within 30 days of delivery. Umbrellas are never needed here."
)


async def test_weak_sentences_of_the_large_model_are_kept_to_be_marked() -> None:
    result = await run(INVENTED, MIXED).follow()
    assert [s.support for s in result.sentences] == [Support.FULL, Support.NONE]


async def test_strict_takes_them_out_and_says_so() -> None:
    this = run(INVENTED, MIXED, rules=Rules(strict=True))
    result = await this.follow()
    assert "Umbrellas" not in result.text
    assert "removed" in this.codes


async def test_what_stood_in_a_prompt_is_known() -> None:
    result = await run(GOOD).follow()
    assert result.used


async def asked_often(this: Run, times: int) -> list[Outcome]:
    outcomes = []
    for _ in range(times):
        this.result = CascadeResult()
        outcomes.append((await this.follow()).outcome)
    return outcomes


async def test_beyond_the_share_of_escalations_passages_are_quoted() -> None:
    this = run(INVENTED, rules=Rules(max_share=0.2))
    outcomes = await asked_often(this, 10)
    assert outcomes.count(Outcome.ANSWERED) == 2
    assert outcomes.count(Outcome.QUOTED) == 8
    assert "budget" in this.codes


async def test_without_a_share_to_escalate_the_large_model_is_never_asked() -> None:
    this = run(GOOD, rules=Rules(Escalation.ALWAYS, max_share=0.0))
    assert await asked_often(this, 2) == [Outcome.ANSWERED] * 2
    assert {attempt.role for attempt in this.result.attempts} == {"small"}


async def test_who_asks_for_the_large_model_gets_it_whatever_the_share() -> None:
    this = run(GOOD, rules=Rules(max_share=0.0), mode=Mode.LARGE)
    assert (await this.follow()).model == "oss"


class Silent(FakeBackend):
    """A model that never says a word."""

    async def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        try:
            await asyncio.Event().wait()
            yield Delta()
        finally:
            self.closed += 1


async def test_a_large_model_that_does_not_begin_in_time_is_left() -> None:
    silent = Silent(model="oss")
    this = Run(FakeBackend(INVENTED), silent, Rules(max_wait_s=0.01), Mode.AUTO)
    result = await this.follow()
    assert result.outcome is Outcome.QUOTED
    assert "did not begin" in result.attempts[-1].generation.error
    assert silent.closed == 1


async def test_a_large_model_that_begins_in_time_may_finish() -> None:
    this = run(INVENTED, rules=Rules(max_wait_s=30))
    assert (await this.follow()).model == "oss"


REFINE = Rules(style=EscalationStyle.REFINE)
HALF = says("A customer may return the RelayBox within 30 days of delivery. It floats in 14 lakes.")
POLISHED = (
    "The RelayBox can go back within 31 days of its delivery by the customer. It costs 249 euros."
)


async def test_refining_gives_the_large_model_the_draft() -> None:
    large = FakeBackend(says("The RelayBox costs 249 euros."), model="oss")
    this = Run(FakeBackend(HALF), large, REFINE, Mode.AUTO)
    await this.follow()
    assert "It floats in 14 lakes." in large.asked[0][-1].content


async def test_a_refined_sentence_that_lost_its_support_is_put_back() -> None:
    this = Run(FakeBackend(HALF), FakeBackend(says(POLISHED), model="oss"), REFINE, Mode.AUTO)
    result = await this.follow()
    assert "31 days" not in result.text
    assert "A customer may return the RelayBox within 30 days of delivery." in result.text
    assert [s.support for s in result.sentences] == [Support.FULL, Support.FULL]


async def test_an_empty_draft_is_not_refined() -> None:
    large = FakeBackend(LARGE, model="oss")
    this = Run(FakeBackend(says("")), large, REFINE, Mode.AUTO)
    await this.follow()
    assert "draft" not in large.asked[0][-1].content


async def test_an_answer_without_the_number_asked_for_carries_a_caution() -> None:
    this = run(INVENTED, says("Customers may return the RelayBox in the original box."))
    result = await this.follow()
    assert result.outcome is Outcome.ANSWERED
    assert "may_not_answer" in this.codes


async def test_an_answer_with_the_number_asked_for_carries_none() -> None:
    this = run(GOOD)
    await this.follow()
    assert "may_not_answer" not in this.codes


async def test_an_answer_in_another_language_stands_if_its_numbers_are_there(
    tmp_path: Path,
) -> None:
    answer = await answered(
        write_corpus(tmp_path),
        "Wat kost de RelayBox en hoeveel euro is dat?",
        FakeBackend(says("De RelayBox kost 249 euro.")),
    )
    assert answer.outcome is Outcome.ANSWERED
    assert "249" in answer.text
