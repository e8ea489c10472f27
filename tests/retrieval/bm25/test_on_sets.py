"""Bit-equality on real text; the sets are no part of the project, so this may have to be skipped."""

from __future__ import annotations

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from rag.domain.paths import PROJECT_FOLDER
from rag.evaluation.beir import load
from rag.retrieval.bm25.engine import BM25
from rag.text.analysis import terms_of
from rag.text.language_detection import detect_language

SETS = PROJECT_FOLDER.parent / "shared" / "data"
EVERY = {"cranfield": 1, "squad2": 10, "xquad-zh": 5}
"""Each question of the first, some of the larger ones."""


@pytest.mark.parametrize("name", EVERY)
def test_scores_are_bit_equal_to_rank_bm25_on_real_questions(name: str) -> None:
    if not (SETS / name).is_dir():
        pytest.skip(f"the set {name} is not here: put it into {SETS} to test on it")
    testset = load(SETS / name)
    corpus = [terms_of(f"{d.title} {d.text}", detect_language(d.text)) for d in testset.documents]
    ours, plain = BM25(corpus), BM25Okapi(corpus)
    half = len(corpus) // 2
    grown = BM25(corpus[:half])
    grown.add(corpus[half:])
    for question in testset.questions[:: EVERY[name]]:
        query = terms_of(question.text, detect_language(question.text))
        wanted = plain.get_scores(query)
        assert np.array_equal(ours.get_scores(query), wanted)
        assert np.array_equal(grown.get_scores(query), wanted)
