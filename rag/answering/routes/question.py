"""Answers questions and follow-ups: evidence first, then the models."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.cascade import CascadeResult
from rag.answering.cited_pages import at_cited_pages
from rag.answering.expansion import other_words
from rag.answering.numbering import Numbering
from rag.domain.answers import Outcome, Reason, ReasonCode
from rag.domain.events import Answered, Event
from rag.domain.requests import Intent
from rag.domain.search import EvidenceLevel
from rag.retrieval.evidence import ASKED_NOW
from rag.text.languages import LANGUAGES
from rag.verification.disagreement import disagreement, newer_first

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from rag.answering.context import RequestContext
    from rag.domain.conversation import Turn
    from rag.domain.events import Retrieved


async def answer_question(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Retrieve, and ask the models only if the evidence suffices."""
    history = context.question.history if context.intent is Intent.FOLLOW_UP else ()
    retrieved = await analysed(context.retrieve, history)
    retrieved = await analysed(_in_the_guide, context, retrieved, history)
    expanded: tuple[Reason, ...] = ()
    if context.may_expand(retrieved):
        retrieved, expanded = await _expanded(context, retrieved, history)
    hits = await analysed(newer_first, retrieved.hits, context.corpus.modified_ns)
    retrieved = replace(retrieved, hits=hits)
    yield retrieved
    number = Numbering(retrieved.hits, context.question.history)
    result = CascadeResult(numbering=number)
    parts = retrieved.parts
    lacking = await analysed(context.unanswered, retrieved)
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
    result.reasons = (*result.reasons, *expanded)
    retrieved = replace(retrieved, hits=number.of_hits(retrieved.hits))
    result.attempts = number.of_attempts(result.attempts)
    if result.outcome is Outcome.REFUSED:
        retrieved = await analysed(context.with_unknown_words, retrieved)
    if result.sentences:
        read = context.corpus.document
        hits = await analysed(at_cited_pages, retrieved.hits, result.sentences, read)
        retrieved = replace(retrieved, hits=hits)
        passages = {hit.number: hit.passage for hit in hits}
        if other := await analysed(disagreement, result.sentences, passages):
            detail = f"{other[0].document}: “{other[1]}”"
            result.reasons = (*result.reasons, Reason(ReasonCode.DISAGREES, detail))
    yield Answered(context.answer(result, retrieved))


def _in_the_guide(
    context: RequestContext, retrieved: Retrieved, history: Sequence[Turn]
) -> Retrieved:
    """Turn to the shipped guide where the own documents hardly answer and the guide clearly does.

    It is not searched together with them: what is about Plumbline must never push them aside.
    """
    guide = context.corpus.guide
    asked_there = guide and not context.question.scope and context.may_be_elsewhere(retrieved)
    if not guide or not asked_there:
        return retrieved
    there = replace(context, corpus=guide)
    found = there.retrieve(history)
    clear = found.evidence is not None and found.evidence.level is EvidenceLevel.STRONG
    if not clear or there.unanswered(found):
        return retrieved
    context.corpus = guide
    return found


async def _expanded(
    context: RequestContext, retrieved: Retrieved, history: Sequence[Turn]
) -> tuple[Retrieved, tuple[Reason, ...]]:
    """Search with the small model's other words too; keep that only if it finds more."""
    words = [t.stands_for or t.word for t in retrieved.query.terms if t.weight >= ASKED_NOW]
    language = LANGUAGES.get(next(iter(context.corpus.languages), ""))
    others = await other_words(
        context.parts.cascade.small,
        context.question,
        words,
        language.name if language else "English",
    )
    if not others:
        return retrieved, ()
    wider = await analysed(context.retrieve, history, others)
    known = await analysed(context.known, wider)
    before = retrieved.evidence.strength if retrieved.evidence else 0.0
    if not known or wider.evidence is None or wider.evidence.strength <= before:
        return retrieved, ()
    return wider, (Reason(ReasonCode.EXPANDED, ", ".join(known)),)
