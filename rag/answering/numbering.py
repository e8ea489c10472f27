"""The numbers under which an answer cites passages."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.domain.answers import Attempt, Sentence
    from rag.domain.conversation import Turn
    from rag.domain.search import Hit


class Numbering:
    """Numbers passages in the order in which an answer cites them, from [1] on.

    What the conversation has cited before keeps its number; new ones follow the highest.
    """

    def __init__(self, hits: Iterable[Hit] = (), conversation: Sequence[Turn] = ()) -> None:
        """``hits``: those of the answer, numbered as they were searched."""
        before = {hit.passage.key: hit.number for turn in conversation for hit in turn.shown}
        self._numbers = {
            hit.number: before[hit.passage.key] for hit in hits if hit.passage.key in before
        }
        self._next = count(max(before.values(), default=0) + 1)

    def __call__(self, found: int) -> int:
        """Return the number that a passage with this number in the search is cited by."""
        if found not in self._numbers:
            self._numbers[found] = next(self._next)
        return self._numbers[found]

    def of_sentences(self, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
        """Return sentences with the numbers of their passages, in the order of the text."""
        return tuple(replace(one, citations=tuple(map(self, one.citations))) for one in sentences)

    def of_hits(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Return hits with their numbers: those not cited come after all that are."""
        return tuple(replace(hit, number=self(hit.number)) for hit in hits)

    def of_attempts(self, attempts: Iterable[Attempt]) -> list[Attempt]:
        """Return attempts whose sentences have the numbers of the answer."""
        return [replace(one, sentences=self.of_sentences(one.sentences)) for one in attempts]
