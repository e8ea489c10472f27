"""The workshop's rubric, one to five for coherence, factuality and brevity, by rule.

Each measure is a share that is stretched over 1 to 5, and its definition is shown beside it: a
number that nobody can look up convinces nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.text.analysis import terms_of
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORT, LONG = 40, 240
"""Words: up to the first an answer is as brief as it can be said to be, from the second on not."""
DEFINITIONS = {
    "coherence": "neighbouring sentences share a word, none is repeated, the last one ends",
    "factuality": "the share of sentences that the passages support, half for those in part",
    "brevity": f"5 up to {SHORT} words, 1 from {LONG} on",
}
_ENDS = (".", "!", "?", "]", ")", "|", "`", "。", "”", '"')


@dataclass(frozen=True, slots=True)
class Rubric:
    """A text's grades, 1 (worst) to 5 (best)."""

    coherence: float
    factuality: float | None
    """None where there were no passages to hold it against."""
    brevity: float


def graded(text: str, support: tuple[int, int, int] | None, language: str = "en") -> Rubric:
    """Return the grades of a text; ``support``: its sentences supported, in part and not at all."""
    words = len(text.split())
    factuality = None
    if support and sum(support):
        full, partial, _ = support
        factuality = _grade((full + partial / 2) / sum(support))
    return Rubric(
        _grade(_coherence(text, language)),
        factuality,
        _grade(1 - (words - SHORT) / (LONG - SHORT)) if words else 1.0,
    )


def _grade(share: float) -> float:
    return 1 + 4 * min(1.0, max(0.0, share))


def _coherence(text: str, language: str) -> float:
    """The mean of three shares.

    That neighbours share words is the simplest form of the entity grid (Barzilay and Lapata 2008).
    """
    sentences = [text[start:end] for start, end in split_sentences(text)]
    if not sentences:
        return 0.0
    ended = float(text.rstrip().endswith(_ENDS))
    return (_linked(sentences, language) + _distinct(sentences) + ended) / 3


def _linked(sentences: Sequence[str], language: str) -> float:
    found = [set(terms_of(sentence, language)) for sentence in sentences]
    pairs = list(pairwise(found))
    return sum(bool(one & other) for one, other in pairs) / len(pairs) if pairs else 1.0


def _distinct(sentences: Sequence[str]) -> float:
    return len({sentence.casefold() for sentence in sentences}) / len(sentences)
