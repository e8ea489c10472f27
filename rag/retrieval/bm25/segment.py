"""A segment: the immutable postings of some documents.

Postings are stored by term (compressed sparse rows): for term number ``t`` the documents
``documents[starts[t]:starts[t + 1]]``, ascending, with their ``frequencies``. They are also stored
by document, terms in the order of their first occurrence, so that a deleted document's terms are
known without its text. All arrays can be mapped from files.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_NUMBER_CACHE_SIZE = 100_000
_SORTED_AT_ONCE = 1_000_000
_SMALL_BYTES = 4_096
"""Smaller files are read; an empty array cannot be mapped."""
_VOCABULARY_ARRAYS = ("characters", "ends", "checksums", "numbers")


@dataclass(frozen=True)
class Vocabulary:
    """Distinct numbered strings, looked up by checksum so that none has to be decoded."""

    characters: NDArray[np.uint8]
    """All strings in UTF-8, concatenated."""
    ends: NDArray[np.int64]
    checksums: NDArray[np.uint32]
    """Ascending."""
    numbers: NDArray[np.int32]
    """The strings' numbers, in the order of ``checksums``."""
    _known: dict[str, int] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, strings: Sequence[str]) -> Vocabulary:
        """Number strings by their position."""
        encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
        checksums = np.fromiter(map(zlib.crc32, encoded), np.uint32, len(encoded))
        order = np.argsort(checksums, kind="stable").astype(np.int32)
        return cls(
            np.frombuffer(b"".join(encoded), np.uint8),
            np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded))),
            checksums[order],
            order,
        )

    def arrays(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """Return the arrays of the instance by name."""
        return {f"{prefix}{name}": getattr(self, name) for name in _VOCABULARY_ARRAYS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> Vocabulary:
        """The reverse of ``arrays``. Raises KeyError if one is missing."""
        return cls(*(arrays[f"{prefix}{name}"] for name in _VOCABULARY_ARRAYS))  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, number: int) -> str:
        start = self.ends[number - 1] if number else 0
        piece = self.characters[start : self.ends[number]].tobytes()
        return piece.decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        text = self.characters.tobytes()
        start = 0
        for end in self.ends.tolist():
            yield text[start:end].decode("utf-8", "surrogatepass")
            start = end

    def number(self, string: str) -> int:
        """Return the string's number, or -1 if it is unknown."""
        known = self._known.get(string)
        if known is None:
            if len(self._known) >= _NUMBER_CACHE_SIZE:
                self._known.clear()
            known = self._known[string] = self._find(string)
        return known

    def _find(self, string: str) -> int:
        encoded = string.encode("utf-8", "surrogatepass")
        checksum = np.uint32(zlib.crc32(encoded))
        position = int(self.checksums.searchsorted(checksum))
        while position < len(self.checksums) and self.checksums[position] == checksum:
            number = int(self.numbers[position])
            if self[number] == string:
                return number
            position += 1
        return -1


@dataclass(frozen=True)
class Segment:
    """The postings of ``len(lengths)`` documents."""

    vocabulary: Vocabulary
    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    frequencies: NDArray[np.float32]
    """Integers, stored as float32 for the arithmetic."""
    lengths: NDArray[np.int64]
    """The lengths of the documents in terms."""
    rows: NDArray[np.int64]
    """Document ``d`` has the terms ``terms[rows[d]:rows[d + 1]]``."""
    terms: NDArray[np.int32]

    @classmethod
    def of(cls, corpus: Iterable[Sequence[str]]) -> Segment:
        """Count the terms of each document."""
        numbers: dict[str, int] = {}
        terms, frequencies, lengths = array("i"), array("f"), array("q")
        rows = array("q", [0])
        for document in corpus:
            lengths.append(len(document))
            for term, frequency in Counter(document).items():
                terms.append(numbers.setdefault(term, len(numbers)))
                frequencies.append(frequency)
            rows.append(len(terms))
        return cls._by_term(
            Vocabulary.of(list(numbers)),
            np.array(terms, np.int32),
            np.array(frequencies, np.float32),
            np.array(rows, np.int64),
            np.array(lengths, np.int64),
        )

    @classmethod
    def _by_term(
        cls,
        vocabulary: Vocabulary,
        terms: NDArray[np.int32],
        frequencies: NDArray[np.float32],
        rows: NDArray[np.int64],
        lengths: NDArray[np.int64],
    ) -> Segment:
        counts = np.bincount(terms, minlength=len(vocabulary))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        documents = np.empty(len(terms), np.int32)
        ordered = np.empty(len(terms), np.float32)
        for start, order in _by_term_in_parts(terms, starts):
            part = slice(start, start + len(order))
            documents[part] = rows.searchsorted(order, side="right") - 1
            ordered[part] = frequencies[order]
        return cls(vocabulary, starts, documents, ordered, lengths, rows, terms)

    @classmethod
    def merged(cls, parts: Sequence[tuple[Segment, NDArray[np.int64]]]) -> Segment:
        """Merge the documents of several segments that are not deleted, in order."""
        numbers: dict[str, int] = {}
        kept = [np.delete(np.arange(segment.size), deleted) for segment, deleted in parts]
        sizes = [np.diff(s.rows)[k] for (s, _), k in zip(parts, kept, strict=True)]
        rows = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
        terms, frequencies = np.empty(rows[-1], np.int32), np.empty(rows[-1], np.float32)
        start = 0
        for (segment, deleted), own_sizes in zip(parts, sizes, strict=True):
            end = start + int(own_sizes.sum())
            chosen: NDArray[np.bool_] | slice = slice(None)
            if len(deleted):
                there = np.ones(segment.size, np.bool_)
                there[deleted] = False
                chosen = np.repeat(there, np.diff(segment.rows))
            own = segment.terms[chosen]
            table = np.zeros(len(segment.vocabulary), np.int32)
            for number in _first_seen(own, len(table)).tolist():
                term = segment.vocabulary[number]
                table[number] = numbers.setdefault(term, len(numbers))
            np.take(table, own, out=terms[start:end])
            frequencies[start:end] = segment.frequencies_by_row[chosen]
            start = end
        lengths = [s.lengths[k] for (s, _), k in zip(parts, kept, strict=True)]
        vocabulary = Vocabulary.of(list(numbers))
        return cls._by_term(vocabulary, terms, frequencies, rows, np.concatenate(lengths))

    @property
    def size(self) -> int:
        """The number of documents, including deleted ones."""
        return len(self.lengths)

    @property
    def frequencies_by_row(self) -> NDArray[np.float32]:
        """The frequencies in the order of ``terms``."""
        found = np.empty(len(self.frequencies), np.float32)
        for start, order in _by_term_in_parts(self.terms, self.starts):
            found[order] = self.frequencies[start : start + len(order)]
        return found

    def postings(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the documents that contain a term, and its frequency in each."""
        span = slice(self.starts[term], self.starts[term + 1])
        return self.documents[span], self.frequencies[span]

    def frequency(self, term: int) -> int:
        """Return the number of documents that contain a term."""
        return int(self.starts[term + 1] - self.starts[term])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the arrays of the instance by name."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "vocabulary"}
        return own | self.vocabulary.arrays("vocabulary_")

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Segment:
        """The reverse of ``arrays``. Raises KeyError if one is missing."""
        own = [f.name for f in fields(cls) if f.name != "vocabulary"]
        vocabulary = Vocabulary.from_arrays(arrays, "vocabulary_")
        return cls(vocabulary, *(arrays[name] for name in own))  # type: ignore[arg-type]


def _by_term_in_parts(
    terms: NDArray[np.int32], starts: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield the positions of postings ordered by term, and the start of each chunk.

    Chunks, since sorting all at once would take twice the memory of the postings.
    """
    cuts = starts.searchsorted(np.arange(0, len(terms), _SORTED_AT_ONCE))
    edges = np.unique(np.append(cuts, len(starts) - 1)).tolist()
    for first, last in pairwise([0, *(edge for edge in edges if edge)]):
        own = ((terms >= first) & (terms < last)).nonzero()[0]
        yield int(starts[first]), own[np.argsort(terms[own], kind="stable")]


def _first_seen(terms: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """Return the distinct term numbers below ``size`` in the order of their first occurrence.

    In chunks and without sorting, which would take four times the memory of the terms.
    """
    first = np.full(size, len(terms), np.int64)
    for end in range(len(terms), 0, -_SORTED_AT_ONCE):
        start = max(0, end - _SORTED_AT_ONCE)
        first[terms[start:end][::-1]] = np.arange(end - 1, start - 1, -1)
    seen = (first < len(terms)).nonzero()[0]
    return seen[np.argsort(first[seen], kind="stable")]


def mapped(path: Path) -> NDArray[np.generic]:
    """Map an array from a file, or read a small one. Raises OSError and ValueError."""
    small = path.stat().st_size <= _SMALL_BYTES
    found: NDArray[np.generic] = np.load(path, mmap_mode=None if small else "r")
    return found
