"""Fit the evidence model's weights: ``python docs/fit_evidence.py SET`` (BEIR, with titles).

Answerable questions against the same questions with their document, or all of its title, held out.
Half of the titles is fitted on; the table is of the other half. Prints what belongs into
rag/thresholds.toml.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.beir import Asked, load
from rag.calibration import auroc
from rag.commands.evaluate import SetIndex, index_of
from rag.domain import Signals
from rag.evidence import weigh

Array = NDArray[np.float64]
NAMES = tuple(Signals.__dataclass_fields__)
FALSE_REFUSALS = 0.02
WEAK_SHARE, SOME_SHARE = 0.15, 0.5
STEPS, RIDGE = 50, 1.0


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
    of_title: dict[str, set[str]] = {}
    for document in testset.documents:
        of_title.setdefault(document.title, set()).add(document.id)
    titles = sorted(of_title)
    random.Random(3).shuffle(titles)  # noqa: S311 - no secret
    half = set(titles[::2])
    rows = []
    for question in testset.questions:
        if question.answerable and question.relevant:
            own = title[next(iter(question.relevant))]
            rows.append(
                (
                    own in half,
                    signals(index, question),
                    signals(index, question, frozenset(question.relevant)),
                    signals(index, question, frozenset(of_title[own])),
                )
            )
    first = np.array([row[0] for row in rows])
    answered, gold, whole = (np.array([row[n] for row in rows]) for n in (1, 2, 3))
    x = np.vstack([answered[first], gold[first], whole[first]])
    count = first.sum()
    y = np.repeat([1.0, 0.0, 0.0], count)
    w = fitted(x, y, np.repeat([1.0, 0.5, 0.5], count))
    odds = [part @ w[:-1] + w[-1] for part in (answered, gold, whole)]
    print("[evidence.weights]")
    for name, value in zip(NAMES, w, strict=False):
        print(f"{name} = {value:.3f}")
    print(f"\n[evidence]\nintercept = {w[-1]:.3f}\n\n[evidence.levels]")
    levels = np.quantile(odds[0][first], [FALSE_REFUSALS, WEAK_SHARE, SOME_SHARE])
    for name, value in zip(("none", "weak", "some"), levels, strict=True):
        print(f"{name} = {value:.3f}")
    other = [part[~first] for part in odds]
    print(f"\n# the other half: {len(other[0])} questions", file=sys.stderr)
    print(f"# AUROC, document held out {auroc(other[0], other[1]):.3f}", file=sys.stderr)
    print(f"# AUROC, title held out {auroc(other[0], other[2]):.3f}", file=sys.stderr)
    for label, part in zip(("answerable", "document out", "title out"), other, strict=True):
        print(f"# refused, {label}: {(part < levels[0]).mean():.3f}", file=sys.stderr)


if __name__ == "__main__":
    main()
