"""Queries, hits and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rag.domain.documents import Passage


class EvidenceLevel(StrEnum):
    """How much of a question stands together in one passage."""

    STRONG = "strong"
    SOME = "some"
    WEAK = "weak"
    NONE = "none"


class Found(NamedTuple):
    """A passage that a search found, by its document's number and its own within."""

    score: float
    document: int
    passage: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a query found."""

    rank: int
    score: float
    passage: Passage
    number: int
    """The ``[n]`` of the passage; it stays the same through a conversation."""
    matched: tuple[str, ...] = ()
    """The query's terms that stand in it, best first."""
    used: bool = False
    """Did it stand in a prompt or a quotation?"""
    before: str = ""
    after: str = ""
    """The text around it, for reading on."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the evidence for a question is judged by; each is 0 to 1."""

    coverage: float = 0.0
    """Share of the question's idf mass in the densest window of a passage."""
    sentence: float = 0.0
    """The same share in the best single sentence."""
    reach: float = 0.0
    """The best passage's score, of what a passage of nothing but the question's words would get."""
    lead: float = 0.0
    """How far the best passage's score is above the next one's, times ``coverage``."""
    order: float = 0.0
    """Share of the question's neighbouring words that are neighbours in that sentence too."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of the question stands in the passages found."""

    level: EvidenceLevel
    coverage: float
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    """The question's words, as the person wrote them, that the best passages lack."""
    strength: float = 0.0
    """The chance, 0 to 1, that the passages answer the question, before any model is asked."""
    signals: Signals = Signals()
    """What that rests on."""


@dataclass(frozen=True, slots=True)
class Term:
    """A query's term, its weight, and the word of the person that it came from."""

    term: str
    weight: float
    word: str
    stands_for: str = ""
    """The word as the person spelled it, where no passage has it and ``word`` is near."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for. Terms of one word are alternatives of each other to the gate."""

    terms: tuple[Term, ...] = ()
    language: str = "en"

    @property
    def weights(self) -> dict[str, float]:
        """Term -> weight, in the order of the question."""
        return {term.term: term.weight for term in self.terms}


NO_QUERY = Query()
