"""Reads a whole document in order, in parts that fit the model's budget."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.cascade import CascadeResult
from rag.answering.prompt import block_of
from rag.answering.routes.listing import list_documents
from rag.domain.answers import Outcome, Reason, ReasonCode
from rag.domain.events import Answered, Event, Reading, Retrieved
from rag.domain.requests import Intent, Request
from rag.domain.search import NO_QUERY
from rag.retrieval.search import numbered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from rag.answering.context import RequestContext
    from rag.domain.search import Hit

MAX_PARTS = 6
"""The built-in model takes about 5 s a part, and half a minute is an acceptable wait."""


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The passages to read, in parts, and their share of the document in characters."""

    parts: tuple[tuple[Hit, ...], ...]
    share: float

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The passages to read, in order."""
        return tuple(hit for part in self.parts for hit in part)


def plan_reading(hits: Sequence[Hit], budget: int, count: Callable[[str], int]) -> ReadingPlan:
    """Fill parts of at most ``budget`` tokens with passages in reading order, from the start."""
    parts: list[list[Hit]] = []
    left = 0
    for hit in hits:
        size = count(block_of(hit))
        if not parts or size > left:
            if len(parts) == MAX_PARTS:
                break
            parts.append([])
            left = budget
        parts[-1].append(hit)
        left -= size
    return ReadingPlan(
        tuple(tuple(part) for part in parts),
        _covered([hit for part in parts for hit in part]) / (_covered(hits) or 1),
    )


def _covered(hits: Sequence[Hit]) -> int:
    """The number of characters that passages cover; neighbours overlap."""
    covered = 0
    document, end = "", 0
    for hit in hits:
        passage = hit.passage
        start = max(passage.start, end) if passage.document == document else passage.start
        covered += max(0, passage.end - start)
        document, end = passage.document, passage.end
    return covered


async def read_document(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Write about each part and check it; the answer is the parts' texts in order."""
    if not context.request.documents:
        missing = context.request.topic
        code = ReasonCode.NO_SUCH_FILE if missing else ReasonCode.WHICH_DOCUMENT
        result = CascadeResult(outcome=Outcome.ANSWERED, reasons=(Reason(code, missing),))
        listing = list_documents(Request(Intent.CORPUS), context.corpus, (), context.question.scope)
        yield Answered(context.answer(result, listed=listing.documents))
        return
    started = context.parts.clock.now()
    hits, plan = await analysed(_planned, context)
    milliseconds = context.parts.clock.now() - started
    yield Retrieved(plan.hits, milliseconds=milliseconds)
    written: list[CascadeResult] = []
    for number, part in enumerate(plan.parts, start=1):
        so_far = joined(written)
        last = so_far.attempts[-1] if so_far.attempts else None
        yield Reading(number, len(plan.parts), so_far.text, so_far.sentences, last)
        written.append(CascadeResult())
        found = Retrieved(part)
        async with aclosing(context.run(found, written[-1])) as events:
            async for event in events:
                yield event
    result = joined(written)
    result.used = frozenset(range(len(plan.hits)))
    whole = Retrieved(hits, milliseconds=milliseconds)
    yield Answered(context.answer(result, whole, share_read=plan.share))


def _planned(context: RequestContext) -> tuple[tuple[Hit, ...], ReadingPlan]:
    """The documents' passages and the reading plan; blocks."""
    passages = [p for path in context.request.documents for p in context.corpus.passages_of(path)]
    hits = numbered(context.corpus, passages, context.question.history, NO_QUERY)
    cascade = context.parts.cascade
    model = cascade.first(context.question.mode) or cascade.small
    return hits, plan_reading(hits, model.profile.passage_tokens, model.count)


def joined(parts: Sequence[CascadeResult]) -> CascadeResult:
    """Return the results of the parts as one; parts without a text add none."""
    whole = CascadeResult(outcome=Outcome.QUOTED)
    quoted = [part for part in parts if part.outcome is Outcome.QUOTED]
    if 0 < len(quoted) < len(parts):
        whole.reasons = (Reason(ReasonCode.PARTLY_QUOTED, part=len(quoted), whole=len(parts)),)
    for part in parts:
        whole.reasons = (*whole.reasons, *part.reasons)
        whole.attempts += part.attempts
        if not part.text:
            continue
        whole.text += "\n\n" if whole.text else ""
        shift = len(whole.text)
        moved = (replace(s, start=s.start + shift, end=s.end + shift) for s in part.sentences)
        whole.sentences = (*whole.sentences, *moved)
        whole.text += part.text
        whole.model = part.model or whole.model
        if part.outcome is Outcome.ANSWERED:
            whole.outcome = Outcome.ANSWERED
    return whole
