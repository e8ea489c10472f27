"""Answers questions and follow-ups: evidence first, then the models."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from rag.answering.cascade import CascadeResult
from rag.domain.answers import Reason, ReasonCode
from rag.domain.events import Answered, Event
from rag.domain.requests import Intent
from rag.domain.search import EvidenceLevel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.answering.context import RequestContext


async def answer_question(case: RequestContext) -> AsyncGenerator[Event, None]:
    """Retrieve, and ask the models only if the evidence suffices."""
    history = case.question.history if case.intent is Intent.FOLLOW_UP else ()
    retrieved = await asyncio.to_thread(case.retrieve, case.parts.top_k, history)
    yield retrieved
    result = CascadeResult()
    evidence = retrieved.evidence
    enough = retrieved.hits and evidence and evidence.level is not EvidenceLevel.NONE
    if case.question.skip_gate or enough:
        async with aclosing(case.run(retrieved, result, history)) as events:
            async for event in events:
                yield event
    else:
        result.reasons = (Reason(ReasonCode.NO_EVIDENCE),)
    yield Answered(case.answer(result, retrieved))
