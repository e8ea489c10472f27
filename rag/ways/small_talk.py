"""A greeting, thanks, a call for help: answered by the catalogue's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.cascade import Result
from rag.domain import Outcome
from rag.events import Answered, Event

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.ways.case import Case


async def reply(case: Case) -> AsyncGenerator[Event, None]:
    """Leave the words to ``present``."""
    yield Answered(case.answer(Result(outcome=Outcome.ANSWERED)))
