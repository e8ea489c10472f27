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


class ReasonCode(StrEnum):
    """Why something was decided about an answer."""

    # about a model's text
    UNREACHABLE = "unreachable"
    EMPTY = "empty"
    CUT_OFF = "cut_off"
    HEDGING = "hedging"
    REPEATED = "repeated"
    UNCITED = "uncited"
    UNSUPPORTED = "unsupported"
    OFF_TOPIC = "off_topic"
    SHORT = "short"
    LOW_LOGPROB = "low_logprob"
    DEMO = "demo"
    FORM = "form"
    """It is not the table, list or language that was asked for."""
    # about who answers
    ALWAYS = "always"
    BUDGET = "budget"
    NO_EVIDENCE = "no_evidence"
    FAILED = "failed"
    # about the answer
    MAY_NOT_ANSWER = "may_not_answer"
    """Supported, but what was asked for is not in it."""
    DISAGREES = "disagrees"
    EXPANDED = "expanded"
    """Other words than the question's were searched for too."""
    PART_MISSING = "part_missing"
    """One part of the question is answered, this one is not in the documents."""
    WINDOW = "window"
    """Some passages did not fit the window that the model's server has."""
    REMOVED = "removed"
    PARTLY_QUOTED = "partly_quoted"
    STOPPED = "stopped"
    ERASED = "erased"
    READING = "reading"
    OTHER_LANGUAGE = "other_language"
    NOTHING_TO_REWORK = "nothing_to_rework"
    UNCHANGED = "unchanged"
    NO_SUCH_FILE = "no_such_file"
    WHICH_DOCUMENT = "which_document"


class ProblemCode(StrEnum):
    """What keeps a sentence from full support."""

    NO_PASSAGE = "no_passage"
    PARTLY = "partly"
    ABSENT_NUMBER = "absent_number"
    ABSENT_EXACT = "absent_exact"
    """An address, a command, an identifier or a quotation that no passage has as it stands."""
    MISPLACED_NUMBER = "misplaced_number"
    UNKNOWN_NAME = "unknown_name"
    DENIED = "denied"
    NOT_DENIED = "not_denied"
    OPPOSITE = "opposite"
    OTHER_LANGUAGE = "other_language"


@dataclass(frozen=True, slots=True)
class SupportSignals:
    """What a sentence's support is judged by: shares of its words, 0 to 1."""

    coverage: float = 0.0
    """Share of the sentence's idf mass in the best stretch of up to three sentences."""
    order: float = 0.0
    """Share of its neighbouring words that are neighbours in that stretch."""
    order_anywhere: float = 0.0
    """The same in all passages together."""
    unknown_names: float = 0.0
    """Share of its names that no passage has."""
    replaced: float = 0.0
    """Share of its words that stand between two others where the passages have another word."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided; ``presentation`` words it for people."""

    code: ReasonCode
    detail: str = ""
    part: int = 0
    whole: int = 0
    """``part`` of ``whole`` sentences, parts or documents, where the code counts some."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a sentence, and with which word or number of it."""

    code: ProblemCode
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
    problem: Problem | None = None
    """What keeps it from full support."""
    relevance: float = 1.0
    """Share of the question's mass where it stands, of what the best place in the passages has."""
    chance: float = 0.0
    """That the passages support it, 0 to 1; ``support`` is a level of it."""
    places: tuple[int, ...] = ()
    """For each citation, where in the passage's text the support begins."""
    signals: SupportSignals | None = None
    """What its chance rests on; None where a rule decided."""
    terms: tuple[str, ...] = ()
    """What it says: its content terms and the values of its numbers."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured thing against what it needed; ``present`` names it for people."""

    code: str
    value: str
    needed: str
    passed: bool
    part: int = 0
    whole: int = 0
    """As in ``Reason``; ``value`` is empty then."""


@dataclass(frozen=True, slots=True)
class Change:
    """The one thing that would have turned a decision round.

    ``code`` is the reason that would have had to go; for lack of support, ``count`` tells how many
    more sentences would have had to be supported.
    """

    code: ReasonCode
    count: int = 0


@dataclass(frozen=True, slots=True)
class Confidence:
    """A decision about one model's text."""

    value: float
    accepted: bool
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]
    would_change: Change | None = None
    """What would have changed the decision."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One model's try at an answer, checked."""

    role: ModelRole
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
        return {attempt.role for attempt in self.attempts} == {"small", "large"}

    @property
    def usage(self) -> Usage:
        """Tokens of all attempts together."""
        return sum((attempt.generation.usage for attempt in self.attempts), Usage())
