"""Replies to greetings, thanks and calls for help with the catalogue's texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.cascade import CascadeResult
from rag.domain.answers import Outcome
from rag.domain.events import Answered, Event

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.answering.context import RequestContext


async def reply(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Answer without text; the presentation adds it."""
    yield Answered(context.answer(CascadeResult(outcome=Outcome.ANSWERED)))
