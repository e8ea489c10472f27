"""The words of the documents, and lookup of those that an unknown one may mean."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.text.analysis import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rag.retrieval.bm25.segment import Vocabulary

MIN_LETTERS = 4
"""Shorter words have too many similar words by chance."""
LONG_WORD = 8
"""The length from which on two edits are allowed."""
MAX_SUGGESTIONS = 3
PART_LETTERS, INNER_LETTERS = 6, 8
"""The least lengths of the last part of a compound, and of one in its middle."""
REST_LETTERS = 4
"""The least length of what stands before the last part."""


class Spelled:
    """All words of an index; those of deleted documents are excluded by their terms' frequency."""

    def __init__(self, stored: tuple[Vocabulary, Vocabulary] | None = None) -> None:
        """``stored``: the words and their terms from disk, loaded on first use."""
        self._stored = stored
        self._learnt: dict[str, str] = {}
        self._lock = threading.Lock()

    def learn(self, documents: Iterable[Iterable[tuple[str, str]]]) -> None:
        """Add the words of documents, each with its term."""
        with self._lock:
            learnt = dict(self._learnt)
            for words in documents:
                learnt.update(words)
            self._learnt = learnt  # a new dict, since others may be reading the old one

    @property
    def terms(self) -> dict[str, str]:
        """Word -> its term."""
        with self._lock:
            if self._stored is not None:
                words, terms = self._stored
                self._learnt = dict(zip(words, terms, strict=True)) | self._learnt
                self._stored = None
            return self._learnt

    def knows(self, plain: str, frequency: Callable[[str], int]) -> bool:
        """Return whether a document contains that folded word."""
        term = self.terms.get(plain)
        return term is not None and frequency(term) > 0

    def joined(self, other: Spelled) -> Spelled:
        """Return the words of both."""
        both = Spelled()
        both._learnt = {**other.terms, **self.terms}
        return both

    def near(
        self, word: str, frequency: Callable[[str], int], *, compounds: bool = False
    ) -> tuple[tuple[str, str], ...]:
        """Return the known words that an unknown one may mean, each with its term.

        Those are words within one edit, or two from eight letters on; a transposition is one. In a
        language with ``compounds`` first come those that it is a part of ("Spurbahn",
        "Schmalspurbahn"), and last its own last part. Empty if the word itself is known.
        """
        plain = folded(word)
        terms = self.terms
        if len(plain) < MIN_LETTERS or not plain.isalpha() or self.knows(plain, frequency):
            return ()
        found = (
            (self._with_part(plain, frequency) if compounds else [])
            or self._misspelled(plain, frequency)
            or (self._last_part(plain, frequency) if compounds else [])
        )
        return tuple((other, terms[other]) for other in found[:MAX_SUGGESTIONS])

    def _with_part(self, plain: str, frequency: Callable[[str], int]) -> list[str]:
        """The known words that end with a word, or have it inside; the most frequent first."""
        if len(plain) < PART_LETTERS:
            return []
        inside = len(plain) >= INNER_LETTERS
        terms = self.terms
        known = [
            (-frequency(terms[other]), other)
            for other in terms
            if (plain in other if inside else other.endswith(plain)) and frequency(terms[other])
        ]
        return [other for _, other in sorted(known)]

    def _misspelled(self, plain: str, frequency: Callable[[str], int]) -> list[str]:
        terms = self.terms
        edits = 2 if len(plain) >= LONG_WORD else 1
        found = process.extract(
            plain, terms.keys(), scorer=OSA.distance, score_cutoff=edits, limit=20
        )
        known = [
            (distance, other[0] != plain[0], -frequency(terms[other]), other)
            for other, distance, _ in found
            if frequency(terms[other])
        ]
        nearest = min((distance for distance, *_ in known), default=0)
        return [other for distance, *_, other in sorted(known) if distance == nearest]

    def _last_part(self, plain: str, frequency: Callable[[str], int]) -> list[str]:
        """The longest known word that a word ends with, if enough stands before it."""
        ends = (plain[start:] for start in range(REST_LETTERS, len(plain) - PART_LETTERS + 1))
        return [end for end in ends if self.knows(end, frequency)][:1]
