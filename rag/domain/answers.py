"""Answers with their whole trace."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.domain.completions import Generation, ModelRole, Sent, Usage
from rag.domain.documents import Passage
from rag.domain.requests import Intent, Mode, Request
from rag.domain.search import NO_QUERY, Evidence, Hit, Query


class Outcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    QUOTED = "quoted"
    REFUSED = "refused"
    FAILED = "failed"


class Support(StrEnum):
    """How far passages carry a sentence."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: a code for programs; ``present`` words it for people."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, held against the passages."""

    text: str
    start: int
    end: int
    support: Support
    citations: tuple[int, ...] = ()
    """Numbers of the passages that carry it, the best first."""
    coverage: float = 0.0
    """Share of its idf mass that stands in them."""
    problem: Reason | None = None
    """What keeps it from full support."""
    relevance: float = 1.0
    """Share of the question's mass where it stands, of what the best place in the passages has."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured thing against what it needed; ``present`` names it for people."""

    code: str
    value: str
    needed: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Confidence:
    """A decision about one model's text."""

    value: float
    accepted: bool
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]
    would_change: Reason | None = None
    """What would have changed the decision."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One model's try at an answer, checked."""

    rung: ModelRole
    generation: Generation
    sentences: tuple[Sentence, ...]
    confidence: Confidence
    verify_ms: float = 0.0
    sent: Sent | None = None
    dropped_turns: int = 0
    """Earlier turns that did not fit the model's window any more."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer rests on, by the number shown in the text."""

    number: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class AnswerTimings:
    """Where a whole request spent its time."""

    prepare_ms: float = 0.0
    retrieve_ms: float = 0.0
    first_token_ms: float | None = None
    """From the request to the first token that the person saw."""
    verify_ms: float = 0.0
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in an answer about the corpus."""

    path: str
    title: str
    passages: int
    """How many it has, or how many of them mention what was looked for."""
    number: int = 0
    """Of the passage that mentions it best; 0 for none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished request with its whole trace."""

    question: str
    intent: Intent
    text: str
    outcome: Outcome
    model: str
    """Who wrote ``text``; empty when no model did."""
    language: str
    reasons: tuple[Reason, ...] = ()
    hits: tuple[Hit, ...] = ()
    query: Query = NO_QUERY
    evidence: Evidence | None = None
    sentences: tuple[Sentence, ...] = ()
    """Of ``text``; offsets into it."""
    citations: tuple[Citation, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    timings: AnswerTimings = AnswerTimings()
    cost: float | None = None
    """In the currency of ``RAG_PRICES``; None where no price is known."""
    corpus_revision: str = ""
    reader: str = ""
    """The version of what read the documents."""
    mode: Mode = Mode.AUTO
    scope: str = ""
    """The folder or document that was looked in; empty: everywhere."""
    documents: int = 0
    passages: int = 0
    """How much there was to search."""
    request: Request | None = None
    listed: tuple[Listed, ...] = ()
    """What an answer about the corpus names, or what "this document" may mean."""
    share_read: float | None = None
    """Of the documents that were to be read whole."""
    conversation: str = ""
    """Whose private documents were searched too."""

    @property
    def escalated(self) -> bool:
        """Was a draft doubted and the large model asked?"""
        return {attempt.rung for attempt in self.attempts} == {"small", "large"}

    @property
    def usage(self) -> Usage:
        """Tokens of all attempts together."""
        return sum((attempt.generation.usage for attempt in self.attempts), Usage())
