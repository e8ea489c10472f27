"""Explains why a document was or was not found for a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain.errors import CorpusError
from rag.retrieval.evidence import matched_words, words_of
from rag.retrieval.query import build_query
from rag.text.language_detection import message_language

if TYPE_CHECKING:
    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import Passage

_LOOKED_AT = 1_000
"""The number of passages among which the rank is searched."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a document's best passage is or is not among the hits of a query."""

    rank: int | None
    """From 1; None if none of its passages has a word of the query."""
    score: float
    best: Passage | None
    matched: tuple[str, ...]
    """The words of the query that it contains."""
    missing: tuple[str, ...]


def explain(corpus: Snapshot, text: str, path: str) -> Explanation:
    """Return the rank of a document's best passage for a query, and why. Raises CorpusError."""
    if not any(file.path == path for file in corpus.files):
        raise CorpusError(f"There is no file {path} in the corpus.", "Open the list again.")
    retriever = corpus.retriever
    query = build_query(
        text, (), message_language(text, corpus.languages), retriever.idf_of, retriever.spellings
    )
    words = tuple(word.word for word in words_of(query, retriever.idf_of))
    for rank, (score, passage) in enumerate(corpus.search(query.weights, _LOOKED_AT), start=1):
        if passage.document == path:
            matched = matched_words(query, passage, retriever.idf_of)
            missing = tuple(word for word in words if word not in matched)
            return Explanation(rank, score, passage, matched, missing)
    return Explanation(None, 0.0, None, (), words)
