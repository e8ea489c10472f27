"""Is there evidence? What share of the question's idf mass stands together in one passage.

An unseen word weighs as much as the rarest seen one can. Thresholds do not transfer between
corpora, so the gate refuses only what lacks most of its mass; what lies between "none" and
"some" is asked and then checked sentence by sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rag.analysis import BEGINNING, analyse
from rag.domain import Evidence, EvidenceLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.domain import Hit, Passage, Query, Term

ASKED_NOW = 0.5
"""Terms of earlier turns weigh less than this, misspelled ones more."""
WINDOW = 30
"""Content words that count as "together": AUROC .929 for the densest 30 of the top passage."""
CONSIDERED_HITS = 3
ELSEWHERE_WORTH = 0.5
"""What a word is worth that only another hit of the same document has: questions have parts."""
MASS_FLOOR = 0.4
"""A known word weighs at least this share of an unseen one. In a small corpus about one thing that
thing's name stands everywhere and its idf is near zero, yet it says that the question belongs
here; on large sets the floor changes no AUROC by more than .005."""
NONE_BELOW = 0.34
WEAK_BELOW = 0.55
SOME_BELOW = 0.8


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question: any of its ways of writing counts as found."""

    word: str
    ways: tuple[frozenset[str], ...]
    """Sets of terms; the word is found where all terms of one set are."""
    mass: float
    asked_now: bool
    """Does it stand in the question itself, not only in earlier turns?"""


def words_of(
    query: Query, idf_of: Callable[[str], float], floor_share: float = MASS_FLOOR
) -> tuple[Word, ...]:
    """Group a query's terms into the words that they stand for, weighed by idf."""
    floor = floor_share * idf_of("")
    words = []
    whole_words = (term for term in query.terms if not term.term.endswith(BEGINNING))
    for (word, weight), group in groupby(whole_words, key=_as_written):
        terms = list(group)
        whole, *parts = [term.term for term in terms]
        ways: tuple[frozenset[str], ...]
        if terms[0].stands_for:  # any of the known words will do
            ways = tuple(frozenset([term.term]) for term in terms)
        else:
            ways = (frozenset([whole]), *([frozenset(parts)] if parts else []))
        mass = max(floor, *(idf_of(term) for term in parts or [whole]))
        words.append(Word(word, ways, mass * weight, weight >= ASKED_NOW))
    return tuple(words)


def _as_written(term: Term) -> tuple[str, float]:
    return term.stands_for or term.word, term.weight


def weigh(query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]) -> Evidence:
    """Return how much of the question stands in the densest window of a passage found."""
    words = words_of(query, idf_of)
    total = sum(word.mass for word in words)
    windows = [(_densest(words, hit.passage), hit) for hit in hits[:CONSIDERED_HITS]]
    best, best_hit = max(
        windows, key=lambda pair: _mass(pair[0]), default=(frozenset[Word](), None)
    )
    found = best.union(*(window for window, hit in windows if _same_document(hit, best_hit)))
    held = _mass(best) + ELSEWHERE_WORTH * _mass(found - best)
    coverage = held / total if total else 0.0
    return Evidence(
        level=_level(coverage),
        coverage=coverage,
        matched=_spelled(word for word in words if word in found),
        missing=_spelled(word for word in words if word not in found and word.asked_now),
    )


def matched_words(
    query: Query, passage: Passage, idf_of: Callable[[str], float]
) -> tuple[str, ...]:
    """The question's words that stand anywhere in a passage, the rarest first."""
    present = {
        term
        for text in (passage.text, passage.heading, passage.title, passage.table_header)
        for token in analyse(text, passage.language)
        for term in token.terms
    }
    words = sorted(words_of(query, idf_of), key=lambda word: -word.mass)
    return _spelled(word for word in words if any(way <= present for way in word.ways))


def _densest(words: Sequence[Word], passage: Passage) -> frozenset[Word]:
    around = {
        term
        for text in (passage.title, passage.heading, passage.table_header)
        for token in analyse(text, passage.language)
        for term in token.terms
    }
    tokens = [set(token.terms) for token in analyse(passage.text, passage.language)]
    best: frozenset[Word] = frozenset()
    for start in range(max(1, len(tokens) - WINDOW + 1)):
        terms = around.union(*tokens[start : start + WINDOW])
        together = frozenset(w for w in words if any(way <= terms for way in w.ways))
        if _mass(together) > _mass(best):
            best = together
    return best


def _same_document(hit: Hit, other: Hit | None) -> bool:
    return other is not None and hit.passage.document == other.passage.document


def _mass(words: frozenset[Word]) -> float:
    return sum(word.mass for word in words)


def _level(coverage: float) -> EvidenceLevel:
    if coverage < NONE_BELOW:
        return EvidenceLevel.NONE
    if coverage < WEAK_BELOW:
        return EvidenceLevel.WEAK
    return EvidenceLevel.SOME if coverage < SOME_BELOW else EvidenceLevel.STRONG


def _spelled(words: Iterable[Word]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.word for word in words))
