"""What a query sees of an index: immutable parts with exact statistics over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate as accumulate_sums
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rag.retrieval.bm25.segment import Segment

DENSE, DENSE_SIZE, DENSE_BYTES = 8, 1_000, 64 * 1024 * 1024
"""A term in an eighth of many documents is added as a row: 20 us at 100,000 instead of 100."""


@dataclass(frozen=True)
class Impacts:
    """``f / (f + norm)`` of each posting, computed with the average length at some time.

    With another average they err by at most the relative difference of the two averages, since no
    norm changes by more, so they are reused while that is small.
    """

    values: NDArray[np.float32]
    average: float
    rows: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    """Term number -> impact of every document, for frequent terms."""

    @classmethod
    def of(cls, segment: Segment, k1: float, b: float, average: float) -> Impacts:
        """Compute the impacts of a segment."""
        norms = (segment.lengths * (k1 * b / average) + k1 * (1 - b)).astype(np.float32)
        values = norms[segment.documents]
        values += segment.frequencies
        np.divide(segment.frequencies, values, out=values)
        return cls(values, average)

    def row(self, segment: Segment, term: int) -> NDArray[np.float32] | None:
        """Return the impacts of a frequent term as a cached row; None for others."""
        known = self.rows.get(term)
        if known is not None:
            return known
        span = slice(segment.starts[term], segment.starts[term + 1])
        if (span.stop - span.start) * DENSE < segment.size or segment.size < DENSE_SIZE:
            return None
        made = np.zeros(segment.size, np.float32)
        made[segment.documents[span]] = self.values[span]
        if len(self.rows) * made.nbytes < DENSE_BYTES:
            self.rows[term] = made
        return made


@dataclass(frozen=True)
class Part:
    """A segment with its impacts and its deleted documents."""

    segment: Segment
    impacts: Impacts
    deleted: NDArray[np.int64]
    """Ascending."""
    lost: Mapping[int, int]
    """Term number -> number of deleted documents that contain it."""

    @classmethod
    def of(cls, segment: Segment, impacts: Impacts) -> Part:
        """Return a part without deletions."""
        return cls(segment, impacts, np.zeros(0, np.int64), {})

    @property
    def size(self) -> int:
        """The number of remaining documents."""
        return self.segment.size - len(self.deleted)

    @cached_property
    def length(self) -> int:
        """The number of terms in the remaining documents."""
        lengths = self.segment.lengths
        return int(lengths.sum()) - int(lengths[self.deleted].sum())

    def frequency(self, number: int) -> int:
        """Return the number of remaining documents that contain a term."""
        return self.segment.frequency(number) - self.lost.get(number, 0)

    def without(self, documents: NDArray[np.int64]) -> Part:
        """Return the part after deletions."""
        new = np.setdiff1d(documents, self.deleted)
        segment, lost = self.segment, dict(self.lost)
        for document in new.tolist():
            for term in segment.terms[segment.rows[document] : segment.rows[document + 1]].tolist():
                lost[term] = lost.get(term, 0) + 1
        return replace(self, deleted=np.union1d(self.deleted, new), lost=lost)


@dataclass(frozen=True)
class State:
    """An immutable set of parts with exact statistics over all of them.

    Documents are numbered through all parts, including deleted ones.
    """

    parts: tuple[Part, ...]

    looked_up: dict[str, tuple[list[int], float]] = field(default_factory=dict, compare=False)
    """Term -> its number in each part and its idf; a cache for frequent terms."""

    @cached_property
    def size(self) -> int:
        """The number of documents."""
        return sum(part.size for part in self.parts)

    @cached_property
    def average_length(self) -> float:
        """The documents' average number of terms; 1 if there are none."""
        total = sum(part.length for part in self.parts)
        return total / self.size if total else 1.0

    @cached_property
    def offsets(self) -> list[int]:
        """The first number of each part, and the number after the last."""
        return [0, *accumulate_sums(part.segment.size for part in self.parts)]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """The lengths of all documents, in terms."""
        found = [part.segment.lengths for part in self.parts]
        return found[0] if len(found) == 1 else np.concatenate([np.zeros(0, np.int64), *found])

    @cached_property
    def deleted(self) -> NDArray[np.int64]:
        """The numbers of the deleted documents."""
        pairs = zip(self.parts, self.offsets, strict=False)
        found = [part.deleted + offset for part, offset in pairs]
        return np.concatenate([np.zeros(0, np.int64), *found])

    @cached_property
    def live(self) -> NDArray[np.int64]:
        """The numbers of the documents that are not deleted."""
        return np.delete(np.arange(self.offsets[-1]), self.deleted)

    def frequency(self, term: str) -> int:
        """Return the number of documents that contain a term."""
        pairs = zip(self.parts, self.numbers(term), strict=True)
        return sum(part.frequency(number) for part, number in pairs if number >= 0)

    def numbers(self, term: str) -> list[int]:
        """Return the term's number in each part, or -1."""
        return [part.segment.vocabulary.number(term) for part in self.parts]

    @cached_property
    def drift(self) -> float:
        """Return the maximum relative error of the parts' impacts."""
        return max(
            (abs(p.impacts.average / self.average_length - 1) for p in self.parts), default=0.0
        )
