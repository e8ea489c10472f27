"""The speed of the search, beside rank-bm25 and, where installed, bm25s and tantivy.

Passages are made from a set's own: the first half of one and the second of another, so that their
words are as frequent as in real text and no two are alike.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rank_bm25 import BM25Okapi

from rag.evaluation.other_engines import PEERS, installed
from rag.retrieval.bm25 import kernels
from rag.retrieval.bm25.engine import BM25
from rag.retrieval.bm25.lucene import LuceneBM25
from rag.retrieval.bm25.store import Saved, Store
from rag.text.analysis import terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.evaluation.beir import EvaluationSet

K = 10
QUESTIONS = 100
SLOW_QUESTIONS = 10
"""Asked of rank-bm25, which takes a quarter of a second each at 100,000 passages."""
RANK_BM25_UP_TO = 100_000
PENDING = 0.01


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """One size; all times are processor milliseconds, None where something was not measured."""

    passages: int
    engine: str
    """``numpy`` or ``numba``."""
    build_s: float
    query_ms: float
    pending_query_ms: float
    """With 1 % added and 1 % deleted since."""
    add_ms: float
    """One passage added and a question asked."""
    delete_ms: float
    open_ms: float
    first_query_ms: float
    disk_mb: float
    memory_mb: float
    """Of the index' arrays, the rows of frequent terms included."""
    equal: bool | None
    """Were the scores bit-equal to rank-bm25's?"""
    rank_bm25_ms: float | None
    bm25s_ms: float | None
    tantivy_ms: float | None


def bench_retrieval(testset: EvaluationSet, sizes: Sequence[int]) -> list[SpeedReport]:
    """Measure each size. Blocks, for minutes where sizes are large."""
    texts = [terms_of(document.text) for document in testset.documents]
    chance = random.Random(1)  # noqa: S311 - the same passages each time
    asked = chance.sample(testset.questions, min(QUESTIONS, len(testset.questions)))
    questions = [_with_repetition(terms_of(question.text)) for question in asked]
    return [_measure(_made(texts, size), questions) for size in sizes]


def _with_repetition(terms: list[str]) -> list[str]:
    """Repeat the first term, which then counts twice."""
    return [*terms, *terms[:1]]


def _made(texts: Sequence[list[str]], size: int) -> list[list[str]]:
    chance = random.Random(size)  # noqa: S311 - as above
    made = []
    for number in range(size):
        first, second = texts[number % len(texts)], chance.choice(texts)
        made.append(first[: len(first) // 2] + second[len(second) // 2 :])
    return made


def _measure(corpus: list[list[str]], questions: list[list[str]]) -> SpeedReport:
    engine = kernels.use_compiled()
    started = time.process_time()
    index = LuceneBM25(corpus)
    build_s = time.process_time() - started
    query_ms = _mean_ms(questions, lambda q: _top(index, q))
    opened = _opened(index, questions[0])
    memory_mb = _memory_mb(index)
    peers = {f"{name}_ms": _peer_ms(name, corpus, questions) for name in PEERS}
    pending = int(len(corpus) * PENDING)
    index.add(corpus[:pending])
    index.delete(range(0, len(corpus), max(1, round(1 / PENDING))))
    pending_ms = _mean_ms(questions, lambda q: _top(index, q))
    return SpeedReport(
        passages=len(corpus),
        engine=engine,
        build_s=build_s,
        query_ms=query_ms,
        pending_query_ms=pending_ms,
        add_ms=_median_ms(lambda n: (index.add([corpus[n]]), _top(index, questions[0]))),
        delete_ms=_median_ms(lambda n: _delete(index, n + 1, questions[0])),
        open_ms=opened[0],
        first_query_ms=opened[1],
        disk_mb=opened[2],
        memory_mb=memory_mb,
        equal=_equal(corpus, questions),
        **peers,
    )


def _delete(index: LuceneBM25, number: int, question: list[str]) -> None:
    index.delete([number])
    _top(index, question)


def _top(index: LuceneBM25, question: list[str]) -> object:
    weights = Counter(question)  # as the search asks
    return index.top([(term, None if n == 1 else float(n)) for term, n in weights.items()], K)


def _mean_ms(questions: Sequence[list[str]], ask: Callable[[list[str]], object]) -> float:
    """The better of two rounds: the first one warms."""
    rounds = []
    for _ in range(2):
        started = time.process_time()
        for question in questions:
            ask(question)
        rounds.append((time.process_time() - started) / len(questions) * 1000)
    return min(rounds)


def _median_ms(act: Callable[[int], object], times: int = 15) -> float:
    taken = []
    for number in range(times):
        started = time.process_time()
        act(number)
        taken.append((time.process_time() - started) * 1000)
    return sorted(taken)[times // 2]


def _opened(index: LuceneBM25, question: list[str]) -> tuple[float, float, float]:
    """Milliseconds to open from disk and to the first answer, and the size on disk."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.save(Saved({"passages": index.state}))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.npy")) / 1e6
        started = time.process_time()
        saved = store.load()
        opened = time.process_time() - started
        fresh = LuceneBM25(())
        assert saved is not None
        started = time.process_time()
        fresh.restore(saved.states["passages"])
        _top(fresh, question)
        first = time.process_time() - started
        del fresh, saved
    return opened * 1000, first * 1000, size


def _equal(corpus: list[list[str]], questions: list[list[str]]) -> bool | None:
    if len(corpus) > RANK_BM25_UP_TO:
        return None
    plain, ours = BM25Okapi(corpus), BM25(corpus)
    few = questions[:SLOW_QUESTIONS]
    return all(bool((plain.get_scores(q) == ours.get_scores(q)).all()) for q in few)


def _peer_ms(name: str, corpus: list[list[str]], questions: list[list[str]]) -> float | None:
    """Milliseconds a question of another engine; None where it is not there, or would take long."""
    slow = name == "rank_bm25"
    if not installed(name) or (slow and len(corpus) > RANK_BM25_UP_TO):
        return None
    return _mean_ms(questions[:SLOW_QUESTIONS] if slow else questions, PEERS[name](corpus, K))


def _memory_mb(index: LuceneBM25) -> float:
    """What the arrays take, mapped or not."""
    arrays = [
        array
        for part in index.state.parts
        for array in (
            *part.segment.arrays().values(),
            part.impacts.values,
            *part.impacts.rows.values(),
        )
    ]
    return sum(array.nbytes for array in arrays) / 1e6
