"""Waits for a condition; how long it takes on a busy machine does not matter."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GENEROUS_S = 60.0
"""After so long it will not come any more, however busy the machine is."""

_LOOK_S = 0.02


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(GENEROUS_S):
        while not condition():
            await asyncio.sleep(_LOOK_S)


def wait_until(condition: Callable[[], bool], otherwise: Callable[[], str] = str) -> None:
    """``otherwise``: what is said where it never comes."""
    deadline = time.monotonic() + GENEROUS_S
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(_LOOK_S)
