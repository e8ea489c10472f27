"""Checks a model's turn while it is being generated."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.domain.completions import Generation
from rag.domain.events import Checked, Loading, Prefill, Queued, Token, Waiting, Withdrawn, Working
from rag.text.sentences import last_end

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.domain.completions import ModelRole
    from rag.models.model import Piece
    from rag.verification.support import Grounding

_BEFORE = Prefill | Loading | Queued | Working | Waiting
"""What comes before a model's first word."""


async def begun_within(
    seconds: float, pieces: AsyncGenerator[Piece, None], name: str
) -> AsyncGenerator[Piece, None]:
    """Forward a model's turn, or end it with an error if its first word is late."""
    began = False
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    async with aclosing(pieces):
        while True:
            try:
                wait = None if began else max(0.0, deadline - loop.time())
                async with asyncio.timeout(wait):  # as in ``analysed``
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError:
                error = f"{name} did not begin to answer within {seconds:g} seconds."
                yield Generation(name, "", "error", error=error)
                return
            began = began or not isinstance(piece, _BEFORE)
            yield piece


async def checked_live(
    role: ModelRole, turn: AsyncGenerator[Piece, None], grounding: Grounding
) -> AsyncGenerator[Piece | Checked, None]:
    """Forward a model's turn, interleaved with checks of its sentences, one at a time.

    A check never delays a piece: its result follows with the next one.
    """
    text, ends = "", 0
    check: asyncio.Task[Checked] | None = None
    try:
        async with aclosing(turn) as pieces:
            async for piece in pieces:
                if check and check.done():
                    yield check.result()
                    check = None
                if isinstance(piece, Withdrawn):
                    text, ends = "", 0
                    if check:
                        check.cancel()
                        check = None
                elif isinstance(piece, Token):
                    text += piece.text
                    end = ends + last_end(text[ends:])
                    if check is None and end > ends:
                        ends = end
                        check = asyncio.create_task(_check(role, text[:end], grounding))
                yield piece
    finally:
        if check:
            check.cancel()


async def _check(role: ModelRole, text: str, grounding: Grounding) -> Checked:
    return Checked(role, text, await analysed(grounding.check, text))
