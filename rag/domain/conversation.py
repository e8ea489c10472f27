"""A question, and the turns before it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rag.domain.answers import Sentence
from rag.domain.completions import Sent
from rag.domain.requests import Mode
from rag.domain.search import Hit


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer, as later turns see them."""

    question: str
    answer: str
    follows: bool = False
    """Whether the turn before was part of its prompt."""
    sent: tuple[Sent, ...] = ()
    hits: tuple[Hit, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    """The answer's sentences with their support."""
    rearranged: bool = False
    """Whether it only rearranges an earlier answer that no model could rework."""
    listed: frozenset[int] = frozenset()
    """The numbers of passages that a list of documents shows."""

    @property
    def cited(self) -> tuple[Hit, ...]:
        """The hits that the answer cites, the most cited first."""
        counts = Counter(number for sentence in self.sentences for number in sentence.citations)
        found = [hit for hit in self.hits if hit.number in counts]
        return tuple(sorted(found, key=lambda hit: -counts[hit.number]))

    @property
    def shown(self) -> tuple[Hit, ...]:
        """The hits whose numbers a reader of the answer sees."""
        return (*self.cited, *(hit for hit in self.hits if hit.number in self.listed))


@dataclass(frozen=True, slots=True)
class Question:
    """A request and its settings."""

    text: str
    history: tuple[Turn, ...] = ()
    mode: Mode = Mode.AUTO
    scope: str = ""
    """A folder or document of the corpus to search; empty: everywhere."""
    skip_gate: bool = False
    """Ask a model even if the evidence is insufficient ("Ask anyway")."""
    language: str = ""
    """The page's language, for messages that do not tell theirs; empty: there is no page."""
    conversation: str = ""
    """The conversation whose private documents are searched too."""
    again: bool = False
    """Whether it was answered before and a different wording is wanted."""
    whole_draft: bool = False
    """Whether the draft itself is wanted: that of a demonstration model is not broken off."""
