"""Question and earlier turns -> a weighted query."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from rag.domain.search import Query, Term
from rag.retrieval.bm25.lucene import lucene_idf
from rag.text.analysis import analyse, beginning_of, is_stop_word, terms_of
from rag.text.answer_type import without_measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.domain.conversation import Turn
    from rag.text.language_detection import MessageLanguage

    Spellings = Callable[[str, str], Sequence[tuple[str, str]]]
    """Word and language -> the known words that it may mean, each with its term."""

HISTORY_WEIGHT = 0.3
HISTORY_DECAY = 0.6
ANSWER_WEIGHT = 0.2
ANSWER_TERMS = 10
SUGGESTED_WEIGHT = 0.6
"""The weight of a model's other word for one of the question."""
TYPO_WEIGHT = 0.7
"""The weight of a known word that replaces a misspelled one."""


def build_query(  # noqa: PLR0913 - one argument per source of words
    question: str,
    history: Sequence[Turn],
    language: MessageLanguage,
    idf_of: Callable[[str], float],
    spellings: Spellings | None = None,
    others: Mapping[str, Sequence[str]] | None = None,
) -> Query:
    """Weight the question's terms by 1, those of the ``history`` and ``others`` by less.

    ``others``: for words as written, what documents may call them.

    A term counts as often as it stands in its text: leaving repetitions out, as an earlier version
    did, costs .075 nDCG@10 on CISI and .038 on CACM.

    Words are analysed in the search language; function words of the question's own language are
    omitted too.
    """
    weighted: dict[str, Term] = {}
    for text, weight in [(question, 1.0), *_earlier(history)]:
        counts = Counter(term for term, _ in _terms(text, language.search))
        for term, word in _terms(text, language.search):
            if term in weighted or is_stop_word(word, language.spoken):
                continue
            weighted[term] = Term(term, weight, word, count=counts[term])
            for other in _elsewhere(word, language, idf_of):
                # As rare as the word itself, not as its form in the one document so analysed.
                worth = weight * min(1.0, idf_of(term) / idf_of(other))
                form = Term(other, worth, word, count=counts[term], alternative=True)
                weighted.setdefault(other, form)
    if history:
        rarest = sorted(
            dict(_terms(history[-1].answer, language.search)).items(),
            key=lambda pair: -idf_of(pair[0]),
        )[:ANSWER_TERMS]
        for term, word in rarest:
            weighted.setdefault(term, Term(term, ANSWER_WEIGHT, word))
    terms: Sequence[Term] = tuple(weighted.values())
    if spellings:
        known = {t.term: t for term in terms for t in _respelled(term, spellings, language.search)}
        terms = tuple(known.values())
    if others:
        terms = _widened(terms, others, language.search)
    return Query(tuple(terms), language.search)


def _widened(
    terms: Sequence[Term], others: Mapping[str, Sequence[str]], language: str
) -> tuple[Term, ...]:
    """Add a model's other words after each word that it has any for."""
    own_terms = {term.term for term in terms}
    known: set[tuple[str, str]] = set()
    wider: list[Term] = []
    for written, group in groupby(terms, key=lambda term: term.stands_for or term.word):
        own = list(group)
        wider += own
        for expression in others.get(written, ()):
            for term in terms_of(expression, language):
                if term not in own_terms and (written, term) not in known:
                    known.add((written, term))
                    weight = own[0].weight * SUGGESTED_WEIGHT
                    wider.append(Term(term, weight, expression, written, suggested=True))
    return tuple(wider)


def _elsewhere(
    word: str, language: MessageLanguage, idf_of: Callable[[str], float]
) -> Iterator[str]:
    """Yield the terms of a word in the documents' other languages.

    The language of a short document or question is a guess: "Kessel" has a stem of its own in a
    note that was taken for Dutch. A term that more passages have than are in that language is
    another word's. Longer words of several parts are cut the same everywhere.
    """
    for code, passages in language.others:
        least = lucene_idf(passages, language.passages)
        for token in analyse(word, code):
            if len(token.terms) == 1 and idf_of(token.terms[0]) >= least:
                yield token.terms[0]


def _earlier(history: Sequence[Turn]) -> Iterator[tuple[str, float]]:
    """Yield earlier questions with their weights, the last one first."""
    for age, turn in enumerate(reversed(history)):
        yield turn.question, HISTORY_WEIGHT * HISTORY_DECAY**age


def _respelled(term: Term, spellings: Spellings, language: str) -> Iterator[Term]:
    """Yield a term itself, or those of the known words that its unknown word may mean."""
    near = spellings(term.word, language)
    if not near:
        yield term
    for word, known in near:
        weight = term.weight * TYPO_WEIGHT
        yield Term(known, weight, word, term.word, term.count, term.alternative)


def _terms(text: str, language: str) -> Iterator[tuple[str, str]]:
    for token in analyse(without_measure(text), language):
        for term in token.terms:
            yield term, token.word
        if beginning := beginning_of(token.word, language):
            yield beginning, token.word
