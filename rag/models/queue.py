"""The queue before a model: so many turns at once, the others one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.domain.completions import PARALLEL

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MOST_WAITING = 500
"""Turns that wait; who comes later is told to come again."""
MOST_AT_ONCE = 64
"""What a queue grows to by itself."""
CALM, CROWDED = 1.5, 3.0
"""The first token may take so many times as long as without a crowd: up to the first the queue
grows, beyond the second it shrinks."""
_SLACK_MS = 20.0


class QueueFull(Exception):
    """More turns wait already than a person would wait for."""


@dataclass(eq=False)
class _Waiter:
    """A turn that waits; ``place`` is 1 for the next one."""

    who: str
    since: int
    """How many had been let in when it came."""
    place: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)


class Queue:
    """Lets at most ``places`` turns in at once, in the order in which they came.

    But nobody starves the others by asking much: of somebody with several turns one at a time is
    let in, and then those come first who have waited since an earlier one.
    """

    def __init__(self, places: int = PARALLEL) -> None:
        self._places = places
        self._inside: Counter[str] = Counter()
        """Person -> turns that were let in."""
        self._last: dict[str, int] = {}
        """Person with more turns waiting -> when one was let in, as a running number."""
        self._entered = 0
        self._waiting: list[_Waiter] = []
        self._alone_ms: float | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def places(self) -> int:
        """How many turns are let in at once."""
        return self._places

    @places.setter
    def places(self, places: int) -> None:
        self._places = places
        self._call()

    async def enter(self, who: str = "") -> AsyncGenerator[int, None]:
        """Yield the place in the queue, from 1, each time it changes; ends when it is its turn.

        ``who`` asks. Raises QueueFull. Who has entered has to leave.
        """
        if self._has_place and not self._waiting:
            self._let_in(who)
            return
        if len(self._waiting) >= MOST_WAITING:
            raise QueueFull
        waiter = _Waiter(who, self._entered)
        self._waiting.append(waiter)
        told = 0
        try:
            self._call()
            while waiter.place > 1 or not self._has_place:
                if waiter.place != told:
                    told = waiter.place
                    yield told
                await waiter.called.wait()
                waiter.called.clear()
            self._let_in(who)
        finally:
            self._waiting.remove(waiter)
            self._forget(who)
            self._call()

    def leave(self, who: str = "") -> None:
        """Make a place free."""
        self._inside[who] -= 1
        if not self._inside[who]:
            del self._inside[who]
        if not self._inside:
            self._quiet.set()
        self._forget(who)
        self._call()

    async def quiet(self) -> None:
        """Return as soon as nobody is let in."""
        await self._quiet.wait()

    def _let_in(self, who: str) -> None:
        self._quiet.clear()
        self._inside[who] += 1
        self._entered += 1
        self._last[who] = self._entered

    def _forget(self, who: str) -> None:
        if who not in self._inside and all(waiter.who != who for waiter in self._waiting):
            self._last.pop(who, None)

    @property
    def _has_place(self) -> bool:
        return self._inside.total() < self._places

    def learn(self, first_token_ms: float) -> None:
        """Adapt to how long a turn's first token took: a server that is not slower takes more.

        The measure is the shortest time without a crowd; a server that queues by itself is slower
        in one, and gets no more.
        """
        if self._inside.total() <= PARALLEL and not self._waiting:
            self._alone_ms = min(first_token_ms, self._alone_ms or first_token_ms)
        if self._alone_ms is None:
            return
        if first_token_ms > CROWDED * self._alone_ms + _SLACK_MS:
            self.places = max(PARALLEL, self._places // 2)
        elif self._waiting and first_token_ms <= CALM * self._alone_ms + _SLACK_MS:
            self.places = min(MOST_AT_ONCE, self._places + 1)

    def _call(self) -> None:
        """Tell those who wait their places."""
        ahead = Counter(self._inside)
        ranked: list[tuple[int, int, int, _Waiter]] = []
        for number, waiter in enumerate(self._waiting):
            ranked.append(
                (ahead[waiter.who], self._last.get(waiter.who, waiter.since), number, waiter)
            )
            ahead[waiter.who] += 1
        for place, (*_, waiter) in enumerate(sorted(ranked, key=lambda one: one[:3]), start=1):
            waiter.place = place
            waiter.called.set()
