"""Scores how well the found passages cover the question.

An unseen word weighs as much as the rarest seen one can. The model is a logistic regression over
five signals, with its weights in thresholds.toml. Levels do not transfer between corpora, so the
gate refuses only below the lowest; between "none" and "some" a model is asked, and its answer is
checked sentence by sentence.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from rag.domain.search import Evidence, EvidenceLevel, Signals
from rag.retrieval.thresholds import shipped
from rag.text.analysis import BEGINNING, analyse, vague_terms
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rag.domain.documents import Passage
    from rag.domain.search import Hit, Query, Term
    from rag.retrieval.thresholds import Levels, Thresholds

ASKED_NOW = 0.5
"""Terms of earlier turns have lower weights than this, misspelled ones higher."""
WINDOW = 30
"""The window of content words that count as "together": AUROC .929 in the top passage."""
CONSIDERED_HITS = 3
ELSEWHERE_WORTH = 0.5
"""The credit for a word that only another hit of the same document has; questions have parts."""
HEADING_WORTH = 0.5
"""The credit for a word that is only in the headings above a sentence."""
NEAR = 3
"""The maximum distance of words that count as being in the question's order."""
MASS_FLOOR = 0.4
"""The minimum weight of a known word, as a share of an unseen one's. In a small corpus on one
subject the subject's name is everywhere and its idf near zero, yet it shows that the question is
relevant; on large sets the minimum changes no AUROC by more than .005."""
VAGUE_WORTH = 0.5
"""The share of its weight that a vague word has, such as "happens" or "typical"."""
_HIGHEST_FREQUENCY_WORTH = 2.5
"""The maximum BM25 score of a term with k1 = 1.5, in units of its idf."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question; any of its variants counts as found."""

    word: str
    ways: tuple[frozenset[str], ...]
    """Sets of terms; the word is found where all terms of one set are."""
    mass: float
    asked_now: bool
    """Whether the word is in the question itself, not only in earlier turns."""

    def stands_in(self, terms: frozenset[str] | set[str]) -> bool:
        """Return whether a variant of the word is among these terms."""
        return any(way <= terms for way in self.ways)


@dataclass(frozen=True)
class SentenceTerms:
    """A sentence in the form in which it is searched."""

    words: tuple[frozenset[str], ...]
    """The terms of each content word."""
    terms: frozenset[str]


def words_of(
    query: Query, idf_of: Callable[[str], float], floor_share: float = MASS_FLOOR
) -> tuple[Word, ...]:
    """Group a query's terms into the words that they come from, weighted by idf."""
    floor = floor_share * idf_of("")
    vague = vague_terms(query.language)
    words = []
    whole_words = (term for term in query.terms if not term.term.endswith(BEGINNING))
    for word, group in groupby(whole_words, key=_as_written):
        terms = list(group)
        own = [t.term for t in terms if not t.alternative and not t.stands_for]
        mass = max(floor, *(idf_of(term) for term in own[1:] or own or [terms[0].term]))
        weight = terms[0].weight
        worth = VAGUE_WORTH if terms[0].term in vague else 1.0
        words.append(Word(word, _ways(terms), mass * weight * worth, weight >= ASKED_NOW))
    return tuple(words)


def _ways(terms: Sequence[Term]) -> tuple[frozenset[str], ...]:
    """The sets of terms of which any suffices: the word whole or its parts, or another for it."""
    whole = [t.term for t in terms if not t.alternative and not t.stands_for]
    ways = [frozenset(whole[:1]), frozenset(whole[1:])]
    expressions: dict[str, set[str]] = {}
    for term in terms:
        if term.suggested:
            expressions.setdefault(term.word, set()).add(term.term)
        elif term.alternative or term.stands_for:
            ways.append(frozenset([term.term]))
    ways += map(frozenset, expressions.values())
    return tuple(way for way in ways if way)


def _as_written(term: Term) -> str:
    return term.stands_for or term.word


def weigh(
    query: Query,
    hits: Sequence[Hit],
    idf_of: Callable[[str], float],
    thresholds: Thresholds | None = None,
) -> Evidence:
    """Return the evidence that the passages answer the question, and the words they lack."""
    thresholds = thresholds or shipped()
    words = words_of(query, idf_of)
    windows = [(_densest(words, hit.passage), hit) for hit in hits[:CONSIDERED_HITS]]
    best, best_hit = max(
        windows, key=lambda pair: _mass(pair[0]), default=(frozenset[Word](), None)
    )
    found = best.union(*(window for window, hit in windows if _same_document(hit, best_hit)))
    signals = _signals(words, best, found, query, hits, idf_of) if found else Signals()
    log_odds = log_odds_of(signals, thresholds)
    return Evidence(
        level=_level(log_odds, thresholds.levels) if found else EvidenceLevel.NONE,
        coverage=signals.coverage,
        matched=_spelled(word for word in words if word in found),
        missing=_spelled(word for word in words if word not in found and word.asked_now),
        strength=round(1 / (1 + math.exp(-log_odds)), 4) if found else 0.0,
        signals=signals,
    )


def log_odds_of(signals: Signals, thresholds: Thresholds) -> float:
    """Return the model's log-odds that the passages answer the question."""
    return thresholds.evidence.log_odds(asdict(signals))


def _signals(  # noqa: PLR0913 - one argument per source of signals
    words: Sequence[Word],
    best: frozenset[Word],
    found: frozenset[Word],
    query: Query,
    hits: Sequence[Hit],
    idf_of: Callable[[str], float],
) -> Signals:
    # An earlier turn's words need not be near those of the question.
    total = sum(word.mass for word in words if word.asked_now or word in found) or 1.0
    coverage = (_mass(best) + ELSEWHERE_WORTH * _mass(found - best)) / total
    sentence, order = _best_sentence(words, hits)
    highest = _HIGHEST_FREQUENCY_WORTH * sum(
        term.weight * term.count * idf_of(term.term)
        for term in query.terms
        if not term.alternative and not term.suggested
    )
    score = hits[0].score
    following = hits[1].score if len(hits) > 1 else 0.0
    return Signals(
        min(1.0, coverage),
        min(1.0, sentence / total),
        min(1.0, score / highest) if highest else 0.0,
        min(1.0, coverage) * (score - following) / score if score else 0.0,
        order,
    )


def _best_sentence(words: Sequence[Word], hits: Sequence[Hit]) -> tuple[float, float]:
    """The largest mass in a sentence, and how far that sentence keeps the question's word order."""
    best, order = 0.0, 0.0
    for hit in hits[:CONSIDERED_HITS]:
        around = terms_around(hit.passage)
        above = sum(word.mass for word in words if word.stands_in(around))
        for sentence in sentences_of(hit.passage):
            own = frozenset(word for word in words if word.stands_in(sentence.terms))
            if not own and best:
                continue
            with_headings = sentence.terms | around
            held = _mass(own)
            if above:
                both = sum(word.mass for word in words if word.stands_in(with_headings))
                held += HEADING_WORTH * (both - held)
            if held > best:
                best, order = held, order_of(words, sentence)
    return best, order


def order_of(words: Sequence[Word], sentence: SentenceTerms) -> float:
    """Return the share of the question's adjacent words that are close in the sentence too."""
    places = [
        next((n for n, terms in enumerate(sentence.words) if word.stands_in(terms)), None)
        for word in words
    ]
    near = [a is not None and b is not None and 0 < b - a <= NEAR for a, b in pairwise(places)]
    return sum(near) / len(near) if near else 0.0


def sentences_of(passage: Passage) -> list[SentenceTerms]:
    """Return a passage's sentences, as ``split_sentences`` yields them."""
    tokens = list(analyse(passage.text, passage.language))
    found, position = [], 0
    for _, end in split_sentences(passage.text):
        own = []
        while position < len(tokens) and tokens[position].start < end:
            own.append(frozenset(tokens[position].terms))
            position += 1
        found.append(SentenceTerms(tuple(own), frozenset().union(*own)))
    return found


def terms_around(passage: Passage) -> frozenset[str]:
    """Return the terms of the title and headings above a passage."""
    return frozenset(
        term
        for text in (passage.title, passage.heading, passage.table_header)
        for token in analyse(text, passage.language)
        for term in token.terms
    )


def matched_words(
    query: Query, passage: Passage, idf_of: Callable[[str], float]
) -> tuple[str, ...]:
    """Return the question's words that occur in a passage, the rarest first."""
    present = terms_around(passage) | {
        term for token in analyse(passage.text, passage.language) for term in token.terms
    }
    words = sorted(words_of(query, idf_of), key=lambda word: -word.mass)
    return _spelled(word for word in words if word.stands_in(present))


def _densest(words: Sequence[Word], passage: Passage) -> frozenset[Word]:
    around = terms_around(passage)
    tokens = [set(token.terms) for token in analyse(passage.text, passage.language)]
    best: frozenset[Word] = frozenset()
    for start in range(max(1, len(tokens) - WINDOW + 1)):
        terms = around.union(*tokens[start : start + WINDOW])
        together = frozenset(word for word in words if word.stands_in(terms))
        if _mass(together) > _mass(best):
            best = together
    return best


def _same_document(hit: Hit, other: Hit | None) -> bool:
    return other is not None and hit.passage.document == other.passage.document


def _mass(words: frozenset[Word]) -> float:
    return sum(word.mass for word in words)


def _level(log_odds: float, levels: Levels) -> EvidenceLevel:
    if log_odds < levels.none:
        return EvidenceLevel.NONE
    if log_odds < levels.weak:
        return EvidenceLevel.WEAK
    return EvidenceLevel.SOME if log_odds < levels.some else EvidenceLevel.STRONG


def _spelled(words: Iterable[Word]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.word for word in words))
