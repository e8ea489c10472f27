"""A brief: a draft from passages, refined where it is weak or has priority."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from rag.domain.answers import Answer, Outcome
from rag.domain.conversation import Question
from rag.domain.events import Answered
from rag.domain.requests import Intent
from rag.presentation.briefs import brief_figures, briefs_table
from rag.presentation.message import answer_text
from tests.builders import assistant_of
from tests.fakes import FakeBackend, says

TOPIC = "return of the RelayBox"
GOOD = (
    "Customers may return the RelayBox within 30 days of delivery, in the original box. [1]"
    " We pay the return postage when the device is faulty. [2]"
)
WEAK = (
    "Customers may return the RelayBox within 30 days of delivery, in the original box. [1]"
    " A drone collects it for 12 euros. [2]"
)
LOSES = "Customers may return the RelayBox within 90 days of delivery, in the original box. [1]"


async def brief(
    corpus: Path, small: str, large: str = "", command: str = "/brief", topic: str = TOPIC
) -> tuple[Answer, FakeBackend, FakeBackend]:
    first, second = (
        FakeBackend(says(text), model=name) for text, name in ((small, "s"), (large, "l"))
    )
    assistant = assistant_of(
        corpus, first, second if large else None, prices={"s": (1.0, 1.0), "l": (10.0, 10.0)}
    )
    async with aclosing(assistant.ask(Question(f"{command} {topic}"))) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event.answer, first, second
    raise AssertionError


async def test_the_topic_is_looked_up_and_written_about(corpus: Path) -> None:
    answer, small, _ = await brief(corpus, GOOD)
    assert (answer.intent, answer.outcome) == (Intent.BRIEF, Outcome.ANSWERED)
    assert "Write an executive brief on: return of the RelayBox" in small.asked[0][-1].content
    assert answer.citations


async def test_a_draft_that_stands_is_not_refined(corpus: Path) -> None:
    answer, _, large = await brief(corpus, GOOD, GOOD)
    assert not large.asked
    assert "The draft stands, so that nothing was refined." in answer_text(answer)


async def test_a_flagged_draft_is_refined_with_its_text_in_hand(corpus: Path) -> None:
    answer, _, large = await brief(corpus, WEAK, GOOD)
    assert "A drone collects it" in large.asked[0][-1].content
    assert answer.model == "l"
    assert brief_figures(answer).support_before == (1, 2)
    assert brief_figures(answer).support_after == (2, 2)


async def test_a_prioritised_one_is_refined_though_its_draft_stands(corpus: Path) -> None:
    answer, _, large = await brief(corpus, GOOD, GOOD, "/brief!")
    assert len(large.asked) == 1
    assert answer.model == "l"


async def test_a_sentence_that_loses_its_support_is_put_back(corpus: Path) -> None:
    answer, _, _ = await brief(corpus, WEAK, LOSES, "/brief!")
    assert "within 30 days" in answer.text
    assert "90 days" not in answer.text


async def test_a_topic_that_no_document_has_is_refused_without_a_model(corpus: Path) -> None:
    answer, small, _ = await brief(corpus, GOOD, topic="volcanoes of Iceland")
    assert answer.outcome is Outcome.REFUSED
    assert not small.asked


async def test_both_latencies_and_the_cost_of_both_are_told(corpus: Path) -> None:
    answer, _, _ = await brief(corpus, WEAK, GOOD)
    told = answer_text(answer)
    assert "Drafted by s in " in told
    assert "sentences supported: 1 of 2." in told
    assert "Refined by l in " in told
    assert "Notional cost: " in told
    usages = [attempt.generation.usage for attempt in answer.attempts]
    tokens = [usage.prompt_tokens + usage.completion_tokens for usage in usages]
    assert answer.cost == pytest.approx((tokens[0] + 10 * tokens[1]) / 1e6)


async def test_briefs_have_a_table_with_their_means(corpus: Path) -> None:
    first, *_ = await brief(corpus, WEAK, GOOD)
    second, *_ = await brief(corpus, GOOD, GOOD)
    table = briefs_table([brief_figures(first), brief_figures(second)])
    assert "1 of 2 → 2 of 2" in table
    assert "1 of 2 refined" in table
