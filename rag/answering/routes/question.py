"""Answers questions and follow-ups: evidence first, then the models."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.cascade import CascadeResult
from rag.answering.cited_pages import at_cited_pages
from rag.domain.answers import Outcome, Reason, ReasonCode
from rag.domain.events import Answered, Event
from rag.domain.requests import Intent
from rag.verification.disagreement import disagreement, newer_first

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.answering.context import RequestContext


async def answer_question(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Retrieve, and ask the models only if the evidence suffices."""
    history = context.question.history if context.intent is Intent.FOLLOW_UP else ()
    retrieved = await asyncio.to_thread(context.retrieve, history)
    hits = await asyncio.to_thread(newer_first, retrieved.hits, context.corpus.modified_ns)
    retrieved = replace(retrieved, hits=hits)
    yield retrieved
    result = CascadeResult()
    parts = retrieved.parts
    lacking = await asyncio.to_thread(context.unanswered, retrieved)
    if context.question.skip_gate or (retrieved.hits and len(lacking) < max(1, len(parts))):
        told = replace(retrieved, parts=tuple(part for part in parts if part not in lacking))
        async with aclosing(context.run(told, result, history)) as events:
            async for event in events:
                yield event
        if parts and result.outcome is not Outcome.REFUSED:
            missing = (Reason(ReasonCode.PART_MISSING, part.text) for part in lacking)
            result.reasons = (*result.reasons, *missing)
    else:
        result.reasons = (Reason(ReasonCode.NO_EVIDENCE),)
    if result.outcome is Outcome.REFUSED:
        retrieved = await asyncio.to_thread(context.with_unknown_words, retrieved)
    if result.sentences:
        read = context.corpus.document
        hits = await asyncio.to_thread(at_cited_pages, retrieved.hits, result.sentences, read)
        retrieved = replace(retrieved, hits=hits)
        passages = {hit.number: hit.passage for hit in hits}
        if other := await asyncio.to_thread(disagreement, result.sentences, passages):
            detail = f"{other[0].document}: “{other[1]}”"
            result.reasons = (*result.reasons, Reason(ReasonCode.DISAGREES, detail))
    yield Answered(context.answer(result, retrieved))
