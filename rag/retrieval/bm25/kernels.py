"""The inner loops, in numpy or, on request, compiled with numba.

Importing numba takes longer than many searches, so only long-running processes request it. Both
versions agree to within float32; candidates are scored again exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rag.retrieval.bm25.segment import Segment

BLOCK = 256
MANY_BLOCKS = 256
"""With fewer blocks it is faster to examine all scores at once."""


def accumulate_numpy(
    scores: NDArray[np.float32],
    segment: Segment,
    impacts: NDArray[np.float32],
    terms: Sequence[int],
    weights: Sequence[float],
) -> None:
    """Add each term's weighted impacts to its documents' scores."""
    for term, weight in zip(terms, weights, strict=True):
        span = slice(segment.starts[term], segment.starts[term + 1])
        np.add.at(scores, segment.documents[span], impacts[span] * np.float32(weight))


def exact_numpy(  # noqa: PLR0913 - the parts of the formula
    scores: NDArray[np.float64],
    segment: Segment,
    documents: NDArray[np.int64],
    terms: Sequence[int],
    rarities: Sequence[float],
    shape: tuple[float, float, float],
) -> None:
    """Add each term's part to the scores of some documents, in rank-bm25's order of operations.

    ``shape`` is k1, b and the average length.
    """
    k1, b, average = shape
    lengths = segment.lengths[documents]
    for term, rarity in zip(terms, rarities, strict=True):
        if term < 0:
            continue
        standing, frequencies = segment.postings(term)
        positions = standing.searchsorted(documents)
        positions[positions == len(standing)] = 0
        at = (standing[positions] == documents).nonzero()[0]
        times = frequencies[positions[at]].astype(np.float64)
        scores[at] += rarity * (
            times * (k1 + 1) / (times + k1 * (1 - b + b * lengths[at] / average))
        )


def candidates_numpy(scores: NDArray[np.float32], k: int, margin: float) -> NDArray[np.int64]:
    """Return the documents that may be among the best ``k``, given errors of half of ``margin``.

    At least ``k`` scores reach the k-th best of the maxima of blocks of 256, so only blocks with a
    maximum near it are examined.
    """
    if len(scores) <= BLOCK * k:
        cut = len(scores) - k
        floor = float(np.partition(scores, cut)[cut]) if cut > 0 else 0.0
        return (scores > max(floor - margin, 0.0)).nonzero()[0]
    whole = len(scores) // BLOCK * BLOCK
    blocks = scores[:whole].reshape(-1, BLOCK)
    tops = blocks.max(axis=1)
    floor = max(float(np.partition(tops, len(tops) - k)[len(tops) - k]) - margin, 0.0)
    if len(tops) < MANY_BLOCKS:
        return (scores > floor).nonzero()[0]
    rows = (tops > floor).nonzero()[0]
    row, column = (blocks[rows] > floor).nonzero()
    rest = (scores[whole:] > floor).nonzero()[0] + whole
    found = rows[row] * BLOCK + column
    return np.concatenate([found, rest]) if len(rest) else found


accumulate, exact, candidates = accumulate_numpy, exact_numpy, candidates_numpy


def use_compiled() -> str:
    """Use the compiled loops from now on, if installed; return which ones are used."""
    global accumulate, exact, candidates
    try:
        from rag.retrieval.bm25 import compiled  # noqa: PLC0415
    except ImportError:  # the extra [fast] is not installed
        return "numpy"
    accumulate, exact, candidates = compiled.accumulate, compiled.exact, compiled.candidates
    return "numba"
