from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from rag.retrievers.bm25 import BM25
from tests.fakes import CORPUS, passage, retriever_of

words = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
corpora = st.lists(st.lists(words, max_size=8), min_size=1, max_size=12).filter(any)


@given(
    corpora, st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "unknown"]), max_size=6)
)
def test_scores_are_bit_equal_to_rank_bm25(corpus: list[list[str]], query: list[str]) -> None:
    ours, plain = BM25(corpus), BM25Okapi(corpus)
    assert np.array_equal(ours.get_scores(query), plain.get_scores(query))


def test_an_empty_corpus_and_empty_documents_find_nothing() -> None:
    assert retriever_of().search({"a": 1.0}, 5) == []
    assert retriever_of(passage("")).search({"a": 1.0}, 5) == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_tiny_corpora_find_the_passage_with_the_words(size: int) -> None:
    passages = [passage(f"word{i} common text") for i in range(size)]
    found = retriever_of(*passages).search({f"word{size - 1}": 1.0, "common": 1.0}, 5)
    assert found[0][1] == passages[-1]
    assert all(score > 0 for score, _ in found)


def test_what_matches_nothing_is_not_returned() -> None:
    found = retriever_of(*CORPUS).search({"warranti": 1.0}, 5)
    assert found == []


def test_ties_come_in_reading_order() -> None:
    same = [passage("common words", f"{i}.md") for i in range(4)]
    assert [p for _, p in retriever_of(*same).search({"common": 1.0}, 3)] == same[:3]


def test_a_weight_scales_a_terms_part_of_the_score() -> None:
    retriever = retriever_of(*CORPUS)
    [(full, _)] = retriever.search({"postag": 1.0}, 1)
    [(half, _)] = retriever.search({"postag": 0.5}, 1)
    assert half == pytest.approx(full / 2)


def test_scope_narrows_to_a_folder_or_a_document() -> None:
    inside, outside = passage("words", "a/b.md"), passage("words", "ab.md")
    retriever = retriever_of(inside, outside)
    assert [p for _, p in retriever.search({"word": 1.0}, 5, "a")] == [inside]
    assert [p for _, p in retriever.search({"word": 1.0}, 5, "ab.md")] == [outside]


def test_idf_is_positive_and_an_unseen_term_is_as_rare_as_one_passage() -> None:
    retriever = retriever_of(*CORPUS)
    assert retriever.idf_of("unseen") == retriever.idf_of("postag")
    assert 0 < retriever.idf_of("relaybox") < retriever.idf_of("postag")
    assert retriever_of().idf_of("unseen") > 0
