"""A model's turn, checked while it is being written."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from rag.domain.completions import Generation
from rag.domain.events import Checked, Prefill, Token
from rag.text.sentences import last_end

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.domain.completions import ModelRole
    from rag.verification.support import Grounding


async def begun_within(
    seconds: float, pieces: AsyncGenerator[Token | Prefill | Generation, None], name: str
) -> AsyncGenerator[Token | Prefill | Generation, None]:
    """Pass a model's turn on, or end it where its first word does not come in time."""
    began = False
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    async with aclosing(pieces):
        while True:
            try:
                wait = None if began else max(0.0, deadline - loop.time())
                piece = await asyncio.wait_for(anext(pieces), wait)
            except StopAsyncIteration:
                return
            except TimeoutError:
                error = f"{name} did not begin to answer within {seconds:g} seconds."
                yield Generation(name, "", "error", error=error)
                return
            began = began or not isinstance(piece, Prefill)
            yield piece


async def checked_live(
    role: ModelRole, turn: AsyncGenerator[Token | Prefill | Generation, None], grounding: Grounding
) -> AsyncGenerator[Token | Prefill | Checked | Generation, None]:
    """Pass a model's turn on, and check its sentences in between, one look at a time.

    A look never holds a piece back: its outcome goes out with the next one.
    """
    text, ends = "", 0
    look: asyncio.Task[Checked] | None = None
    try:
        async with aclosing(turn) as pieces:
            async for piece in pieces:
                if look and look.done():
                    yield look.result()
                    look = None
                if isinstance(piece, Token):
                    text += piece.text
                    end = ends + last_end(text[ends:])
                    if look is None and end > ends:
                        ends = end
                        look = asyncio.create_task(_look(role, text[:end], grounding))
                yield piece
    finally:
        if look:
            look.cancel()


async def _look(role: ModelRole, text: str, grounding: Grounding) -> Checked:
    return Checked(role, text, await asyncio.to_thread(grounding.check, text))
