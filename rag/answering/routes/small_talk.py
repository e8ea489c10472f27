"""A greeting, thanks, a call for help: answered by the catalogue's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.cascade import CascadeResult
from rag.domain.answers import Outcome
from rag.domain.events import Answered, Event

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.answering.context import RequestContext


async def reply(case: RequestContext) -> AsyncGenerator[Event, None]:
    """Leave the words to ``present``."""
    yield Answered(case.answer(CascadeResult(outcome=Outcome.ANSWERED)))
