"""What a sentence's support is judged by: shares of its words that stand in the passages."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.verification.alignment import Alignment, Places, Stretch
    from rag.verification.claims import Claim

_LONG = 30
"""A sentence of so many content words is as long as sentences get."""


@dataclass(frozen=True, slots=True)
class SupportSignals:
    """Each is 0 to 1, and more of it speaks for support but for the last three."""

    coverage: float = 0.0
    """Share of the sentence's idf mass in the best stretch of up to three sentences."""
    passage: float = 0.0
    """The same in the best passage as a whole."""
    anywhere: float = 0.0
    """The same in all passages together."""
    order: float = 0.0
    """Share of its neighbouring words that are neighbours in that stretch."""
    order_anywhere: float = 0.0
    """The same in all passages together."""
    unknown_names: float = 0.0
    """Share of its names that no passage has."""
    elsewhere: float = 0.0
    """How much of it stands in some passage, but not in the best stretch."""
    length: float = 0.0
    """Content words, on a logarithmic scale."""


def signals_of(
    claim: Claim,
    masses: Mapping[str, float],
    aligned: Sequence[Alignment],
    stretches: Sequence[Stretch],
    places: Places,
) -> SupportSignals:
    """Weigh a sentence against its alignments, the best first."""
    if not aligned or not masses:
        return SupportSignals()
    total = sum(masses.values()) or 1.0
    best = aligned[0]
    anywhere = sum(mass for term, mass in masses.items() if places.knows(term)) / total
    names = claim.names or frozenset()
    unknown = sum(not places.knows(name) for name in names) / len(names) if names else 0.0
    coverage = min(1.0, best.coverage)
    return SupportSignals(
        coverage=coverage,
        passage=_best_passage(masses, stretches, places, total),
        anywhere=anywhere,
        order=_share(claim.pairs, best.stretch.claim.pairs),
        order_anywhere=_share(
            claim.pairs, frozenset().union(*(s.claim.pairs for s in stretches if s.sentences == 1))
        ),
        unknown_names=unknown,
        elsewhere=max(0.0, anywhere - coverage),
        length=min(1.0, math.log1p(len(masses)) / math.log1p(_LONG)),
    )


def _share(mine: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]) -> float:
    return len(mine & others) / len(mine) if mine else 1.0


def _best_passage(
    masses: Mapping[str, float], stretches: Sequence[Stretch], places: Places, total: float
) -> float:
    held: dict[int, float] = {}
    for term, mass in masses.items():
        worth: dict[int, float] = {}
        for position, value in places.holding(term).items():
            number = stretches[position].number
            worth[number] = max(worth.get(number, 0.0), value)
        for number, value in worth.items():
            held[number] = held.get(number, 0.0) + value * mass
    return min(1.0, max(held.values(), default=0.0) / total)
