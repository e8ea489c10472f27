"""Reports as SVG charts."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.evaluation.answers import AnswersReport
    from rag.evaluation.model_figures import ModelFigures
    from rag.evaluation.speed import SpeedReport
    from rag.evaluation.spread import Spread
    from rag.retrieval.calibration import Calibration

_WIDTH, _HEIGHT, _EDGE = 640, 400, 60
_ROW, _NAMES = 24, 220
_LINES = (
    ("rank-bm25", "rank_bm25_ms", "#b45309"),
    ("bm25s", "bm25s_ms", "#475569"),
    ("tantivy", "tantivy_ms", "#9333ea"),
    ("Plumbline", "query_ms", "#0f766e"),
)


def speed_svg(reports: Sequence[SpeedReport]) -> str:
    """Return a chart of milliseconds a question over passages, both axes logarithmic."""
    sizes = [math.log10(report.passages) for report in reports]
    values = [v for r in reports for _, n, _ in _LINES if (v := getattr(r, n))]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    left, right = min(sizes) - 0.1, max(sizes) + 0.1

    def across(size: float) -> float:
        return _EDGE + (size - left) / (right - left) * (_WIDTH - 2 * _EDGE)

    def up(value: float) -> float:
        return _HEIGHT - _EDGE - (value - low) / (high - low) * (_HEIGHT - 2 * _EDGE)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_EDGE}" y="24">Processor milliseconds a question</text>',
    ]
    for power in range(low, high + 1):
        y = up(power)
        parts.append(
            f'<path d="M{_EDGE} {y:.1f}H{_WIDTH - _EDGE}" stroke="#e7e4dc"/>'
            f'<text x="{_EDGE - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        )
    for size, report in zip(sizes, reports, strict=True):
        x = across(size)
        label = f"{report.passages:,}"
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - _EDGE + 20}" text-anchor="middle">{label}</text>'
        )
    for name, field, colour in _LINES:
        points = [
            (across(size), up(math.log10(value)))
            for size, report in zip(sizes, reports, strict=True)
            if (value := getattr(report, field))
        ]
        if points:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            x, y = points[-1]
            parts.append(
                f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
                f'<text x="{x - 4:.1f}" y="{y - 8:.1f}" text-anchor="end"'
                f' fill="{colour}">{name}</text>'
            )
    return "\n".join([*parts, "</svg>\n"])


def models_svg(models: Sequence[ModelFigures]) -> str:
    """Return a chart of first tokens, reading and writing: a bar to the median, a line to the ends.

    Each of the three groups has a scale of its own, from zero.
    """
    groups: dict[str, list[Spread | None]] = {
        "First token, ms": [model.first_token_ms for model in models],
        "Prefill, tokens a second": [model.prefill_rate for model in models],
        "Decoding, tokens a second": [model.decode_rate for model in models],
    }
    y = _EDGE
    parts: list[str] = []
    for title, spreads in groups.items():
        parts.append(f'<text x="{_EDGE}" y="{y - 8}" font-weight="bold">{title}</text>')
        longest = max((one.most for one in spreads if one), default=0.0)
        for model, one in zip(models, spreads, strict=True):
            parts += _bar(html.escape(model.model), one, y, longest)
            y += _ROW
        y += _EDGE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img">',
            "<title>How fast models answer</title>",
            "<style>text { font: 12px sans-serif } .bar { stroke-width: 16 }</style>",
            f'<rect width="{_WIDTH}" height="{y}" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _bar(name: str, spread: Spread | None, y: int, longest: float) -> list[str]:
    label = f'<text x="{_NAMES - 8}" y="{y + 14}" text-anchor="end">{name}</text>'
    if spread is None or longest <= 0:
        return [label, f'<text x="{_NAMES}" y="{y + 14}">not measured</text>']
    scale = (_WIDTH - _NAMES - 2 * _EDGE) / longest
    length = spread.median * scale
    start, end = _NAMES + spread.least * scale, _NAMES + spread.most * scale
    return [
        label,
        f'<path class="bar" d="M{_NAMES} {y + 10}h{length:.1f}" stroke="#0f766e"/>',
        f'<path d="M{start:.1f} {y + 10}H{end:.1f}" stroke="#b45309" stroke-width="2"/>',
        f'<text x="{end + 6:.1f}" y="{y + 14}">{spread.median:,.1f}</text>',
    ]


def reliability_svg(fitted: Calibration) -> str:
    """Return a chart of how often evidence is right by strength, and what each level refuses."""
    reliable = Plot("Share answerable over strength", (0.0, 1.0), {"": [(0, 0), (1, 1)]})
    dots = [
        (one.mean_strength, one.answerable, 2 + math.sqrt(one.count) / 3) for one in fitted.bins
    ]
    refused = Plot(
        "Share refused over level (log-odds)",
        (fitted.curve[0].log_odds, fitted.curve[-1].log_odds),
        {
            "answerable": [(p.log_odds, p.refused_answerable) for p in fitted.curve],
            "held out": [(p.log_odds, p.refused_held_out) for p in fitted.curve],
        },
    )
    return _drawing([replace(reliable, dots=tuple(dots)), refused])


def answers_svg(report: AnswersReport) -> str:
    """Return charts of quality over the share escalated, and of shares refused over strength."""
    ways = list(next(iter(report.curve.values())))
    kinds = list(next(iter(report.gate_curve.values())))
    quality = Plot(
        "Share correct over share escalated",
        (0.0, 1.0),
        {way: [(float(rate), row[way]) for rate, row in report.curve.items()] for way in ways},
    )
    refused = Plot(
        "Share refused over strength",
        (0.0, 1.0),
        {k: [(float(level), row[k]) for level, row in report.gate_curve.items()] for k in kinds},
    )
    return _drawing([quality, refused])


@dataclass(frozen=True)
class Plot:
    """One diagram; the vertical axis is a share."""

    title: str
    across: tuple[float, float]
    lines: Mapping[str, Sequence[tuple[float, float]]]
    dots: tuple[tuple[float, float, float], ...] = ()
    """Horizontal position, vertical position, radius."""


_SIDE, _MARGIN = 320, 50
_COLOURS = ("#0f766e", "#b45309", "#475569", "#9333ea")


def _drawing(panels: Sequence[Plot]) -> str:
    width = len(panels) * (_SIDE + _MARGIN) + _MARGIN
    height = _SIDE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _MARGIN + number * (_SIDE + _MARGIN))
    return "\n".join([*parts, "</svg>\n"])


def _panel(panel: Plot, left: int) -> Iterator[str]:
    low, high = panel.across
    side = _SIDE - _MARGIN

    def x(value: float) -> str:
        return f"{left + (value - low) / (high - low) * side:.1f}"

    def y(share: float) -> str:
        return f"{_SIDE - share * side:.1f}"

    yield f'<text x="{left}" y="24">{panel.title}</text>'
    yield f'<path d="M{x(low)} {y(1)}V{y(0)}H{x(high)}" fill="none" stroke="#475569"/>'
    for value in panel.across:
        yield f'<text x="{x(value)}" y="{_SIDE + 16}" text-anchor="middle">{value:g}</text>'
    for share in (0, 0.5, 1):
        yield f'<text x="{left - 6}" y="{y(share)}" text-anchor="end">{share:g}</text>'
    for number, (name, points) in enumerate(panel.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)] if name else "#cbd5e1"
        path = "L".join(f"{x(a)} {y(b)}" for a, b in points)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
        yield f'<text x="{left}" y="{_SIDE + 34 + 14 * number}" fill="{colour}">{name}</text>'
    for across, up, radius in panel.dots:
        yield f'<circle cx="{x(across)}" cy="{y(up)}" r="{radius:.1f}" fill="#0f766e"/>'
