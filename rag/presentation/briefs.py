"""What is told of a brief: who drafted and who refined it, in what time, and with what support."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from rag.domain.answers import Support
from rag.presentation.lines import milliseconds
from rag.presentation.markdown_tables import NONE, markdown_table
from rag.presentation.texts import say
from rag.presentation.wording import share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Answer, Attempt


@dataclass(frozen=True, slots=True)
class BriefFigures:
    """One brief: times in milliseconds, support as supported sentences and all of them."""

    topic: str
    outcome: str
    draft_ms: float | None
    refine_ms: float | None
    """None where nothing was refined."""
    support_before: tuple[int, int] | None
    support_after: tuple[int, int] | None
    cost: float | None


def brief_figures(answer: Answer) -> BriefFigures:
    """Return the figures of an answer that is a brief."""
    draft, refined = _steps(answer)
    return BriefFigures(
        answer.request.topic if answer.request else "",
        answer.outcome.value,
        draft.generation.timings.total_ms if draft else None,
        refined.generation.timings.total_ms if refined else None,
        _support(draft),
        _support(refined),
        answer.cost,
    )


def brief_notes(answer: Answer) -> list[str]:
    """Return the sentences beside a brief."""
    draft, refined = _steps(answer)
    language = answer.language
    notes = [
        say(
            key,
            language,
            model=attempt.generation.model,
            ms=milliseconds(attempt.generation.timings.total_ms),
            share=share_text(*support, language),
        )
        for key, attempt in (("note.brief_draft", draft), ("note.brief_refined", refined))
        if attempt and not attempt.generation.error and (support := _support(attempt))
    ]
    if notes and refined is None and answer.model:
        notes.append(say("note.brief_kept", language))
    if answer.cost is not None:
        notes.append(say("note.brief_cost", language, cost=f"{answer.cost:.6f}"))
    return [" ".join(notes)] if notes else []


def mean_cost(briefs: Sequence[BriefFigures]) -> float | None:
    """Return the mean cost of a brief, both models together; None where no price is known."""
    costs = [brief.cost for brief in briefs if brief.cost is not None]
    return fmean(costs) if costs else None


def briefs_table(briefs: Sequence[BriefFigures]) -> str:
    """Return times, support and cost of briefs, and their means, as a table in Markdown."""
    rows = [["", "outcome", "draft", "refined", "support", "cost"]]
    rows += [
        [
            brief.topic,
            brief.outcome,
            _ms(brief.draft_ms),
            _ms(brief.refine_ms),
            _change(brief.support_before, brief.support_after),
            NONE if brief.cost is None else f"{brief.cost:.6f}",
        ]
        for brief in briefs
    ]
    drafts = [brief.draft_ms for brief in briefs if brief.draft_ms is not None]
    refined = [brief.refine_ms for brief in briefs if brief.refine_ms is not None]
    cost = mean_cost(briefs)
    rows.append(
        [
            "mean",
            "",
            _ms(fmean(drafts) if drafts else None),
            _ms(fmean(refined) if refined else None),
            f"{len(refined)} of {len(briefs)} refined",
            NONE if cost is None else f"{cost:.6f}",
        ]
    )
    return markdown_table(rows)


def _ms(value: float | None) -> str:
    return NONE if value is None else milliseconds(value)


def _change(before: tuple[int, int] | None, after: tuple[int, int] | None) -> str:
    told = [f"{full} of {whole}" for full, whole in filter(None, (before, after))]
    return " → ".join(told) or NONE


def _steps(answer: Answer) -> tuple[Attempt | None, Attempt | None]:
    """The draft, and what it was refined to."""
    by_role = {attempt.role: attempt for attempt in answer.attempts}
    return by_role.get("small"), by_role.get("large")


def _support(attempt: Attempt | None) -> tuple[int, int] | None:
    if attempt is None:
        return None
    full = sum(sentence.support is Support.FULL for sentence in attempt.sentences)
    return full, len(attempt.sentences)
