from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from rag.retrieval.bm25 import compiled, kernels
from rag.retrieval.bm25.engine import BM25
from rag.retrieval.bm25.lucene import LuceneBM25
from rag.retrieval.bm25.segment import Segment, Vocabulary, mapped

words = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
documents = st.lists(words, max_size=8)
corpora = st.lists(documents, min_size=1, max_size=12).filter(any)
queries = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "unknown"]), max_size=6)
weighted = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d", "unknown"]), st.floats(0.1, 3)), max_size=5
)


@given(corpora, queries)
def test_scores_are_bit_equal_to_rank_bm25(corpus: list[list[str]], query: list[str]) -> None:
    ours, plain = BM25(corpus), BM25Okapi(corpus)
    assert np.array_equal(ours.get_scores(query), plain.get_scores(query))
    assert (ours.corpus_size, ours.avgdl) == (plain.corpus_size, plain.avgdl)
    assert ours.idf == plain.idf
    assert ours.doc_len.tolist() == plain.doc_len


def test_the_constructor_takes_what_rank_bm25s_takes() -> None:
    texts = ["a b", "b c c", "d"]
    ours = BM25([*texts], str.split, 1.2, 0.5, 0.1)
    plain = BM25Okapi([text.split() for text in texts], None, 1.2, 0.5, 0.1)
    assert np.array_equal(ours.get_scores(["b", "c"]), plain.get_scores(["b", "c"]))


@dataclass
class Both:
    """Our index, and the documents that are in it by number, as a fresh build would have them."""

    index: BM25
    there: dict[int, list[str]] = field(default_factory=dict)

    def add(self, corpus: list[list[str]]) -> None:
        self.there.update(zip(self.index.add(corpus), corpus, strict=True))

    def delete(self, which: list[int]) -> None:
        numbers = [n for i, n in enumerate(sorted(self.there)) if i in which]
        self.index.delete(numbers)
        for number in numbers:
            del self.there[number]

    def compact(self) -> None:
        self.index.compact()
        self.there = dict(enumerate(self.corpus))

    @property
    def corpus(self) -> list[list[str]]:
        return [self.there[number] for number in sorted(self.there)]


steps = st.lists(
    st.one_of(
        st.lists(documents, min_size=1, max_size=4),
        st.lists(st.integers(0, 10), min_size=1, max_size=3).map(lambda which: ("delete", which)),
        st.just("compact"),
    ),
    max_size=6,
)


@settings(max_examples=150)
@given(corpora, steps, queries)
def test_after_any_changes_scores_equal_those_of_a_fresh_rank_bm25(
    corpus: list[list[str]], changes: list[object], query: list[str]
) -> None:
    both = Both(BM25(corpus), dict(enumerate(corpus)))
    for change in changes:
        if change == "compact":
            both.compact()
        elif isinstance(change, tuple):
            both.delete(change[1])
        else:
            both.add(change)  # type: ignore[arg-type]
    if any(both.corpus):
        plain = BM25Okapi(both.corpus)
        assert np.array_equal(both.index.get_scores(query), plain.get_scores(query))
    else:
        assert not both.index.get_scores(query).any()


@settings(max_examples=150)
@given(corpora, steps, weighted, st.integers(1, 5))
def test_the_search_finds_exactly_what_scoring_everything_finds(
    corpus: list[list[str]], changes: list[object], query: list[tuple[str, float | None]], k: int
) -> None:
    both = Both(LuceneBM25(corpus), dict(enumerate(corpus)))
    for change in changes:
        if isinstance(change, tuple):
            both.delete(change[1])
        elif change != "compact":
            both.add(change)  # type: ignore[arg-type]
    scores = both.index.weighted_scores(query).tolist()
    wanted = sorted(
        ((s, n) for s, n in zip(scores, sorted(both.there), strict=True) if s > 0),
        key=lambda pair: (-pair[0], pair[1]),
    )
    assert both.index.top(query, k) == wanted[:k]


def test_a_larger_index_finds_the_same_in_the_same_order_with_pending_changes() -> None:
    generator = np.random.default_rng(7)
    names = [f"w{n}" for n in range(300)]
    corpus = [[names[i] for i in generator.zipf(1.3, 40) % 300] for _ in range(3_000)]
    index = LuceneBM25(corpus[:2_500])
    index.add(corpus[2_500:2_700])
    index.add(corpus[2_700:])
    index.delete(range(0, 3_000, 50))
    live = index.state.live.tolist()
    for _ in range(20):
        query = [(names[i], None) for i in generator.integers(0, 300, 8)]
        scores = index.weighted_scores(query).tolist()
        best = sorted(
            ((s, n) for s, n in zip(scores, live, strict=True) if s > 0),
            key=lambda p: (-p[0], p[1]),
        )
        assert index.top(query, 10) == best[:10]
    assert 0.1 < index.pending < 0.3


def test_readers_of_before_see_what_was_there_before() -> None:
    index = LuceneBM25([["a"], ["b"]])
    before = index.state
    index.add([["a"]])
    index.delete([0])
    assert [n for _, n in index.top([("a", None)], 5, state=before)] == [0]
    assert [n for _, n in index.top([("a", None)], 5)] == [2]


def test_excluded_documents_are_left_out_and_a_bonus_moves_others_up() -> None:
    index = LuceneBM25([["a"], ["a", "b"], ["a", "b"]])
    excluded = np.array([True, False, False])
    assert [n for _, n in index.top([("a", None)], 5, excluded)] == [1, 2]
    found = index.top([("a", None)], 5, bonus=[(range(2, 3), 1.0)])
    assert [n for _, n in found] == [2, 0, 1]
    assert index.top([("z", None)], 5, bonus=[(range(2, 3), 1.5)]) == [(1.5, 2)]


@given(corpora, st.lists(st.integers(0, 6), min_size=1, max_size=5, unique=True))
def test_the_compiled_loops_do_what_numpys_do(corpus: list[list[str]], terms: list[int]) -> None:
    segment = Segment.of(corpus)
    numbers = [n for n in terms if n < len(segment.vocabulary)]
    impacts = (segment.frequencies / (segment.frequencies + 1)).astype(np.float32)
    one, other = np.zeros((2, segment.size), np.float32)
    weights = [1.0 + n for n in numbers]
    if numbers:
        kernels.accumulate_numpy(one, segment, impacts, numbers, weights)
        compiled.accumulate(other, segment, impacts, numbers, weights)
    assert one == pytest.approx(other, rel=1e-5)
    exact, same = np.zeros((2, segment.size))
    everything = np.arange(segment.size)
    shape = (1.5, 0.75, 3.0)
    for score, scores in ((kernels.exact_numpy, exact), (compiled.exact, same)):
        score(scores, segment, everything, numbers, weights, shape)
    assert np.array_equal(exact, same)


@given(st.lists(st.text(max_size=5), unique=True, max_size=20), st.text(max_size=5))
def test_a_vocabulary_numbers_its_strings_and_nothing_else(strings: list[str], other: str) -> None:
    vocabulary = Vocabulary.of(strings)
    assert [vocabulary.number(s) for s in strings] == list(range(len(strings)))
    assert list(vocabulary) == strings == [vocabulary[n] for n in range(len(strings))]
    assert vocabulary.number(other) == (strings.index(other) if other in strings else -1)


@given(corpora)
def test_a_saved_segment_comes_back_mapped_and_the_same(
    tmp_path_factory: pytest.TempPathFactory, corpus: list[list[str]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("segment")
    segment = Segment.of(corpus)
    for name, values in segment.arrays().items():
        np.save(folder / f"{name}.npy", values)
    loaded = Segment.from_arrays({path.stem: mapped(path) for path in folder.iterdir()})
    for name, values in segment.arrays().items():
        assert np.array_equal(values, loaded.arrays()[name]), name


def test_an_empty_corpus_and_empty_documents_find_nothing() -> None:
    assert BM25([]).get_scores(["a"]).tolist() == []
    assert LuceneBM25([[], []]).top([("a", None)], 5) == []


@given(st.lists(st.floats(0, 5, width=32), max_size=40), st.integers(1, 6), st.floats(0.01, 0.5))
def test_the_candidates_hold_the_best(values: list[float], k: int, margin: float) -> None:
    scores = np.array(values, np.float32)
    best = np.sort(scores)[::-1][:k]
    wanted = {n for n, s in enumerate(values) if s > 0 and (len(best) < k or s >= best[-1])}
    for candidates in (kernels.candidates_numpy, compiled.candidates):
        assert wanted <= set(candidates(scores, k, margin).tolist())
