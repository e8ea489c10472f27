"""In-process BM25 with scores identical to rank-bm25's."""
