"""A conversation in figures: its answers, their tokens and cost, and how long each took."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from rag.domain.answers import Outcome
from rag.presentation.lines import milliseconds
from rag.presentation.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Answer

MOST_BARS = 20
"""The newest answers that are drawn."""
_CENT = 100
_LABEL = 24
"""Characters of a question beside its bar."""


def conversation_props(answers: Sequence[Answer], language: str) -> dict[str, Any]:
    """Return the figures, a bar for each answer, and where the steps can be had."""
    thread = answers[-1].conversation if answers else ""
    return {
        "title": say("total.title", language),
        "tiles": _tiles(answers, language),
        "bars": [_bar(answer) for answer in answers[-MOST_BARS:]],
        "steps": f"/export/{thread}.jsonl" if thread else "",
        "revision": say(
            "total.revision",
            language,
            revision=(answers[-1].corpus_revision if answers else "") or "–",
        ),
    }


def _tiles(answers: Sequence[Answer], language: str) -> list[dict[str, str]]:
    firsts = [a.timings.first_token_ms for a in answers]
    costs = [answer.cost for answer in answers if answer.cost is not None]
    tokens = sum(a.usage.prompt_tokens + a.usage.completion_tokens for a in answers)
    values = {
        "answers": f"{len(answers):,}",
        "escalated": f"{sum(answer.escalated for answer in answers):,}",
        "refused": f"{sum(answer.outcome is Outcome.REFUSED for answer in answers):,}",
        "tokens": f"{tokens:,}",
        "first": _median([first for first in firsts if first is not None]),
        "whole": _median([answer.timings.total_ms for answer in answers]),
    }
    if costs:
        values["cost"] = f"{sum(costs) * _CENT:.2f} ¢"
    return [
        {"value": value, "label": say(f"total.{name}", language)} for name, value in values.items()
    ]


def _median(values: Sequence[float]) -> str:
    return milliseconds(median(values)) if values else "–"


def _bar(answer: Answer) -> dict[str, Any]:
    question = " ".join(answer.question.split())
    label = question if len(question) <= _LABEL else f"{question[: _LABEL - 1]}…"
    wrote = next((a.role for a in answer.attempts if a.generation.model == answer.model), None)
    return {
        "label": label,
        "start": 0.0,
        "ms": answer.timings.total_ms,
        "text": milliseconds(answer.timings.total_ms),
        "tone": wrote or "core",
    }
