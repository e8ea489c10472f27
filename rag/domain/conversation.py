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
    """A question and what was answered, as later turns see them."""

    question: str
    answer: str
    follows: bool = False
    """Was the turn before it part of its prompt?"""
    sent: tuple[Sent, ...] = ()
    hits: tuple[Hit, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    """Of the answer, with what carries each."""
    rearranged: bool = False
    """Is it what was left of an earlier answer that could not be worked on?"""

    @property
    def cited(self) -> tuple[Hit, ...]:
        """The hits that the answer rests on, the most cited first."""
        counts = Counter(number for sentence in self.sentences for number in sentence.citations)
        found = [hit for hit in self.hits if hit.number in counts]
        return tuple(sorted(found, key=lambda hit: -counts[hit.number]))


@dataclass(frozen=True, slots=True)
class Question:
    """A request: what is asked, after what, of whom, and where to look."""

    text: str
    history: tuple[Turn, ...] = ()
    mode: Mode = Mode.AUTO
    scope: str = ""
    """A folder or document of the corpus to look in; empty: everywhere."""
    skip_gate: bool = False
    """Ask a model even where the evidence says no ("Ask anyway")."""
    language: str = "en"
    """Of the page: what a message of a word or two is replied to in."""
    conversation: str = ""
    """Whose private documents are searched too."""
    again: bool = False
    """Was it answered already, so that another wording is wanted?"""
