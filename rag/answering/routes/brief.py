"""Writes a brief on a topic: a draft from passages, refined where it is weak or has priority."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.cascade import CascadeResult
from rag.answering.numbering import Numbering
from rag.domain.answers import Reason, ReasonCode
from rag.domain.events import Answered, Event
from rag.domain.search import EvidenceLevel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.answering.context import RequestContext


async def write_brief(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Retrieve passages on the topic, and have the models write about them."""
    topic = replace(context.question, text=context.request.topic)
    asked = replace(context, question=topic)
    retrieved = await analysed(asked.retrieve)
    yield retrieved
    number = Numbering(retrieved.hits, context.question.history)
    result = CascadeResult(numbering=number)
    evidence = retrieved.evidence
    if retrieved.hits and evidence and evidence.level is not EvidenceLevel.NONE:
        async with aclosing(asked.run(retrieved, result)) as events:
            async for event in events:
                yield event
    else:
        result.reasons = (Reason(ReasonCode.NO_EVIDENCE),)
        retrieved = await analysed(asked.with_unknown_words, retrieved)
    retrieved = replace(retrieved, hits=number.of_hits(retrieved.hits))
    result.attempts = number.of_attempts(result.attempts)
    yield Answered(context.answer(result, retrieved))
