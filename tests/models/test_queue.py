from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain.completions import PARALLEL, Generation, Message, Profile
from rag.domain.events import Queued
from rag.models.model import Model
from rag.models.queue import MOST_AT_ONCE, MOST_WAITING, Queue, QueueFull
from tests.fakes import FakeBackend, FakeClock, count_words


async def places_seen(queue: Queue, who: str = "") -> list[int]:
    return [place async for place in queue.enter(who)]


async def let_in(queue: Queue, who: str, order: list[str]) -> None:
    """Wait, and note who has been let in."""
    await places_seen(queue, who)
    order.append(who)


async def settle() -> None:
    """Let every task go on as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_waits_sees_the_place_and_comes_in_order() -> None:
    queue = Queue(1)
    assert await places_seen(queue) == []
    first, second = (asyncio.create_task(places_seen(queue)) for _ in range(2))
    await settle()
    queue.leave()
    await settle()
    assert first.done()
    assert not second.done()
    queue.leave()
    assert (await first, await second) == ([1], [2, 1])


async def test_one_who_goes_away_makes_way_for_those_behind() -> None:
    queue = Queue(1)
    await places_seen(queue)
    gone, behind = (asyncio.create_task(places_seen(queue)) for _ in range(2))
    await settle()
    gone.cancel()
    await settle()
    queue.leave()
    assert await behind == [2, 1]


async def test_one_person_with_many_turns_lets_the_others_pass() -> None:
    queue = Queue(1)
    order: list[str] = []
    await places_seen(queue)
    turns = [
        asyncio.create_task(let_in(queue, who, order))
        for who in ("ann", "ann", "ann", "bob", "cem")
    ]
    await settle()
    for who in ("", "ann", "bob", "cem", "ann"):
        queue.leave(who)
        await settle()
    await asyncio.gather(*turns)
    assert order == ["ann", "bob", "cem", "ann", "ann"]


async def test_those_who_come_later_do_not_pass_a_second_turn_for_ever() -> None:
    queue = Queue(1)
    order: list[str] = []
    first = [asyncio.create_task(let_in(queue, "ann", order)) for _ in range(2)]
    await settle()
    names = [f"newcomer {number}" for number in range(3)]
    others = [asyncio.create_task(let_in(queue, name, order)) for name in names]
    await settle()
    for who in ("ann", "ann", "newcomer 0", "newcomer 1"):
        queue.leave(who)
        await settle()
    await asyncio.gather(*first, *others)
    assert order == ["ann", "ann", "newcomer 0", "newcomer 1", "newcomer 2"]


async def test_whom_others_pass_sees_the_new_place() -> None:
    queue = Queue(1)
    await places_seen(queue)
    greedy = [asyncio.create_task(places_seen(queue, "ann")) for _ in range(2)]
    await settle()
    other = asyncio.create_task(places_seen(queue, "bob"))
    await settle()
    for who in ("", "ann", "bob"):
        queue.leave(who)
        await settle()
    assert await other == [2, 1]
    assert [await turn for turn in greedy] == [[1], [2, 3, 2, 1]]


async def test_more_places_let_in_who_waits() -> None:
    queue = Queue(1)
    await places_seen(queue)
    waiting = asyncio.create_task(places_seen(queue))
    await settle()
    queue.places = 2
    assert await waiting == [1]


async def test_the_queue_has_an_end() -> None:
    queue = Queue(1)
    await places_seen(queue)
    waiting = [asyncio.create_task(places_seen(queue)) for _ in range(MOST_WAITING)]
    await settle()
    with pytest.raises(QueueFull):
        await places_seen(queue)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def crowded(first_token_ms: float, turns: int) -> int:
    """The places after so many turns with others waiting, where one alone takes 100 ms."""
    queue = Queue()
    await places_seen(queue)
    queue.learn(100)
    for _ in range(PARALLEL - 1):
        await places_seen(queue)
    waiting = [asyncio.create_task(places_seen(queue)) for _ in range(2 * MOST_AT_ONCE)]
    await settle()
    for _ in range(turns):
        queue.learn(first_token_ms)
        queue.leave()
        await settle()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return queue.places


@pytest.mark.parametrize(
    ("first_token_ms", "places"), [(105, 24), (250, PARALLEL), (900, PARALLEL)]
)
async def test_a_server_that_is_not_slower_in_a_crowd_is_asked_more(
    first_token_ms: float, places: int
) -> None:
    assert await crowded(first_token_ms, 20) == places


@given(st.lists(st.floats(0.1, 1e5), max_size=40))
def test_the_places_stay_within_their_bounds(times: list[float]) -> None:
    queue = Queue()
    for time in times:
        queue.learn(time)
        assert PARALLEL <= queue.places <= MOST_AT_ONCE


@pytest.mark.parametrize(
    ("parallel", "slots", "at_once"), [(0, 2, 2), (0, None, PARALLEL), (3, 8, 3)]
)
async def test_a_number_that_is_set_counts_before_what_the_server_tells(
    parallel: int, slots: int | None, at_once: int
) -> None:
    backend = FakeBackend(["a"], profile=Profile(300, 80, parallel=parallel), stated_slots=slots)
    model = Model("small", backend, FakeClock(), count_words)
    ask = [Message("user", "How long?")]
    async for _ in model.write(ask):
        pass
    turns = [model.write(ask) for _ in range(at_once + 1)]
    pieces = [await anext(turn) for turn in turns]
    assert pieces[-1] == Queued("small", 1)
    assert not any(isinstance(piece, Queued) for piece in pieces[:-1])
    for turn in turns:
        await turn.aclose()


async def test_a_full_queue_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.queue.MOST_WAITING", 0)
    backend = FakeBackend(["a"], profile=Profile(300, 80, parallel=1))
    model = Model("small", backend, FakeClock(), count_words)
    first = model.write([Message("user", "How long?")])
    await anext(first)
    [told] = [piece async for piece in model.write([Message("user", "And now?")])]
    assert isinstance(told, Generation)
    assert "waiting already" in told.error
    await first.aclose()
