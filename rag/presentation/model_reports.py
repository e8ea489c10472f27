"""What was measured of models -> a table in Markdown, which reads well in a terminal too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.evaluation.rubric import DEFINITIONS
from rag.presentation.markdown_tables import NONE, markdown_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.evaluation.comparison import Comparison, Side
    from rag.evaluation.model_figures import ModelFigures
    from rag.evaluation.spread import Spread

UNKNOWN = "unknown"
DAYS = 30
_MOST_SHOWN = 3
"""Failures of a model that are told."""


def figures_table(models: Sequence[ModelFigures], *, streamed: bool = True) -> str:
    """Return the figures, a column for each model; without ``streamed``, of whole answers only."""
    rows: list[tuple[str, Callable[[ModelFigures], str]]] = [
        ("server", lambda m: m.address or NONE),
        ("answers", lambda m: f"{m.runs}, {_percent(m.success_rate)} good"),
        ("first token, cold", lambda m: _ms(m.cold.first_token_ms if m.cold else None)),
        ("first token", lambda m: _spread(m.first_token_ms, "ms")),
        ("prefill", lambda m: _spread(m.prefill_rate, "tok/s")),
        ("decoding", lambda m: _spread(m.decode_rate, "tok/s")),
        ("whole answer, cold", lambda m: _ms(m.cold.total_ms if m.cold else None)),
        ("whole answer", lambda m: _spread(m.total_ms, "ms")),
        ("prompt", lambda m: _tokens(m.prompt_tokens, estimated=m.estimated)),
        ("of it known before", lambda m: _tokens(m.cached_tokens)),
        ("written", lambda m: _tokens(m.completion_tokens, estimated=m.estimated)),
        ("length", lambda m: _counted(m.characters, "characters")),
        ("window", lambda m: _counted(m.window, "tok") if m.window else UNKNOWN),
        ("memory", lambda m: f"{m.memory_mb:,.0f} MB" if m.memory_mb else UNKNOWN),
        ("processor time", lambda m: _seconds(m.processor_seconds)),
        ("energy", lambda m: UNKNOWN if m.joules is None else f"{_number(m.joules)} J"),
        ("cost", lambda m: NONE if m.cost is None else f"{m.cost:.6f}"),
    ]
    of_streams = {"first token, cold", "first token", "prefill", "decoding"}
    kept = [row for row in rows if streamed or row[0] not in of_streams]
    cells = [["", *(model.model for model in models)]]
    cells += [[name, *(value(model) for model in models)] for name, value in kept]
    failures = [
        f"{model.model}: {why}"
        for model in models
        for why in list(dict.fromkeys(model.failures))[:_MOST_SHOWN]
    ]
    return "\n".join([markdown_table(cells), *(["", *failures] if failures else [])])


def comparison_report(compared: Comparison) -> str:
    """Return both texts, the table, their ratio and how alike the texts are."""
    sides = [side for side in (compared.small, compared.large) if side]
    given = f"{compared.passages} passages" if compared.passages else "no passages"
    parts = [f"Prompt, with {given}: {compared.prompt}"]
    parts += [f"## {side.figures.model}\n\n{side.text or NONE}" for side in sides]
    parts.append(figures_table([side.figures for side in sides]))
    told = [_support(side) for side in sides if side.support]
    told += [_grades(side) for side in sides if side.rubric]
    told += [f"({name}: {what})" for name, what in DEFINITIONS.items()]
    if compared.large is None:
        told.append("No large model is connected; set RAG_LARGE_BASE_URL to connect one.")
    told += _ratios(compared)
    if compared.alike is not None:
        told.append(f"The texts have {compared.alike:.0%} of their words in common, in order.")
    return "\n\n".join([*parts, "\n".join(told)]).rstrip()


def prices_table(models: Sequence[ModelFigures], daily: int) -> str:
    """Return what so many such answers a day would cost in a month at the notional prices."""
    priced = [model for model in models if model.cost is not None]
    cells = [["", *(model.model for model in priced)]]
    cells.append(["an answer", *(f"{model.cost:.6f}" for model in priced)])
    month = [f"{(model.cost or 0) * daily * DAYS:,.2f}" for model in priced]
    cells.append([f"{daily:,} a day, {DAYS} days", *month])
    return markdown_table(cells) if priced else "No prices are set: RAG_PRICES."


def _support(side: Side) -> str:
    assert side.support
    full, partial, none = side.support.full, side.support.partial, side.support.none
    return f"{side.figures.model}: sentences supported {full}, in part {partial}, not {none}."


def _grades(side: Side) -> str:
    assert side.rubric
    rubric = side.rubric
    factuality = NONE if rubric.factuality is None else f"{rubric.factuality:.1f}"
    return (
        f"{side.figures.model}: coherence {rubric.coherence:.1f}, factuality {factuality},"
        f" brevity {rubric.brevity:.1f} (1 to 5)."
    )


def _ratios(compared: Comparison) -> list[str]:
    if compared.small is None or compared.large is None:
        return []
    small, large = compared.small.figures, compared.large.figures
    pairs = {
        "to the first token": (small.first_token_ms, large.first_token_ms),
        "to the end": (small.total_ms, large.total_ms),
    }
    return [
        f"{large.model} takes {other.median / one.median:.1f} times as long {what}."
        for what, (one, other) in pairs.items()
        if one and other and one.median > 0
    ]


def _spread(spread: Spread | None, unit: str) -> str:
    if spread is None:
        return NONE
    ends = (
        "" if spread.least == spread.most else f" ({_number(spread.least)}–{_number(spread.most)})"
    )
    p95 = "" if spread.p95 is None else f", p95 {_number(spread.p95)}"
    return f"{_number(spread.median)}{ends} {unit}{p95}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{_number(value)} s"


def _ms(value: float | None) -> str:
    return NONE if value is None else f"{_number(value)} ms"


def _tokens(value: float | None, *, estimated: bool = False) -> str:
    return _counted(value, "tok (estimated)" if estimated else "tok")


def _counted(value: float | None, unit: str) -> str:
    return NONE if value is None else f"{value:,.0f} {unit}"


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.0%}"
