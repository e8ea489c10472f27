"""Measures of a ranking, and means."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.documents import Passage
    from rag.evaluation.beir import Asked


def ndcg(ranked: Sequence[str], relevant: dict[str, int], k: int) -> float:
    """Normalised discounted cumulative gain, grades as gains (Järvelin and Kekäläinen, 2002)."""
    gained = sum(
        relevant.get(document, 0) / math.log2(rank + 1)
        for rank, document in enumerate(ranked[:k], start=1)
    )
    best = sorted(relevant.values(), reverse=True)[:k]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, start=1))
    return gained / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevant: dict[str, int], k: int) -> float:
    """What share of the relevant documents is among the first ``k``."""
    return len(set(ranked[:k]) & relevant.keys()) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: dict[str, int], k: int) -> float:
    """One over the rank of the first relevant document; 0 where it is not in the first ``k``."""
    ranks = (rank for rank, document in enumerate(ranked[:k], start=1) if document in relevant)
    return 1 / next(ranks, math.inf)


def hit_rate(pairs: Sequence[tuple[Asked, list[Passage]]], k: int) -> float | None:
    """The share of questions with an answer string in the first ``k`` passages; None of none."""
    if not pairs:
        return None
    return mean(
        [
            float(any(answer in passage.text for passage in passages[:k] for answer in q.answers))
            for q, passages in pairs
        ]
    )


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of no values."""
    return sum(values) / len(values) if values else 0.0
