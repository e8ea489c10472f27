from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from rag.domain.completions import Delta, Generation, Message, Profile, Usage
from rag.domain.errors import BackendBroken
from rag.domain.events import Token, Waiting, Withdrawn
from rag.models.model import Model
from tests.fakes import FakeBackend, FakeClock, count_words

ASK = [Message("user", "one two three")]


async def written(model: Model) -> tuple[list[object], Generation]:
    *pieces, last = [piece async for piece in model.write(ASK)]
    assert isinstance(last, Generation)
    return list(pieces), last


def model_of(backend: FakeBackend, clock: FakeClock) -> Model:
    return Model("small", backend, clock, count_words)


async def test_text_comes_in_pieces_and_then_whole() -> None:
    clock = FakeClock()
    pieces, generation = await written(model_of(FakeBackend(["30", " days", "."]), clock))
    assert pieces == [Token("small", "30"), Token("small", " days"), Token("small", ".")]
    assert generation.text == "30 days."


async def test_times_are_told_apart() -> None:
    clock = FakeClock()
    usage = Delta(usage=Usage(50, 20, 10))
    _, generation = await written(model_of(FakeBackend(["a", "b", usage], clock=clock), clock))
    timings = generation.timings
    assert (timings.prefill_ms, timings.decode_ms, timings.total_ms) == (100, 100, 300)
    assert timings.first_token_ms == 100
    assert timings.tokens_per_second == pytest.approx(190)
    assert generation.usage == Usage(50, 20, 10)


async def test_a_server_without_usage_is_estimated_and_said_so() -> None:
    _, generation = await written(model_of(FakeBackend(["four words are here"]), FakeClock()))
    assert generation.usage == Usage(3, 4, 0, estimated=True)


async def test_a_broken_stream_keeps_its_text_and_its_reason() -> None:
    backend = FakeBackend(["half"], error=BackendBroken("It broke off.", "Ask again."))
    _, generation = await written(model_of(backend, FakeClock()))
    assert (generation.text, generation.finish_reason) == ("half", "error")
    assert generation.error == "It broke off. Ask again."


async def test_nothing_written_has_no_first_token() -> None:
    _, generation = await written(model_of(FakeBackend(), FakeClock()))
    assert generation.timings.first_token_ms is None


async def test_thinking_counts_as_tokens_but_is_no_text() -> None:
    _, generation = await written(
        model_of(FakeBackend([Delta(reasoning="let me think"), "Yes."]), FakeClock())
    )
    assert (generation.text, generation.reasoning_tokens) == ("Yes.", 3)
    assert generation.reasoning == "let me think"
    assert generation.usage.completion_tokens == 4


async def test_leaving_in_the_middle_closes_the_stream() -> None:
    backend = FakeBackend(["a"] * 100)
    async with aclosing(model_of(backend, FakeClock()).write(ASK)) as turn:
        await anext(turn)
    assert backend.closed == 1


async def test_turns_over_the_limit_wait_in_the_queue() -> None:
    backend = FakeBackend(["a", "b"], profile=Profile(300, 80, parallel=1))
    clock = FakeClock()
    model = model_of(backend, clock)
    first = model.write(ASK)
    await anext(first)
    second = asyncio.create_task(written(model))
    await asyncio.sleep(0)
    assert len(backend.asked) == 1
    clock.advance(500)
    await first.aclose()
    _, generation = await second
    assert generation.timings.queue_ms == 500


async def test_text_that_turns_out_to_be_reasoning_is_withdrawn() -> None:
    backend = FakeBackend(["let me look", Delta(text="Yes.", was_reasoning=True)])
    pieces, generation = await written(model_of(backend, FakeClock()))
    assert pieces == [Token("small", "let me look"), Withdrawn("small"), Token("small", "Yes.")]
    assert (generation.text, generation.reasoning_tokens) == ("Yes.", 3)


async def test_a_wait_that_the_server_asks_for_is_told() -> None:
    pieces, _ = await written(model_of(FakeBackend([Delta(wait_s=3.0), "Yes."]), FakeClock()))
    assert pieces == [Waiting("small", 3.0), Token("small", "Yes.")]
