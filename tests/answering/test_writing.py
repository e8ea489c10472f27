from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from rag.answering.escalation import Rules
from rag.domain.answers import Outcome
from rag.domain.completions import Delta, Message, Profile
from rag.domain.documents import Passage
from rag.domain.errors import PromptTooLong
from rag.domain.requests import Mode
from tests.answering.cascade_run import Run
from tests.fakes import FakeBackend, count_words, says

ANSWER = says("A customer can keep the RelayBox for 30 days.")


@dataclass
class Narrow(FakeBackend):
    """A server whose window holds so many words."""

    window: int = 0
    tells: bool = True

    async def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        if sum(count_words(message.content) for message in messages) + max_tokens > self.window:
            self.asked.append(list(messages))
            raise PromptTooLong("Too long.", "", self.window if self.tells else None)
        async for delta in super().stream(messages, max_tokens, temperature):
            yield delta


def run(window: int, *, tells: bool = True) -> Run:
    small = Narrow(ANSWER, profile=Profile(300, 40, 900), window=window, tells=tells)
    this = Run(small, None, Rules(), Mode.AUTO)
    hits = [
        replace(hit, number=number, passage=_another(hit.passage, number))
        for number, hit in enumerate(list(this.found.hits) * 4, 1)
    ]
    this.found = replace(this.found, hits=tuple(hits))
    return this


def _another(passage: Passage, number: int) -> Passage:
    return replace(passage, text=passage.text + " x" * number, start=number)


async def test_a_prompt_beyond_the_servers_window_is_shortened_and_asked_again() -> None:
    this = run(window=260)
    result = await this.follow()
    assert result.attempts[0].generation.text == "A customer can keep the RelayBox for 30 days."
    assert len(this.cascade.small.backend.asked) == 2  # type: ignore[attr-defined]


async def test_what_the_window_left_out_is_said() -> None:
    this = run(window=260)
    result = await this.follow()
    [reason] = [reason for reason in result.reasons if reason.code == "window"]
    assert 0 < reason.part == len(result.used) < reason.whole == len(this.found.hits)


async def test_a_window_that_holds_all_that_was_wished_for_is_not_blamed() -> None:
    this = run(window=10_000)
    backend = this.cascade.small.backend
    backend.stated_window = 1_000  # type: ignore[misc]
    backend.profile = Profile(30, 40, 900)  # type: ignore[misc]
    this.cascade.small._profile = backend.profile
    result = await this.follow()
    assert len(result.used) < len(this.found.hits)
    assert "window" not in {reason.code for reason in result.reasons}


async def test_a_window_that_was_told_is_kept_from_then_on() -> None:
    this = run(window=260)
    await this.follow()
    asked = this.cascade.small.backend.asked  # type: ignore[attr-defined]
    before = len(asked)
    await this.follow()
    assert len(asked) == before + 1


async def test_a_window_that_is_not_told_is_found_by_halves() -> None:
    result = await run(window=330, tells=False).follow()
    assert result.attempts[0].generation.text


async def test_a_window_too_small_for_anything_ends_in_a_quotation() -> None:
    result = await run(window=10).follow()
    assert result.outcome is Outcome.QUOTED
