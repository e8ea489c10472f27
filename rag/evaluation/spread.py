"""How measurements lie about their median."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ENOUGH = 20
"""Measurements for a 95th percentile."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of some measurements, in their unit."""

    median: float
    least: float
    most: float
    p95: float | None
    """Only where there are enough measurements."""


def spread_of(values: Iterable[float | None]) -> Spread | None:
    """Return the spread of the values that are there; None where none is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    p95 = quantiles(known, n=20)[-1] if len(known) >= ENOUGH else None
    return Spread(median(known), min(known), max(known), p95)
