"""A model that fails again and again is left alone for a while."""

from __future__ import annotations

import asyncio

import pytest

from rag.domain.completions import Check, Generation, Message
from rag.domain.errors import (
    BackendBroken,
    BackendError,
    BackendRefused,
    BackendTimeout,
    BackendUnreachable,
)
from rag.models.breaker import FAILURES, REST_MS
from rag.models.model import Model
from tests.fakes import FakeBackend, FakeClock, count_words

GONE = BackendUnreachable("Nothing answers.")
HANGS = BackendTimeout("It said nothing.")


class Rig:
    """A model, its backend, the time, and what was noted of it."""

    def __init__(self) -> None:
        self.clock, self.backend = FakeClock(), FakeBackend(["Yes."])
        self.noted: list[tuple[str, float]] = []
        self.model = Model(
            "small",
            self.backend,
            self.clock,
            count_words,
            lambda name, seconds: self.noted.append((name, seconds)),
        )

    async def ask(self, error: BackendError | None = None) -> Generation:
        self.backend.error = error
        self.backend.deltas = () if error else ["Yes."]
        pieces = [piece async for piece in self.model.write([Message("user", "Well?")])]
        assert isinstance(pieces[-1], Generation)
        return pieces[-1]

    async def fail(self, error: BackendError = GONE, times: int = FAILURES) -> None:
        for _ in range(times):
            await self.ask(error)


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize("error", [GONE, HANGS, BackendBroken("It broke off.")])
async def test_after_failures_in_a_row_it_is_not_asked_and_that_is_said(
    rig: Rig, error: BackendError
) -> None:
    await rig.fail(error)
    rig.clock.advance(5_000)
    generation = await rig.ask()
    assert generation.error.startswith(
        "fake has failed 3 times in a row and is asked again in 15 seconds."
    )
    assert len(rig.backend.asked) == FAILURES
    assert rig.noted == [("fake", REST_MS / 1_000)]


async def test_after_its_rest_it_is_asked_again_and_all_is_well(rig: Rig) -> None:
    await rig.fail()
    rig.clock.advance(REST_MS)
    assert (await rig.ask()).text == "Yes."
    await rig.fail(times=FAILURES - 1)
    assert (await rig.ask()).text == "Yes."
    assert rig.noted == [("fake", REST_MS / 1_000), ("fake", 0)]


async def test_one_failure_after_its_rest_is_enough_for_another(rig: Rig) -> None:
    await rig.fail()
    rig.clock.advance(REST_MS)
    await rig.ask(GONE)
    assert "asked again in 20 seconds" in (await rig.ask()).error


async def test_who_waits_meanwhile_is_told_so_and_not_asked_for(rig: Rig) -> None:
    rig.model._queue.places = 1
    rig.backend.error, rig.backend.deltas = GONE, ()
    turns = [rig.ask(GONE) for _ in range(3 * FAILURES)]
    generations = await asyncio.gather(*turns)
    assert len(rig.backend.asked) == FAILURES
    assert "3 times in a row" in generations[-1].error


async def test_after_its_rest_one_turn_tries_it_alone(rig: Rig) -> None:
    await rig.fail()
    rig.clock.advance(REST_MS)
    rig.backend.error, rig.backend.deltas = None, ["Yes."]
    trial = rig.model.write([Message("user", "Well?")])
    await anext(trial)
    assert "is being tried again" in (await rig.ask()).error
    await trial.aclose()  # whoever tried it went away
    assert (await rig.ask()).text == "Yes."


async def test_a_turn_that_was_not_begun_took_no_time(rig: Rig) -> None:
    rig.clock.advance(1_000_000)
    await rig.fail()
    timings = (await rig.ask()).timings
    assert (timings.queue_ms, timings.prefill_ms, timings.total_ms) == (0, 0, 0)


async def test_a_success_between_failures_counts_from_the_start(rig: Rig) -> None:
    for _ in range(3):
        await rig.fail(times=FAILURES - 1)
        assert (await rig.ask()).text == "Yes."


async def test_a_refusal_is_no_failure(rig: Rig) -> None:
    await rig.fail(BackendRefused("It answered 400."), times=2 * FAILURES)
    assert (await rig.ask()).text == "Yes."


async def test_who_stops_an_answer_counts_for_nothing(rig: Rig) -> None:
    for _ in range(FAILURES):
        turn = rig.model.write([Message("user", "Well?")])
        await anext(turn)
        await turn.aclose()
    assert (await rig.ask()).text == "Yes."


async def test_a_server_that_is_there_again_is_asked_at_once(rig: Rig) -> None:
    await rig.fail()
    assert (await rig.model.check()).ok
    assert (await rig.ask()).text == "Yes."


async def test_a_model_that_hangs_rests_though_its_server_lists_it(rig: Rig) -> None:
    await rig.fail(HANGS)
    check = await rig.model.check()
    assert check == Check(
        "model fake", ok=False, detail="fake It is left alone for 20 s after 3 failures."
    )
    assert "3 times in a row" in (await rig.ask()).error


async def test_an_answer_that_began_before_the_rest_ends_it(rig: Rig) -> None:
    breaker = rig.model._breaker
    for _ in range(FAILURES):
        breaker.end(GONE)
    assert breaker.left_ms
    breaker.end(None)
    assert breaker.left_ms == 0
    assert (await rig.ask()).text == "Yes."
