"""Fits the evidence levels to a corpus, without labels.

Pseudo-questions are made from the corpus' own sentences: some of a sentence's rarest words are
dropped and some replaced by words from elsewhere, as by users who do not know the text. They are
easier than users' questions, so levels are shifted instead of set: by the difference between their
lowest scores and those on the set that the shipped levels were fitted on. Levels are only lowered:
a wrong refusal loses an answer, while an unneeded one is still checked.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rag.domain.search import Hit
from rag.retrieval.evidence import log_odds_of, weigh
from rag.retrieval.pseudo_questions import pseudo_questions
from rag.retrieval.query import build_query
from rag.retrieval.thresholds import Levels, facts_of, save, shipped
from rag.text.language_detection import message_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.snapshot import Snapshot
    from rag.domain.protocols import LikedAnswers

FEWEST_PASSAGES = 50
"""Fewer passages give few distinct questions, and words that are rare by chance."""
LOW = 0.05
ANCHOR = -2.3
"""The quantile LOW of the pseudo-questions' log-odds on squad2, where the shipped levels refuse 2 %
of the users' answerable questions."""
MOST_DOWN = 0.8
"""With a larger shift questions with a sixth of their words in the documents would be asked."""
FEWEST_LABELS = 20
REFUSED_LABELS = 0.02
"""The share of many labelled answerable questions that may be refused."""
LIKED_MARGIN = 0.1
"""The distance of a liked answer's log-odds from refusal."""
_HELD_OUT_SEARCH = 60
CHANGED = 0.2
"""The share of passages, new or gone, above which levels are fitted again."""
_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Pseudo-questions whose strength is between two tenths."""

    low: float
    count: int
    mean_strength: float
    answerable: float
    """The share of them whose sentence is in the corpus."""


@dataclass(frozen=True, slots=True)
class Point:
    """The effect of a level."""

    log_odds: float
    refused_answerable: float
    refused_held_out: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted levels and the data behind them."""

    questions: int
    liked: int
    labelled: int
    passages: int
    before: Levels
    after: Levels
    refused_before: Point
    refused_after: Point
    auroc: float
    """For pseudo-questions against the same with their document held out."""
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]


def calibrate(
    corpus: Snapshot, liked: Sequence[float] = (), labelled: Sequence[str] = (), *, seed: int = 0
) -> Calibration:
    """Ask pseudo-questions with and without their document, and shift the levels. Blocks.

    ``liked`` are log-odds of answers rated as good; ``labelled`` are questions that the corpus
    answers: many of them replace the pseudo-questions, and may also raise the levels. A corpus with
    too few passages keeps the shipped levels except for these two.
    """
    before = shipped().levels
    enough = corpus.passage_count >= FEWEST_PASSAGES
    rng = random.Random(seed)  # noqa: S311 - no secret
    made = list(pseudo_questions(corpus, rng)) if enough else []
    present = np.array([_log_odds(corpus, text) for text, _ in made])
    held_out = np.array([_log_odds(corpus, text, document) for text, document in made])
    down = min(0.0, float(np.quantile(present, LOW)) - ANCHOR) if made else 0.0
    down = max(-MOST_DOWN, down)
    if len(labelled) >= FEWEST_LABELS:
        asked = [_log_odds(corpus, text) for text in labelled]
        wanted = float(np.quantile(asked, REFUSED_LABELS)) - before.none
        down = min(MOST_DOWN, max(-MOST_DOWN, wanted))
    if liked:
        down = min(down, min(liked) - LIKED_MARGIN - before.none)
    after = Levels(before.none + down, before.weak + down / 2, before.some)
    levels = np.linspace(before.none - 2, before.some, 20)
    return Calibration(
        questions=len(made),
        liked=len(liked),
        labelled=len(labelled),
        passages=corpus.passage_count,
        before=before,
        after=after,
        refused_before=_point(before.none, present, held_out),
        refused_after=_point(after.none, present, held_out),
        auroc=auroc(present.tolist(), held_out.tolist()) if made else 0.0,
        bins=tuple(_bins(present, held_out)),
        curve=tuple(_point(float(level), present, held_out) for level in levels),
    )


def _point(level: float, present: NDArray[np.float64], held_out: NDArray[np.float64]) -> Point:
    if not len(present):
        return Point(level, 0.0, 0.0)
    return Point(level, float((present < level).mean()), float((held_out < level).mean()))


def _bins(present: NDArray[np.float64], held_out: NDArray[np.float64]) -> Iterator[Bin]:
    strengths = 1 / (1 + np.exp(-np.concatenate([present, held_out])))
    answerable = np.repeat([1.0, 0.0], [len(present), len(held_out)])
    places = np.minimum((strengths * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        own = places == number
        if own.any():
            yield Bin(
                number / _BINS,
                int(own.sum()),
                float(strengths[own].mean()),
                float(answerable[own].mean()),
            )


def _log_odds(corpus: Snapshot, text: str, held_out: str = "") -> float:
    retriever = corpus.retriever
    query = build_query(
        text, (), message_language(text, corpus.languages), retriever.idf_of, retriever.spellings
    )
    found = corpus.search(query.weights, _HELD_OUT_SEARCH if held_out else 5)
    kept = [(score, passage) for score, passage in found if passage.document != held_out][:5]
    hits = [Hit(n, score, passage, n) for n, (score, passage) in enumerate(kept, start=1)]
    evidence = weigh(query, hits, retriever.idf_of)
    return log_odds_of(evidence.signals, shipped())


class Calibrator:
    """Calibrates a knowledge base when its corpus has changed much; blocks."""

    def __init__(self, knowledge: KnowledgeBase, state: Path, history: LikedAnswers | None) -> None:
        """``history``: the conversations with rated answers."""
        self._knowledge = knowledge
        self._state = state
        self._history = history

    def run(self, labelled: Sequence[str] = ()) -> Calibration:
        """Fit the levels to the current corpus and store them. Raises CorpusError."""
        corpus = self._knowledge.fresh()
        liked = self._history.liked() if self._history else []
        odds = [log_odds_of(signals, shipped()) for signals in liked]
        fitted = calibrate(corpus, odds, labelled)
        save(
            fitted.after,
            {
                "passages": fitted.passages,
                "questions": fitted.questions,
                "liked": fitted.liked,
                "labelled": fitted.labelled,
                "auroc": round(fitted.auroc, 4),
            },
            self._state,
        )
        return fitted

    def run_if_due(self) -> None:
        """Calibrate the first index, and again after a fifth of the passages has come or gone."""
        corpus = self._knowledge.current
        if corpus and not corpus.reading and is_due(corpus.passage_count, facts_of(self._state)):
            self.run()


def is_due(passages: int, facts: Mapping[str, float]) -> bool:
    """Return whether a corpus was never calibrated or has changed much since."""
    known = facts.get("passages", 0.0)
    return passages > 0 and abs(passages - known) > CHANGED * known


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive scores above a negative, ties counting half."""
    scores = np.concatenate([positive, negative])
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    above = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(above / (len(positive) * len(negative)))
