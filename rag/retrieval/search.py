"""Searches for a question; hits are numbered per conversation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain, count, zip_longest
from typing import TYPE_CHECKING

from rag.domain.conversation import Turn
from rag.domain.search import Hit, PartFound
from rag.retrieval.evidence import matched_words, weigh
from rag.retrieval.query import build_query
from rag.retrieval.thresholds import load
from rag.text.abbreviations import explained_in
from rag.text.analysis import analyse
from rag.text.language_detection import MessageLanguage, message_language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import Document, Passage
    from rag.domain.search import Evidence, Query
    from rag.text.question_parts import QuestionPart

    _Search = tuple[Query, Sequence[tuple[float, Passage]]]

AROUND_CHARACTERS = 300


def retrieve(  # noqa: PLR0913 - one argument per part of the question
    corpus: Snapshot,
    text: str,
    leaning_on: Sequence[Turn],
    conversation: Sequence[Turn],
    k: int,
    scope: str = "",
    language: MessageLanguage | None = None,
    fitting: Callable[[Sequence[Passage]], Sequence[int]] | None = None,
    others: Mapping[str, Sequence[str]] | None = None,
) -> tuple[tuple[Hit, ...], Query, Evidence]:
    """Search for a question that depends on ``leaning_on``; ``conversation`` sets the numbers.

    ``fitting`` returns the positions of the passages to keep; ``others`` are other words for those
    of the question.
    """
    retriever = corpus.retriever
    language = language or message_language(text, corpus.languages)

    def found_with(words: Mapping[str, Sequence[str]]) -> _Search:
        query = build_query(
            text, leaning_on, language, retriever.idf_of, retriever.spellings, words
        )
        return query, corpus.search(query.weights, k, scope)

    query, found = _with_abbreviations(found_with, others or {})
    if fitting:
        found = [found[position] for position in fitting([passage for _, passage in found])]
    hits = numbered(corpus, [passage for _, passage in found], conversation, query)
    scored = tuple(replace(hit, score=score) for hit, (score, _) in zip(hits, found, strict=True))
    return scored, query, weigh(query, scored, retriever.idf_of, load(corpus.state))


def _with_abbreviations(
    found_with: Callable[[Mapping[str, Sequence[str]]], _Search],
    others: Mapping[str, Sequence[str]],
) -> _Search:
    """Search again with what the passages found abbreviate, if they do."""
    query, found = found_with(others)
    explained = _abbreviations(query, [passage for _, passage in found])
    return found_with({**explained, **others}) if explained else (query, found)


def _abbreviations(query: Query, passages: Sequence[Passage]) -> dict[str, list[str]]:
    """Word of a question -> what the passages found abbreviate it by, or say that it stands for."""
    asked = {term.term: term.stands_for or term.word for term in query.terms}
    words = set(asked.values())
    found: dict[str, list[str]] = {}
    explained = chain.from_iterable(explained_in(passage.text) for passage in passages)
    for short, long in dict.fromkeys(explained):
        if short in words:
            found.setdefault(short, []).append(long)
        terms = [token.terms[0] for token in analyse(long, query.language)]
        if len(terms) > 1 and short not in words and all(term in asked for term in terms):
            for term in terms:
                found.setdefault(asked[term], []).append(short)
    return found


def retrieve_parts(  # noqa: PLR0913 - as above
    corpus: Snapshot,
    parts: Sequence[QuestionPart],
    text: str,
    leaning_on: Sequence[Turn],
    conversation: Sequence[Turn],
    k: int,
    scope: str = "",
    language: MessageLanguage | None = None,
    fitting: Callable[[Sequence[Passage]], Sequence[int]] | None = None,
    others: Mapping[str, Sequence[str]] | None = None,
) -> tuple[tuple[Hit, ...], Query, Evidence, tuple[PartFound, ...]]:
    """Search for each part of a question; they take turns in the passages of the whole.

    The evidence of the whole is as strong as that of its best part.
    """
    retriever = corpus.retriever
    language = language or message_language(text, corpus.languages)

    def query_of(asked: str, before: str, words: Mapping[str, Sequence[str]]) -> Query:
        turns = (*leaning_on, Turn(before, "")) if before else leaning_on
        return build_query(asked, turns, language, retriever.idf_of, retriever.spellings, words)

    def found_for(part: QuestionPart, words: Mapping[str, Sequence[str]]) -> _Search:
        query = query_of(part.text, part.leans_on, words)
        return query, corpus.search(query.weights, k, scope)

    own_words = others or {}
    searches = [_with_abbreviations(partial(found_for, part), own_words) for part in parts]
    queries = [query for query, _ in searches]
    found = [pairs for _, pairs in searches]
    turns = [pair for pairs in zip_longest(*found) for pair in pairs if pair]
    scores = {passage: score for score, passage in reversed(turns)}
    merged = list(dict.fromkeys(passage for _, passage in turns))
    kept = [merged[position] for position in fitting(merged)] if fitting else merged
    whole = query_of(text, "", own_words)
    if explained := _abbreviations(whole, kept):
        whole = query_of(text, "", {**explained, **own_words})
    hits = numbered(corpus, kept, conversation, whole)
    hits = tuple(replace(hit, score=scores[hit.passage]) for hit in hits)
    thresholds = load(corpus.state)
    answers = []
    for part, query, pairs in zip(parts, queries, found, strict=True):
        own = {passage: score for score, passage in pairs}
        about = [replace(hit, score=own[hit.passage]) for hit in hits if hit.passage in own]
        about.sort(key=lambda hit: -hit.score)
        evidence = weigh(query, about, retriever.idf_of, thresholds)
        answers.append(PartFound(part.text, query, tuple(about), evidence))
    best = max((answer.evidence for answer in answers), key=lambda evidence: evidence.strength)
    evidence = weigh(whole, hits, retriever.idf_of, thresholds)
    evidence = replace(evidence, level=best.level, strength=best.strength)
    return hits, whole, evidence, tuple(answers)


def numbered(
    corpus: Snapshot, passages: Sequence[Passage], conversation: Sequence[Turn], query: Query
) -> tuple[Hit, ...]:
    """Number passages: as the conversation showed them, or by the next free numbers."""
    known = {hit.passage.key: hit.number for turn in conversation for hit in turn.shown}
    following = count(max(known.values(), default=0) + 1)
    return tuple(
        Hit(
            rank,
            0.0,
            passage,
            known.get(passage.key) or next(following),
            matched_words(query, passage, corpus.retriever.idf_of),
            False,
            *_around(passage, corpus.document(passage.document)),
        )
        for rank, passage in enumerate(passages, start=1)
    )


def _around(passage: Passage, document: Document | None) -> tuple[str, str]:
    """The text before and after a passage, cut at the end of lines or words."""
    if document is None:
        return "", ""
    before = document.text[max(0, passage.start - AROUND_CHARACTERS) : passage.start]
    after = document.text[passage.end : passage.end + AROUND_CHARACTERS]
    return (
        _plain(before.partition(" ")[2] if passage.start > AROUND_CHARACTERS else before),
        _plain(after.rpartition(" ")[0] if len(after) == AROUND_CHARACTERS else after),
    )


def _plain(text: str) -> str:
    """Return a text without heading marks."""
    return "\n".join(line.lstrip("# ") for line in text.splitlines()).strip()
