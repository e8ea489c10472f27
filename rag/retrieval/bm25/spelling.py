"""The words of the documents, and lookup of those similar to a misspelled one."""

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

    def near(self, word: str, frequency: Callable[[str], int]) -> tuple[tuple[str, str], ...]:
        """Return known words within one edit, or two from eight letters on; a transposition is one.

        Empty if the word itself is known.
        """
        plain = folded(word)
        terms = self.terms
        if len(plain) < MIN_LETTERS or not plain.isalpha() or self.knows(plain, frequency):
            return ()
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
        best = sorted(one for one in known if one[0] == nearest)
        return tuple((other, terms[other]) for *_, other in best[:MAX_SUGGESTIONS])
