"""What a sentence's support is judged by: shares of its words that stand in the passages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rag.domain.answers import SupportSignals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.verification.alignment import Alignment, Places, Stretch
    from rag.verification.claims import Claim

_LONG = 30
"""A sentence of so many content words is as long as sentences get."""


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
        replaced=places.replaced(claim, best.stretch),
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
