from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.routes.document import MAX_PARTS, plan_reading
from rag.domain.answers import Outcome, Reason, ReasonCode
from rag.domain.completions import Delta, Message, Profile
from rag.domain.events import Reading
from rag.domain.requests import Intent
from tests.builders import Talk, book
from tests.fakes import FakeBackend, count_words, hits_of, passage, says


async def test_a_named_document_is_read_whole_in_order(talk: Talk) -> None:
    answer = await talk.ask(
        "Summarise returns.md",
        "Customers may return the RelayBox within 30 days of delivery. We pay the return postage"
        " when the device is faulty.",
    )
    assert (answer.intent, answer.outcome, answer.share_read) == (
        Intent.DOCUMENT,
        Outcome.ANSWERED,
        1.0,
    )
    starts = [hit.passage.start for hit in answer.hits]
    assert starts == sorted(starts)
    assert {hit.passage.document for hit in answer.hits} == {"returns.md"}
    assert len(answer.citations) >= 1


async def test_a_longer_document_is_read_in_parts_with_progress(corpus: Path) -> None:
    book(corpus, 4)
    talk = Talk(corpus, FakeBackend(profile=Profile(200, 80)))
    answer = await talk.ask("Summarise book.md", "The boats came home in the evening light.")
    parts = [event for event in talk.events if isinstance(event, Reading)]
    assert [part.part for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) > 1
    assert parts[-1].text.count("evening light") == len(parts) - 1
    assert len(answer.attempts) == len(parts)
    assert answer.share_read == 1.0
    assert answer.text[answer.sentences[-1].start : answer.sentences[-1].end].startswith(
        "The boats"
    )


async def test_of_a_very_long_document_the_answer_tells_the_share_read(corpus: Path) -> None:
    book(corpus, 20)
    talk = Talk(corpus, FakeBackend(profile=Profile(200, 80)))
    answer = await talk.ask("Summarise book.md", "The boats came home in the evening light.")
    assert answer.share_read is not None
    assert 0 < answer.share_read < 1
    assert len(answer.attempts) == MAX_PARTS


async def test_what_no_model_says_well_begins_as_its_parts_begin(talk: Talk) -> None:
    answer = await talk.ask("Summarise returns.md", "Mongolia has 99 rivers.")
    assert answer.outcome is Outcome.QUOTED
    assert answer.text.startswith("Customers may return the RelayBox within 30 days")


async def test_this_document_is_the_one_that_the_answer_came_from(talk: Talk) -> None:
    await talk.ask("How much does the RelayBox cost?", "The RelayBox costs 249 euros.")
    answer = await talk.ask("Summarise this document", "The RelayBox costs 249 euros.")
    assert {hit.passage.document for hit in answer.hits} == {"faq.md"}


async def test_this_document_is_the_one_asked_in(talk: Talk) -> None:
    answer = await talk.ask(
        "What is this file about?", "Employees have 28 days of holiday.", scope="office/holidays.md"
    )
    assert {hit.passage.document for hit in answer.hits} == {"office/holidays.md"}


async def test_a_document_that_could_be_any_is_asked_for(talk: Talk) -> None:
    answer = await talk.ask("Summarise this document")
    assert answer.outcome is Outcome.ANSWERED
    assert [reason.code for reason in answer.reasons] == ["which_document"]
    assert {item.path for item in answer.listed} == {"returns.md", "faq.md", "office/holidays.md"}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(20, 100))
def test_parts_keep_the_order_and_the_budget(sizes: list[int], budget: int) -> None:
    hits = hits_of(*(passage("w " * size, f"{n}.md") for n, size in enumerate(sizes)))
    plan = plan_reading(hits, budget, count_words)
    assert plan.hits == hits[: len(plan.hits)]
    assert all(
        len(part) == 1 or sum(count_words(h.passage.text) for h in part) <= budget
        for part in plan.parts
    )
    assert (plan.share == pytest.approx(1.0)) == (len(plan.hits) == len(hits))


class RightOnce(FakeBackend):
    """A model that says what it should for the first time only."""

    async def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        async for delta in super().stream(messages, max_tokens, temperature):
            yield delta
        self.deltas = says("Mongolia has 99 rivers.")


async def test_quoted_parts_beside_written_ones_are_said(corpus: Path) -> None:
    book(corpus, 4)
    talk = Talk(corpus, RightOnce(profile=Profile(200, 80)))
    answer = await talk.ask("Summarise book.md", "The boats came home in the evening light.")
    parts = len(answer.attempts)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.reasons[0] == Reason(ReasonCode.PARTLY_QUOTED, part=parts - 1, whole=parts)


async def test_a_file_that_is_not_there_is_said(talk: Talk) -> None:
    answer = await talk.ask("What is penguins.pdf about?")
    assert answer.reasons == (Reason(ReasonCode.NO_SUCH_FILE, "penguins.pdf"),)
    assert len(answer.listed) == 3
