"""BM25 over segments of postings, as defined by rank-bm25.

``BM25`` is rank-bm25's ``BM25Okapi`` with the same parameters and, with Okapi's idf, bit-equal
scores. It differs in method: it visits a term's postings instead of every document, updates
statistics with each addition and deletion, and searches in float32 before it scores the candidates
exactly.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from itertools import accumulate as accumulate_sums
from typing import TYPE_CHECKING

import numpy as np
from rank_bm25 import BM25Okapi

from rag.retrieval.bm25 import kernels
from rag.retrieval.bm25.segment import Segment
from rag.retrieval.bm25.state import Impacts, Part, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

MOST_DRIFT = 0.02
"""A larger error of the impacts would make too many documents candidates for exact scoring."""
SMALL_SEGMENT = 256
"""The size up to which added documents are merged into the last segment, which takes a millisecond;
larger ones join the middle segment, and compaction merges that into the first."""
IDF_CACHE_SIZE = 50_000
"""The number of terms whose idf is cached until the next change."""
_MANY = 64
"""Shorter lists are sorted faster in Python."""
_FLOAT32_ERROR = 1.2e-7
"""Twice the rounding error of one operation."""
Weighted = tuple[str, float | None]
"""A term and its weight; None is 1 without a multiplication."""


@dataclass(frozen=True)
class QueryPlan:
    """A query prepared for a state: each term's number in each part, its idf and weight."""

    numbers: list[list[int]]
    rarities: list[float]
    """idf x weight, in the query's order."""


class BM25(BM25Okapi):  # type: ignore[misc]  # rank-bm25 has no types
    """BM25Okapi over postings; the corpus and documents may be empty.

    Documents, deleted ones included, are numbered in the order of their addition until ``compact``.
    Readers see a consistent state; changes are serialised.
    """

    def __init__(
        self,
        corpus: Iterable[Sequence[str]],
        tokenizer: Callable[[str], Sequence[str]] | None = None,
        k1: float = 1.5,
        b: float = 0.75,
        epsilon: float = 0.25,
    ) -> None:
        self._writing = threading.Lock()
        self.state = State(())
        documents = [tokenizer(text) for text in corpus] if tokenizer else corpus  # type: ignore[arg-type]
        super().__init__(documents, k1=k1, b=b, epsilon=epsilon)

    def _initialize(self, corpus: Iterable[Sequence[str]]) -> dict[str, int]:
        self._set_state(State((self._part(Segment.of(corpus)),)))
        return {}

    def _part(self, segment: Segment) -> Part:
        total = int(segment.lengths.sum())
        average = total / segment.size if total else 1.0
        return Part.of(segment, Impacts.of(segment, self.k1, self.b, average))

    def _calc_idf(self, nd: dict[str, int]) -> None:
        """Okapi's idf as in rank-bm25, also for an empty corpus."""
        self.idf: dict[str, float] = {}
        if nd:
            super()._calc_idf(nd)

    def _set_state(self, state: State) -> None:
        if state.drift > MOST_DRIFT:
            average = state.average_length
            state = State(
                tuple(
                    replace(p, impacts=Impacts.of(p.segment, self.k1, self.b, average))
                    for p in state.parts
                )
            )
        self.state = state
        self.corpus_size = state.size
        self.avgdl = state.average_length
        self.idf = {}

    @property
    def doc_len(self) -> NDArray[np.int64]:
        """The lengths of the documents, in order."""
        return self.state.lengths[self.state.live]

    @doc_len.setter
    def doc_len(self, lengths: object) -> None:
        """rank-bm25 sets an empty list first."""

    def restore(self, state: State) -> None:
        """Replace the state by one loaded from disk."""
        with self._writing:
            self._set_state(state)

    def add(self, documents: Iterable[Sequence[str]]) -> range:
        """Add documents, searchable at once; return their numbers."""
        with self._writing:
            first = self.state.offsets[-1]
            made = Segment.of(documents)
            self._set_state(State(self._appended(self.state.parts, self._new_part(made))))
            return range(first, first + made.size)

    def delete(self, numbers: Iterable[int]) -> None:
        """Delete documents by number, with immediate effect."""
        with self._writing:
            wanted = np.unique(np.fromiter(numbers, np.int64))
            offsets = self.state.offsets
            cuts = wanted.searchsorted(offsets)
            parts = [
                part.without(wanted[start:end] - offset) if end > start else part
                for part, offset, start, end in zip(
                    self.state.parts, offsets, cuts, cuts[1:], strict=False
                )
            ]
            self._set_state(State(tuple(parts)))

    def joined(self, state: State, other: State) -> State:
        """Return both states as one; the impacts of ``other``, the smaller one, are recomputed."""
        parts = (*state.parts, *other.parts)
        average = State(parts).average_length
        return State(
            (
                *state.parts,
                *(
                    replace(p, impacts=Impacts.of(p.segment, self.k1, self.b, average))
                    for p in other.parts
                ),
            )
        )

    def compact(self) -> None:
        """Merge all segments into one and renumber the documents."""
        with self._writing:
            parts = [(part.segment, part.deleted) for part in self.state.parts]
            self._set_state(State((self._part(Segment.merged(parts)),)))

    def _new_part(self, segment: Segment) -> Part:
        """Return a segment as a part, with impacts for the common average length."""
        average = self.state.average_length
        return Part.of(segment, Impacts.of(segment, self.k1, self.b, average))

    def _appended(self, parts: tuple[Part, ...], new: Part) -> tuple[Part, ...]:
        """Append a part; small parts are merged, the first one stays unchanged."""
        if not any(part.segment.size for part in parts):
            return (new,)
        if len(parts) == 1:
            return (*parts, new)
        first, *middle, last = parts
        if last.segment.size + new.segment.size <= SMALL_SEGMENT:
            return (first, *middle, self._join(last, new))
        return (first, self._join(*middle, last), new) if middle else (first, last, new)

    def _join(self, *parts: Part) -> Part:
        segment, deleted = _joined(*parts)
        return self._new_part(segment).without(deleted)

    @property
    def pending(self) -> float:
        """The share of documents that are outside of the first segment, or deleted."""
        total = self.state.offsets[-1]
        return (total - self.state.parts[0].size) / total if total else 0.0

    def idf_of_terms(self, state: State, terms: Iterable[str]) -> dict[str, float]:  # noqa: ARG002 - the average needs all of them
        """Return the idf of each term that occurs in a state, and perhaps of others."""
        if not self.idf:
            self._calc_idf(_frequencies(state))
        return self.idf

    def plan(self, state: State, query: Sequence[Weighted]) -> QueryPlan:
        """Look up a query's terms; unknown ones are omitted."""
        idf = self.idf_of_terms(state, [term for term, _ in query])
        known = [(term, weight) for term, weight in query if term in idf]
        return QueryPlan(
            [state.numbers(term) for term, _ in known],
            [idf[term] if weight is None else idf[term] * weight for term, weight in known],
        )

    def get_scores(self, query: Iterable[str]) -> NDArray[np.float64]:
        """Return one score a document, bit-equal to rank-bm25's (same order of operations)."""
        return self.weighted_scores([(term, None) for term in query])

    def weighted_scores(self, query: Sequence[Weighted]) -> NDArray[np.float64]:
        """Return one score a document for weighted terms."""
        state = self.state
        return self._exact(state, self.plan(state, query), state.live)

    def _exact(
        self, state: State, plan: QueryPlan, documents: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Score some documents in rank-bm25's order of operations."""
        scores = np.zeros(len(documents))
        shape = self.k1, self.b, state.average_length
        if len(state.parts) == 1:
            terms = [numbers[0] for numbers in plan.numbers]
            kernels.exact(scores, state.parts[0].segment, documents, terms, plan.rarities, shape)
            return scores
        cuts = documents.searchsorted(state.offsets).tolist()
        for position, part in enumerate(state.parts):
            start, end = cuts[position], cuts[position + 1]
            if start < end:
                own = documents[start:end] - state.offsets[position]
                terms = [numbers[position] for numbers in plan.numbers]
                kernels.exact(scores[start:end], part.segment, own, terms, plan.rarities, shape)
        return scores

    def top(
        self,
        query: Sequence[Weighted],
        k: int,
        excluded: NDArray[np.bool_] | None = None,
        state: State | None = None,
        bonus: Sequence[tuple[range, float]] = (),
    ) -> list[tuple[float, int]]:
        """Return at most ``k`` (score, document) above 0, best first, ties in order.

        ``excluded`` masks documents; each ``bonus`` is added to a whole range of them.
        """
        state = state or self.state
        plan = self.plan(state, query)
        rough = self._approximate_scores(state, plan)
        for numbers, worth in bonus:
            rough[numbers.start : numbers.stop] += np.float32(worth)
        if len(state.deleted):
            rough[state.deleted] = 0
        if excluded is not None:
            rough[excluded] = 0
        mass = sum(map(abs, plan.rarities)) * (self.k1 + 1)
        mass += max((worth for _, worth in bonus), default=0.0)
        error = ((len(query) + 5) * _FLOAT32_ERROR + state.drift) * mass
        documents = kernels.candidates(rough, k, 2 * error)
        scores = self._exact(state, plan, documents)
        for numbers, worth in bonus:
            start, end = documents.searchsorted([numbers.start, numbers.stop])
            scores[start:end] += worth
        if len(scores) > _MANY:
            order = np.lexsort((documents, -scores))[:k]
            scores, documents = scores[order], documents[order]
        found = zip((-scores).tolist(), documents.tolist(), strict=True)
        return [(-score, document) for score, document in sorted(found)[:k] if score < 0]

    def _approximate_scores(self, state: State, plan: QueryPlan) -> NDArray[np.float32]:
        """Return the scores of all documents in float32."""
        scores = np.zeros(state.offsets[-1], np.float32)
        for position, part in enumerate(state.parts):
            own = scores
            if len(state.parts) > 1:
                own = scores[state.offsets[position] : state.offsets[position + 1]]
            terms, weights = [], []
            for numbers, rarity in zip(plan.numbers, plan.rarities, strict=True):
                term, weight = numbers[position], rarity * (self.k1 + 1)
                if term < 0:
                    continue
                row = part.impacts.row(part.segment, term)
                if row is None:
                    terms.append(term)
                    weights.append(weight)
                else:
                    own += row * np.float32(weight)
            if terms:
                kernels.accumulate(own, part.segment, part.impacts.values, terms, weights)
        return scores


def _frequencies(state: State) -> dict[str, int]:
    """Return each term's document frequency, in rank-bm25's order of terms."""
    counts: dict[str, int] = {}
    for part in state.parts:
        segment = part.segment
        words = list(segment.vocabulary)
        gone = set(part.deleted.tolist())
        for document in range(segment.size):
            if document not in gone:
                row = segment.terms[segment.rows[document] : segment.rows[document + 1]]
                for term in row.tolist():
                    counts[words[term]] = counts.get(words[term], 0) + 1
    return counts


def _joined(*parts: Part) -> tuple[Segment, NDArray[np.int64]]:
    """Merge parts; deleted documents are kept, so that numbers do not change."""
    none = np.zeros(0, np.int64)
    sizes = [0, *accumulate_sums(part.segment.size for part in parts)]
    deleted = [part.deleted + offset for part, offset in zip(parts, sizes, strict=False)]
    return Segment.merged([(part.segment, none) for part in parts]), np.concatenate(deleted)
