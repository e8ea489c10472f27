from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from rag.answering.streaming import begun_within
from rag.domain.events import Token
from tests.waiting import GENEROUS_S


async def test_a_stop_that_comes_with_a_models_first_word_is_not_lost() -> None:
    first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def turn() -> AsyncGenerator[Token, None]:
        yield Token("large", await first)
        await asyncio.Event().wait()

    async def follow() -> None:
        async for _ in begun_within(GENEROUS_S, turn(), "gpt-oss-20b"):
            pass

    request = asyncio.ensure_future(follow())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.set_result("It")
    await asyncio.sleep(0)
    request.cancel()
    _, waiting = await asyncio.wait([request], timeout=GENEROUS_S)
    request.cancel()
    assert not waiting
    with pytest.raises(asyncio.CancelledError):
        await request
