"""Fit the weights of rag/retrieval/thresholds.toml: ``python docs/fit.py SET [FILE CORPUS]...``.

The set (BEIR, with titles): answerable questions against the same questions with their document, or
all of its title, held out. Half of the titles is fitted on; the table is of the other half. The
choice of quotations is fitted on files of labelled questions about folders too: the set has no
headings, tables or code. Prints what belongs into rag/retrieval/thresholds.toml.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.answering.context import MOST_PASSAGES
from rag.answering.sentence_signals import sentence_signals
from rag.config.environment import load_settings
from rag.config.knowledge import build_knowledge
from rag.domain.search import Signals
from rag.evaluation.beir import Asked, load
from rag.evaluation.questions import load_questions, shows_answer
from rag.evaluation.retrieval import SetIndex, index_of
from rag.retrieval.calibration import auroc
from rag.retrieval.evidence import weigh
from rag.retrieval.search import retrieve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Array = NDArray[np.float64]
Candidates = list[tuple[dict[str, float], bool]]
"""The signals of each sentence found for a question, and whether an answer stands in it."""
NAMES = tuple(Signals.__dataclass_fields__)
FALSE_REFUSALS = 0.02
WEAK_SHARE, SOME_SHARE = 0.15, 0.5
STEPS, RIDGE = 50, 1.0
CLIMBING_STEPS, CLIMBING_RATE = 300, 0.02
BESIDE = ("words_with_headings", "row")
"""Signals that the set cannot tell of."""


def signals(
    index: SetIndex, question: Asked, held_out: frozenset[str] = frozenset()
) -> list[float]:
    """The signals for a question, with some documents held out."""
    query, hits = index.hits(question, held_out=held_out)
    found = weigh(query, hits, index.retriever.idf_of).signals
    return [getattr(found, name) for name in NAMES]


def fitted(x: Array, y: Array, weight: Array) -> Array:
    """Logistic regression by Newton's method, with a little ridge."""
    x = np.hstack([x, np.ones((len(x), 1))])
    w = np.zeros(x.shape[1])
    ridge = RIDGE * np.diag([*np.ones(len(w) - 1), 0.0])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (weight * (p - y)) + ridge @ w
        w -= np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x + ridge, gradient)
    return w


def main() -> None:
    """Fit and report."""
    testset = load(Path(sys.argv[1]))
    index = index_of(testset)
    title = {document.id: document.title for document in testset.documents}
    titles = sorted(set(title.values()))
    random.Random(3).shuffle(titles)  # noqa: S311 - no secret
    half = set(titles[::2])
    asked = [q for q in testset.questions if q.answerable and q.relevant]
    first = np.array([title[next(iter(q.relevant))] in half for q in asked])
    fit_evidence(index, asked, first, title)
    files = [Path(argument) for argument in sys.argv[2:]]
    labelled = [q for pair in zip(files[::2], files[1::2], strict=True) for q in labelled_in(*pair)]
    fit_quotation(of_the_set(index, asked, first), labelled)


def fit_evidence(
    index: SetIndex, asked: Sequence[Asked], first: NDArray[np.bool_], title: dict[str, str]
) -> None:
    """Answerable questions against the same with their document, or all of its title, held out."""
    of_title: dict[str, set[str]] = {}
    for document, name in title.items():
        of_title.setdefault(name, set()).add(document)
    answered = np.array([signals(index, q) for q in asked])
    gold = np.array([signals(index, q, frozenset(q.relevant)) for q in asked])
    whole = np.array(
        [signals(index, q, frozenset(of_title[title[next(iter(q.relevant))]])) for q in asked]
    )
    count = first.sum()
    x = np.vstack([answered[first], gold[first], whole[first]])
    w = fitted(x, np.repeat([1.0, 0.0, 0.0], count), np.repeat([1.0, 0.5, 0.5], count))
    odds = [part @ w[:-1] + w[-1] for part in (answered, gold, whole)]
    show("evidence", NAMES, w)
    print("\n[evidence.levels]")
    levels = np.quantile(odds[0][first], [FALSE_REFUSALS, WEAK_SHARE, SOME_SHARE])
    for name, value in zip(("none", "weak", "some"), levels, strict=True):
        print(f"{name} = {value:.3f}")
    other = [part[~first] for part in odds]
    tell(f"evidence, the other half: {len(other[0])} questions")
    tell(f"AUROC, document held out {auroc(other[0], other[1]):.3f}")
    tell(f"AUROC, title held out {auroc(other[0], other[2]):.3f}")
    for label, part in zip(("answerable", "document out", "title out"), other, strict=True):
        tell(f"refused, {label}: {(part < levels[0]).mean():.3f}")


def of_the_set(
    index: SetIndex, asked: Sequence[Asked], first: NDArray[np.bool_]
) -> Iterator[Candidates]:
    """Yield the sentences found for each question of the first half."""
    for question in (q for q, own in zip(asked, first, strict=True) if own):
        query, hits = index.hits(question)
        yield [
            (found, any(answer in piece.text for answer in question.answers))
            for piece, found in sentence_signals(question.text, query, hits, index.retriever.idf_of)
        ]


def labelled_in(file: Path, folder: Path) -> Iterator[Candidates]:
    """Yield the sentences found in a folder for each answerable question of a file."""
    with TemporaryDirectory() as state:
        settings = load_settings(corpus_dir=folder, state_dir=Path(state))
        knowledge = build_knowledge(settings)
        corpus = knowledge.fresh()
        for question in (q for q in load_questions(file) if q.answerable and not q.history):
            hits, query, _ = retrieve(corpus, question.text, (), (), MOST_PASSAGES)
            found = sentence_signals(question.text, query, hits, corpus.retriever.idf_of)
            yield [(signals, shows_answer(question, piece.text)) for piece, signals in found]
        knowledge.close()


def fit_quotation(prose: Iterator[Candidates], labelled: Sequence[Candidates]) -> None:
    """Fit on the set's sentences, with an answer in them or not; then, beside that, on the files'.

    The second fit is a conditional logit (McFadden 1974, "Conditional logit analysis of qualitative
    choice behavior"): of the sentences found for a question, one with the answer is to be first.
    """
    of_set = [pair for candidates in prose for pair in candidates]
    names = [name for name in of_set[0][0] if name not in BESIDE]
    x = np.array([[signals[name] for name in names] for signals, _ in of_set])
    w = fitted(x, np.array([float(right) for _, right in of_set]), np.ones(len(of_set)))
    beside = np.zeros(len(BESIDE))
    for _ in range(CLIMBING_STEPS):
        slope = -RIDGE * beside
        for candidates in labelled:
            right = np.array([has for _, has in candidates], dtype=float)
            if not right.any():
                continue
            own = np.array([[signals[name] for name in names] for signals, _ in candidates])
            more = np.array([[signals[name] for name in BESIDE] for signals, _ in candidates])
            odds = own @ w[:-1] + more @ beside
            chances = np.exp(odds - odds.max())
            first = chances / chances.sum()
            first_right = chances * right / (chances * right).sum()
            slope += more.T @ (first_right - first)
        beside += CLIMBING_RATE * slope
    print()
    show("quotation", [*names, *BESIDE], np.array([*w[:-1], *beside, w[-1]]))
    tell("quotation: write the weights, then see rag eval answers and rag eval questions")


def show(section: str, names: Sequence[str], w: Array) -> None:
    """Print weights as they stand in the file."""
    print(f"[{section}]\nintercept = {w[-1]:.3f}\n\n[{section}.weights]")
    for name, value in zip(names, w, strict=False):
        print(f"{name} = {value:.3f}")


def tell(line: str) -> None:
    """Print beside the weights."""
    print(f"# {line}", file=sys.stderr)


if __name__ == "__main__":
    main()
