"""The loops of ``kernels`` compiled with numba, which comes with the extra ``[fast]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from rag.retrievers.segment import Segment


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _accumulate(scores, starts, documents, impacts, terms, weights):
    for i in range(len(terms)):
        weight = weights[i]
        for j in range(starts[terms[i]], starts[terms[i] + 1]):
            scores[documents[j]] += weight * impacts[j]


def accumulate(
    scores: NDArray[np.float32],
    segment: Segment,
    impacts: NDArray[np.float32],
    terms: Sequence[int],
    weights: Sequence[float],
) -> None:
    """As ``accumulate_numpy``, compiled."""
    _accumulate(
        scores,
        segment.starts,
        segment.documents,
        impacts,
        np.array(terms, np.int32),
        np.array(weights, np.float32),
    )


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _exact(
    scores, starts, standing, frequencies, documents, lengths, terms, rarities, k1, b, average
):
    for i in range(len(terms)):
        if terms[i] < 0:
            continue
        first, last = starts[terms[i]], starts[terms[i] + 1]
        for d in range(len(documents)):
            low, high = first, last
            while low < high:
                middle = (low + high) // 2
                if standing[middle] < documents[d]:
                    low = middle + 1
                else:
                    high = middle
            if low < last and standing[low] == documents[d]:
                times = np.float64(frequencies[low])
                scores[d] += rarities[i] * (
                    times * (k1 + 1) / (times + k1 * (1 - b + b * lengths[d] / average))
                )


def exact(
    scores: NDArray[np.float64],
    segment: Segment,
    documents: NDArray[np.int64],
    lengths: NDArray[np.int64],
    terms: Sequence[int],
    rarities: Sequence[float],
    shape: tuple[float, float, float],
) -> None:
    """As ``exact_numpy``, compiled."""
    _exact(
        scores,
        segment.starts,
        segment.documents,
        segment.frequencies,
        documents,
        lengths,
        np.array(terms, np.int32),
        np.array(rarities, np.float64),
        *shape,
    )
