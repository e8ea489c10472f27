"""The queue before a model: so many turns at once, the others one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
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


class Queue:
    """Lets at most ``places`` turns in at once, in the order in which they came."""

    def __init__(self, places: int = PARALLEL) -> None:
        self._places = places
        self._inside = 0
        self._waiting: deque[asyncio.Event] = deque()
        self._alone_ms: float | None = None

    @property
    def places(self) -> int:
        """How many turns are let in at once."""
        return self._places

    @places.setter
    def places(self, places: int) -> None:
        self._places = places
        self._call()

    async def enter(self) -> AsyncGenerator[int, None]:
        """Yield the place in the queue, from 1, each time it changes; ends when it is its turn.

        Raises QueueFull. Who has entered has to leave.
        """
        if self._inside < self._places and not self._waiting:
            self._inside += 1
            return
        if len(self._waiting) >= MOST_WAITING:
            raise QueueFull
        called = asyncio.Event()
        self._waiting.append(called)
        try:
            while self._waiting[0] is not called or self._inside >= self._places:
                yield self._waiting.index(called) + 1
                await called.wait()
                called.clear()
            self._inside += 1
        finally:
            self._waiting.remove(called)
            self._call()

    def leave(self) -> None:
        """Make a place free."""
        self._inside -= 1
        self._call()

    def learn(self, first_token_ms: float) -> None:
        """Adapt to how long a turn's first token took: a server that is not slower takes more.

        The measure is the shortest time without a crowd; a server that queues by itself is slower
        in one, and gets no more.
        """
        if self._inside <= PARALLEL and not self._waiting:
            self._alone_ms = min(first_token_ms, self._alone_ms or first_token_ms)
        if self._alone_ms is None:
            return
        if first_token_ms > CROWDED * self._alone_ms + _SLACK_MS:
            self.places = max(PARALLEL, self._places // 2)
        elif self._waiting and first_token_ms <= CALM * self._alone_ms + _SLACK_MS:
            self.places = min(MOST_AT_ONCE, self._places + 1)

    def _call(self) -> None:
        for waiting in self._waiting:
            waiting.set()
