"""The last rung: the few sentences of the passages that answer best, verbatim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from rag.analysis import analyse
from rag.evidence import Word, words_of
from rag.intent import Asked, asked_for
from rag.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.domain import Hit, Query

MAX_WORDS = 60
MAX_CHARACTERS = 600
RANK_WORTH = 0.3
"""What the best passage's sentences are worth above those of one that scores nothing."""
ASKED_WORTH = 0.15
"""What a number is worth where a value is asked for, or a name where a name is."""
MIN_WORTH_OF_SECOND = 0.25

_NUMBER = regex.compile(r"\p{N}")
_NAME = regex.compile(r"(?<!^)(?<![.!?]\s)\b\p{Lu}\p{L}+")
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """``passage.text[start:end]`` of the hit at ``position`` (from 0)."""

    position: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    quote: Quote
    words: frozenset[Word]
    worth: float


def quote(
    question: str, query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]
) -> tuple[Quote, ...]:
    """Return at most two sentences that hold most of the question's words, in reading order.

    Two hold the answer in 83 % of a first study's questions, one in 73 %.
    """
    words = words_of(query, idf_of)
    candidates = list(_candidates(question, words, hits))
    if not candidates:
        return ()
    chosen = [max(candidates, key=lambda candidate: candidate.worth)]
    rest = [c for c in candidates if _may_follow(c, chosen[0])]
    if rest:
        second = max(rest, key=lambda c: _gain(c, chosen[0], words))
        if _gain(second, chosen[0], words) >= MIN_WORTH_OF_SECOND:
            chosen.append(second)
    return tuple(sorted((c.quote for c in chosen), key=lambda q: (q.position, q.start)))


def _candidates(question: str, words: Sequence[Word], hits: Sequence[Hit]) -> Iterator[_Candidate]:
    total = sum(word.mass for word in words) or 1.0
    asked = asked_for(question)
    for position, hit in enumerate(hits):
        prior = RANK_WORTH * hit.score / hits[0].score
        for start, end in split_sentences(hit.passage.text):
            text = hit.passage.text[start:end]
            tokens = list(analyse(text, hit.passage.language))
            too_long = end - start > MAX_CHARACTERS
            if (
                too_long
                or len(tokens) < _MIN_WORDS
                or text.startswith("#")
                or text.rstrip().endswith("?")
            ):
                continue
            terms = {term for token in tokens for term in token.terms}
            held = frozenset(w for w in words if any(way <= terms for way in w.ways))
            worth = sum(word.mass for word in held) / total + prior
            if (asked is Asked.VALUE and _NUMBER.search(text)) or (
                asked is Asked.NAME and _NAME.search(text)
            ):
                worth += ASKED_WORTH
            yield _Candidate(Quote(position, start, end, text), held, worth)


def _may_follow(candidate: _Candidate, first: _Candidate) -> bool:
    words = len(candidate.quote.text.split()) + len(first.quote.text.split())
    return (
        candidate.quote.text not in first.quote.text
        and first.quote.text not in candidate.quote.text
        and words <= MAX_WORDS
    )


def _gain(candidate: _Candidate, first: _Candidate, words: Sequence[Word]) -> float:
    """What a second sentence adds: words that the first lacks, half for what both have."""
    total = sum(word.mass for word in words) or 1.0
    repeated = sum(word.mass for word in candidate.words & first.words) / total
    return candidate.worth - repeated / 2
