"""The quality of retrieval on a set, with documents and questions processed as in the product."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.corpus.ingestion.chunking import passages_of
from rag.corpus.ingestion.index_terms import indexed
from rag.domain.documents import Document
from rag.domain.search import Hit
from rag.evaluation.metrics import hit_rate, mean, ndcg, recall, reciprocal_rank
from rag.retrieval.family import RETRIEVERS, prepare_for_many
from rag.retrieval.query import build_query
from rag.text.language_detection import detect_language, message_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.domain.documents import Passage
    from rag.domain.protocols import Retriever
    from rag.domain.search import Query
    from rag.evaluation.beir import Asked, EvaluationSet

PASSAGES = 100
"""Searched for, so that the first ten documents are among them."""


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Means over a set's answerable questions; ranks are of its documents."""

    name: str
    documents: int
    queries: int
    ndcg_10: float
    recall_5: float
    recall_10: float
    mrr_10: float
    hit_1: float | None
    """The share of questions with an answer string in the first passage; None without answers."""
    hit_5: float | None
    ms_per_query: float
    """Processor time, the analysis of the question included."""
    index_seconds: float


def evaluate_retrieval(testset: EvaluationSet) -> RetrievalReport:
    """Index the set's documents and ask its questions. Blocks."""
    started = time.process_time()
    index = index_of(testset)
    index_seconds = time.process_time() - started
    asked = [q for q in testset.questions if q.answerable and q.relevant]
    started = time.process_time()
    found = [index.search(question) for question in asked]
    elapsed = time.process_time() - started
    ranked = [list(dict.fromkeys(p.document for p in passages)) for passages in found]
    with_answers = [(q, passages) for q, passages in zip(asked, found, strict=True) if q.answers]
    pairs = list(zip(ranked, asked, strict=True))
    return RetrievalReport(
        name=testset.name,
        documents=len(testset.documents),
        queries=len(asked),
        ndcg_10=mean([ndcg(documents, q.relevant, 10) for documents, q in pairs]),
        recall_5=mean([recall(documents, q.relevant, 5) for documents, q in pairs]),
        recall_10=mean([recall(documents, q.relevant, 10) for documents, q in pairs]),
        mrr_10=mean([reciprocal_rank(documents, q.relevant, 10) for documents, q in pairs]),
        hit_1=hit_rate(with_answers, 1),
        hit_5=hit_rate(with_answers, 5),
        ms_per_query=1000 * elapsed / max(1, len(asked)),
        index_seconds=index_seconds,
    )


@dataclass(frozen=True)
class SetIndex:
    """A set's documents, searched as the product does."""

    passages: list[tuple[Passage, ...]]
    """Of each document."""
    retriever: Retriever
    languages: Mapping[str, int]

    def search(self, question: Asked) -> list[Passage]:
        """The first passages for a question."""
        found = self.retriever.search(self._query(question).weights, PASSAGES)
        return [self.passages[one.document][one.passage] for one in found]

    def hits(
        self, question: Asked, k: int = 5, held_out: frozenset[str] = frozenset()
    ) -> tuple[Query, list[Hit]]:
        """The query and its first hits, as if some documents were not there."""
        query = self._query(question)
        found = self.retriever.search(query.weights, k + (PASSAGES if held_out else 0))
        scored = [(one.score, self.passages[one.document][one.passage]) for one in found]
        kept = [pair for pair in scored if pair[1].document not in held_out][:k]
        return query, [Hit(n, score, p, n) for n, (score, p) in enumerate(kept, start=1)]

    def _query(self, question: Asked) -> Query:
        return build_query(
            question.text,
            question.history,
            message_language(question.text, self.languages),
            self.retriever.idf_of,
            self.retriever.spellings,
        )


def index_of(testset: EvaluationSet) -> SetIndex:
    """Index a set's documents. Blocks."""
    prepare_for_many()
    passages, added = [], {}
    counts: Counter[str] = Counter()
    for number, text in enumerate(testset.documents):
        language = detect_language(text.text)
        counts[language] += 1
        document = Document(text.id, text.title, text.text, "", language)
        passages.append(passages_of(document))
        added[number] = indexed(document, passages[-1])
    return SetIndex(passages, RETRIEVERS["bm25"]().change(added), dict(counts.most_common()))
