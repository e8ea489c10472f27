"""Fit the chances in rag/retrieval/thresholds.toml: ``python docs/fit_support.py FILE...``.

Each FILE holds judged answers, as ``rag eval support`` reads them; levels and the
answers' chance are those of the first. Only the half ``fit`` of the
conversations is fitted on. A sentence counts as supported where people called its answer fully
faithful, and as unsupported where they called it unfaithful; answers between are left out, and so
are sentences that a rule has decided. Weights are those of a ridge-regularised logistic regression
(Hoerl and Kennard 1970; McCullagh and Nelder 1989, section 4.4), and so is the line from a text's
mean chance to the chance that all of it is faithful, fitted on chances of sentences whose own
conversation was left out.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.domain.answers import SupportSignals
from rag.evaluation.judged import check_answers, half_of, load_judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.evaluation.judged import CheckedAnswer

RIDGE = 1.0
EDITS_WEIGHT = 0.3
"""Of the sentences of further files: most of a wrong summary with one edit is right."""
NAMES = tuple(asdict(SupportSignals()))
AGAINST = frozenset({"unknown_names", "replaced"})
SIGNS = {name: -1 if name in AGAINST else 1 for name in NAMES}
"""More of a signal speaks for support, or against it."""
FAITHFUL_KEPT = {"small": 0.84, "large": 0.95}
"""The share of faithful answers of the fitted half that each model's level lets stand."""
FULL_KEPT, PARTIAL_KEPT = 0.835, 0.963
"""The share of their sentences that stays ink, and that stays out of the red."""


def main() -> int:
    """Print the section for thresholds.toml."""
    main_set, *edits = [_checked(Path(name)) for name in sys.argv[1:]]
    checked = main_set
    rows, labels, weights, groups = _sentences(checked)
    for one in edits:
        more = _sentences(one)
        rows, labels = np.vstack([rows, more[0]]), np.concatenate([labels, more[1]])
        weights = np.concatenate([weights, EDITS_WEIGHT * more[2]])
        groups += more[3]
    intercept, coefficients = fit(rows, labels, weights)
    held_out = np.zeros(len(labels))
    for group in sorted({one.judged.conversation for one in checked}):
        inside = np.array([g == group for g in groups])
        a, b = fit(rows[~inside], labels[~inside], weights[~inside])
        held_out[inside] = sigmoid(a + rows[inside] @ b)
    means, faithful, chances = _answers(checked, held_out)
    a, b = fit_newton(means[:, None], faithful, np.ones(len(means)))
    print("[support]", f"intercept = {intercept:.3f}", "", "[support.weights]", sep="\n")
    print(*(f"{n} = {c:.3f}" for n, c in zip(NAMES, coefficients, strict=True)), sep="\n")
    print("", "[support.levels]", f"full = {np.quantile(chances, 1 - FULL_KEPT):.3f}", sep="\n")
    print(f"partial = {np.quantile(chances, 1 - PARTIAL_KEPT):.3f}", "", "[faithfulness]", sep="\n")
    print(f"intercept = {a:.3f}", "", "[faithfulness.weights]", f"mean = {b[0]:.3f}", sep="\n")
    print("", "[faithfulness.acceptance]", sep="\n")
    good = sigmoid(a + b[0] * means[faithful == 1])
    print(*(f"{r} = {np.quantile(good, 1 - q):.3f}" for r, q in FAITHFUL_KEPT.items()), sep="\n")
    return 0


def _checked(path: Path) -> list[CheckedAnswer]:
    answers = half_of(load_judged(path), "fit")
    return [one for one in check_answers(answers) if one.judged.is_faithful is not None]


def _sentences(
    checked: list[CheckedAnswer],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Signals, labels, weights and conversations of the sentences that no rule decided."""
    rows, labels, groups = [], [], []
    for one in checked:
        for sentence in one.sentences:
            if sentence.signals is None:
                continue
            rows.append([getattr(sentence.signals, name) for name in NAMES])
            labels.append(float(one.judged.is_faithful is True))
            groups.append(one.judged.conversation)
    return np.array(rows), np.array(labels), np.ones(len(labels)), groups


def _answers(
    checked: list[CheckedAnswer], chances: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean chance and label of each answer; the chances of faithful answers' sentences."""
    position = 0
    means, labels, kept = [], [], []
    for one in checked:
        own, weights = [], []
        for sentence in one.sentences:
            chance = sentence.chance
            if sentence.signals is not None:
                chance = float(chances[position])
                position += 1
            own.append(chance)
            weights.append(max(1, len(sentence.text.split())))
        if one.judged.is_faithful:
            kept += own
        if own:
            means.append(float(np.average(own, weights=weights)))
            labels.append(float(one.judged.is_faithful is True))
    return np.array(means), np.array(labels), np.array(kept)


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds -> chances."""
    return 1 / (1 + np.exp(-values))


def fit(
    rows: NDArray[np.float64], labels: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Intercept and weights; a signal that would speak the wrong way round is left out."""
    kept = list(range(rows.shape[1]))
    while True:
        intercept, found = fit_newton(rows[:, kept], labels, weights)
        wrong = [k for k, w in zip(kept, found, strict=True) if w * SIGNS[NAMES[k]] < 0]
        if not wrong:
            coefficients = np.zeros(rows.shape[1])
            coefficients[kept] = found
            return intercept, coefficients
        worst = max(wrong, key=lambda k: abs(found[kept.index(k)]))
        kept.remove(worst)


def fit_newton(
    rows: NDArray[np.float64], labels: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Intercept and weights by Newton's method on standardised signals."""
    mean = rows.mean(axis=0)
    spread = rows.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    penalty = np.eye(design.shape[1]) * RIDGE
    penalty[0, 0] = 0
    found = np.zeros(design.shape[1])
    for _ in range(50):
        chances = sigmoid(np.clip(design @ found, -30, 30))
        gradient = design.T @ (weights * (chances - labels)) + penalty @ found
        curvature = (design * (weights * chances * (1 - chances))[:, None]).T @ design + penalty
        found = found - np.linalg.solve(curvature, gradient)
    coefficients = found[1:] / spread
    return float(found[0] - coefficients @ mean), coefficients


if __name__ == "__main__":
    sys.exit(main())
