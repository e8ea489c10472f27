"""Lists the documents, all or those that mention a topic, from the index alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.cascade import CascadeResult
from rag.domain.answers import Listed, Outcome
from rag.domain.events import Answered, Event, Retrieved
from rag.domain.search import NO_QUERY
from rag.retrieval.evidence import matched_words, words_of
from rag.retrieval.query import build_query
from rag.retrieval.search import numbered
from rag.text.language_detection import message_language

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from rag.answering.context import RequestContext
    from rag.corpus.snapshot import Snapshot
    from rag.domain.conversation import Turn
    from rag.domain.documents import Passage
    from rag.domain.requests import Request
    from rag.domain.search import Hit, Query

MAX_PASSAGES = 1_000
"""The limit of the search for mentions; documents that only have passages beyond it are missing."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Documents, and for each the passage that mentions the topic best."""

    documents: tuple[Listed, ...]
    counts: tuple[int, int]
    """The numbers of documents and passages examined."""
    hits: tuple[Hit, ...] = ()
    query: Query = NO_QUERY


async def list_documents_of(context: RequestContext) -> AsyncGenerator[Event, None]:
    """Answer without a model."""
    started = context.parts.clock.now()
    history, scope = context.question.history, context.question.scope
    listing = await analysed(list_documents, context.request, context.corpus, history, scope)
    milliseconds = context.parts.clock.now() - started
    retrieved = Retrieved(listing.hits, listing.query, None, milliseconds)
    result = CascadeResult(outcome=Outcome.ANSWERED)
    yield Answered(context.answer(result, retrieved, listing.documents, counts=listing.counts))


def list_documents(
    request: Request, corpus: Snapshot, conversation: Sequence[Turn], scope: str = ""
) -> Listing:
    """Return the documents that have all words of the request's topic in one passage.

    Without a topic: all documents, by path or the last changed first.
    """
    files = [file for file in corpus.documents if _is_in(scope, file.path)]
    counts = len(files), sum(file.passages for file in files)
    if request.topic:
        return _mentioning(request.topic, corpus, conversation, scope, counts)
    if request.newest_first:
        files.sort(key=lambda file: -file.modified_ns)
    return Listing(tuple(Listed(f.path, f.title, f.passages) for f in files), counts)


def _mentioning(
    topic: str, corpus: Snapshot, conversation: Sequence[Turn], scope: str, counts: tuple[int, int]
) -> Listing:
    idf_of = corpus.retriever.idf_of
    query = build_query(topic, (), message_language(topic, corpus.languages), idf_of)
    wanted = len({word.word for word in words_of(query, idf_of)})
    found: dict[str, list[Passage]] = {}
    for _, passage in corpus.search(query.weights, MAX_PASSAGES, scope):
        if len(matched_words(query, passage, idf_of)) >= wanted:
            found.setdefault(passage.document, []).append(passage)
    best = numbered(corpus, [passages[0] for passages in found.values()], conversation, query)
    titles = corpus.titles
    listed = tuple(
        Listed(path, titles[path], len(passages), hit.number)
        for (path, passages), hit in zip(found.items(), best, strict=True)
    )
    return Listing(listed, counts, best, query)


def _is_in(scope: str, path: str) -> bool:
    return not scope or path == scope or path.startswith(scope.rstrip("/") + "/")
