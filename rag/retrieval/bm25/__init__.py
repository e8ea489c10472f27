"""BM25 in this process, with rank-bm25's very scores."""
