"""Queries, hits and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from rag.domain.documents import Passage


class EvidenceLevel(StrEnum):
    """How much of a question occurs together in one passage."""

    STRONG = "strong"
    SOME = "some"
    WEAK = "weak"
    NONE = "none"


class Found(NamedTuple):
    """A passage found by a search: its document's number and its own within the document."""

    score: float
    document: int
    passage: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found by a query."""

    rank: int
    score: float
    passage: Passage
    number: int
    """The ``[n]`` of the passage, constant within a conversation."""
    matched: tuple[str, ...] = ()
    """The query's terms that the passage contains, best first."""
    used: bool = False
    """Whether it was part of a prompt or a quotation."""
    before: str = ""
    after: str = ""
    """The text before and after the passage."""


@dataclass(frozen=True, slots=True)
class Signals:
    """The features from which the evidence is judged, each from 0 to 1."""

    coverage: float = 0.0
    """Share of the question's idf mass in the densest window of a passage."""
    sentence: float = 0.0
    """The same share in the best single sentence."""
    reach: float = 0.0
    """The best passage's score relative to that of a passage of only the question's words."""
    lead: float = 0.0
    """The relative gap between the best two passages' scores, times ``coverage``."""
    order: float = 0.0
    """Share of the question's adjacent word pairs that are adjacent in that sentence too."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a question in the passages found."""

    level: EvidenceLevel
    coverage: float
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    """The question's words, as written, that the best passages lack."""
    strength: float = 0.0
    """The estimated probability that the passages answer the question."""
    signals: Signals = Signals()
    """The features behind ``strength``."""
    unknown: tuple[str, ...] | None = None
    """The missing words that no passage has at all; None if that was not looked up."""


@dataclass(frozen=True, slots=True)
class Term:
    """A query's term, its weight, and the word of the question that it comes from."""

    term: str
    weight: float
    word: str
    stands_for: str = ""
    """The word as written, where ``word`` is a similar one, or a model's other word for it."""
    count: int = 1
    """How often the question has it; BM25 counts a query's term each time."""
    alternative: bool = False
    """Whether it is the same word as analysed in another language of the documents."""
    suggested: bool = False
    """Whether ``word`` is a model's other word for the one that it stands for."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search query. Terms of the same word are alternatives."""

    terms: tuple[Term, ...] = ()
    language: str = "en"

    @property
    def weights(self) -> dict[str, float]:
        """Term -> weight times count, in the order of the question."""
        return {term.term: term.weight * term.count for term in self.terms}


@dataclass(frozen=True, slots=True)
class PartFound:
    """What was found for one part of a question."""

    text: str
    query: Query
    hits: tuple[Hit, ...]
    """Best first; numbered as among those of the whole question."""
    evidence: Evidence


NO_QUERY = Query()
