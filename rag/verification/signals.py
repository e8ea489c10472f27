"""What a sentence's support is judged by: shares of its words that stand in the passages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain.answers import SupportSignals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.verification.alignment import Alignment, Places, Stretch
    from rag.verification.claims import Claim


def signals_of(
    claim: Claim,
    masses: Mapping[str, float],
    aligned: Sequence[Alignment],
    stretches: Sequence[Stretch],
    places: Places,
) -> SupportSignals:
    """Weigh a sentence against its alignments, the best first."""
    if not aligned:
        return SupportSignals()
    if not masses:  # numbers alone
        return SupportSignals(coverage=1.0, order=1.0, order_anywhere=1.0)
    best = aligned[0]
    names = claim.names or frozenset()
    return SupportSignals(
        coverage=best.coverage,
        order=_share(claim.pairs, best.stretch.claim.pairs),
        order_anywhere=_share(
            claim.pairs, frozenset().union(*(s.claim.pairs for s in stretches if s.sentences == 1))
        ),
        unknown_names=sum(not places.knows(n) for n in names) / len(names) if names else 0.0,
        replaced=places.replaced(claim, best.stretch),
    )


def _share(mine: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]) -> float:
    return len(mine & others) / len(mine) if mine else 1.0
