"""Reworks the last answer from its own passages, without a search; every sentence is checked."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.cascade import CascadeResult
from rag.domain.answers import Outcome, Reason, ReasonCode
from rag.domain.events import Answered, Event, Retrieved
from rag.retrieval.search import retrieve
from rag.verification.support import Grounding

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from rag.answering.context import RequestContext
    from rag.domain.conversation import Turn


async def rework_answer(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Let the models rewrite the answer; if they fail, rearrange its sentences."""
    history = context.question.history
    result = CascadeResult(outcome=Outcome.ANSWERED)
    position = last_answered(history)
    if position is None:
        result.reasons = (Reason(ReasonCode.NOTHING_TO_REWORK),)
        yield Answered(context.answer(result))
        return
    turn, kept = await analysed(_with_passages, context, history[: position + 1])
    result = CascadeResult()
    run = context.run(kept, result, history[: position + 1], turn)
    async with aclosing(run) as events:
        async for event in events:
            yield event
    if result.outcome is Outcome.REFUSED:  # no sentence was supported by a passage
        result.outcome, result.text, result.sentences = (
            Outcome.ANSWERED,
            turn.answer,
            turn.sentences,
        )
        result.reasons = (*result.reasons, Reason(ReasonCode.UNCHANGED))
    yield Answered(context.answer(result, kept))


REWORK_PASSAGES = 5
"""Looked for where a conversation came without its passages."""


def last_answered(history: Sequence[Turn]) -> int | None:
    """Return the position of the turn to rework, or None.

    That is the last turn if it was answered; a rearranged answer leads back to its original.
    """
    for position in range(len(history) - 1, -1, -1):
        if not history[position].rearranged:
            return position if history[position].answer else None
    return None


def _with_passages(context: RequestContext, history: Sequence[Turn]) -> tuple[Turn, Retrieved]:
    """The last turn and the passages that its answer rests on; blocks.

    They are searched for if the conversation came as bare text, without its passages.
    """
    turn = history[-1]
    if turn.hits:
        hits = turn.cited or tuple(hit for hit in turn.hits if hit.used)
        return turn, Retrieved(hits)
    text = f"{turn.question} {turn.answer}"
    hits, query, _ = retrieve(context.corpus, text, (), history, REWORK_PASSAGES)
    numbered = [(hit.number, hit.passage) for hit in hits]
    grounding = Grounding(numbered, context.corpus.retriever.idf_of, query.language)
    return replace(turn, sentences=grounding.check(turn.answer)), Retrieved(hits, query)
