"""Other search engines that the search is measured beside, where somebody installed them."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Ask = Callable[[list[str]], object]
    Terms = Sequence[Sequence[str]]

_WRITER_BYTES = 200_000_000


def rank_bm25_of(corpus: Terms, k: int) -> Ask:
    """rank-bm25, as it is used: all scores, sorted."""
    from rank_bm25 import BM25Okapi  # noqa: PLC0415 - each peer where it is needed

    plain = BM25Okapi(corpus)
    return lambda question: plain.get_scores(question).argsort()[::-1][:k]


def bm25s_of(corpus: Terms, k: int) -> Ask:
    """bm25s with its numba backend."""
    import bm25s  # noqa: PLC0415

    engine: Any = bm25s.BM25(method="lucene", k1=1.5, b=0.75, backend="numba")
    engine.index(corpus, show_progress=False)
    return lambda question: engine.retrieve([question], k=k, show_progress=False, n_threads=1)


def tantivy_of(corpus: Terms, k: int) -> Ask:
    """Tantivy (Rust), its index in memory and in one thread."""
    from tantivy import Document, Index, Occur, Query, SchemaBuilder  # noqa: PLC0415

    builder = SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="whitespace")
    schema = builder.build()
    index = Index(schema)
    writer = index.writer(_WRITER_BYTES, 1)
    for terms in corpus:
        writer.add_document(Document(text=" ".join(terms)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(question: list[str]) -> object:
        terms = [(Occur.Should, Query.term_query(schema, "text", term)) for term in question]
        return searcher.search(Query.boolean_query(terms), k)

    return ask


PEERS: dict[str, Callable[[Terms, int], Ask]] = {
    "rank_bm25": rank_bm25_of,
    "bm25s": bm25s_of,
    "tantivy": tantivy_of,
}


def installed(name: str) -> bool:
    """Is that peer there?"""
    return importlib.util.find_spec(name) is not None
