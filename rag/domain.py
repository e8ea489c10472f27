"""The field's words as frozen values; nothing here computes more than a property.

Units: times are milliseconds, rates are shares from 0 to 1, offsets count characters of a
document's extracted text.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

Role = Literal["system", "user", "assistant"]
Rung = Literal["small", "large"]


class Mode(StrEnum):
    """Which model a person asked for."""

    AUTO = "auto"
    SMALL = "small"
    LARGE = "large"


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


class Intent(StrEnum):
    """What kind of request a message is."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    REWORK = "rework"
    """Work on the last answer: shorter, as a table, in another language."""
    DOCUMENT = "document"
    """What a whole document says."""
    CORPUS = "corpus"
    """Which documents there are, or mention something."""
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"


QUESTIONS = frozenset({Intent.QUESTION, Intent.FOLLOW_UP})
SMALL_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.HELP})


class Form(StrEnum):
    """The shape that the last answer is to take."""

    SHORTER = "shorter"
    LONGER = "longer"
    SIMPLER = "simpler"
    LIST = "list"
    TABLE = "table"
    EMAIL = "email"
    TRANSLATION = "translation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Request:
    """What a message asks for."""

    intent: Intent
    form: Form | None = None
    """Of work on the last answer."""
    language: str = ""
    """ISO 639-1 code of a translation's language."""
    documents: tuple[str, ...] = ()
    """Paths of the documents named; empty where "this document" could be any."""
    topic: str = ""
    """What the documents looked for mention; empty for a list of all."""
    newest_first: bool = False
    spoken: str = ""
    """The language that the request is in, where its words told; ISO 639-1."""


A_QUESTION = Request(Intent.QUESTION)


class EvidenceLevel(StrEnum):
    """How much of a question stands together in one passage."""

    STRONG = "strong"
    SOME = "some"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document: ``text[start:end]`` of the document's text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text. ``path`` is relative to the corpus folder, with forward slashes."""

    path: str
    title: str
    text: str
    sha256: str
    """Hash of the file's bytes, not of the text."""
    language: str
    """ISO 639-1 code, ``"en"`` where nothing tells."""
    pages: tuple[Page, ...] = ()
    """Those that could be found in the text."""
    page_count: int = 0
    """0 where the kind of file has none."""
    pages_readable: int = 0
    recognised: bool = False
    """Was its text recognised from pictures?"""


PRIVATE = "private:/"
"""Begins the path of a document that only one conversation has."""


class FileStatus(StrEnum):
    """How far a file of the corpus answers."""

    INDEXED = "indexed"
    PARTLY = "partly"
    """Some of its pages are not readable."""
    WAITING = "waiting"
    """It is still being written, or its turn has not come."""
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    """Another file with the same bytes answers."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What is known of one file of the corpus."""

    path: str
    """Relative to the corpus folder, with forward slashes."""
    size: int
    """In bytes, when it was read."""
    modified_ns: int
    status: FileStatus
    reason: str = ""
    """Why it does not answer wholly, in one sentence for a person."""
    sha256: str = ""
    title: str = ""
    language: str = ""
    pages: int = 0
    """0 where the kind of file has none."""
    pages_readable: int = 0
    passages: int = 0
    flags: tuple[str, ...] = ()
    """What a person should know of its text."""
    indexed_at: str = ""
    """ISO 8601, UTC."""
    document: int = 0
    """Under which its text is kept; never used for another one. 0: there is none."""

    @property
    def name(self) -> str:
        """Its path as it can be shown and written."""
        return self.path.encode(errors="replace").decode()


class ChangeKind(StrEnum):
    """What happened to a file of the corpus."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"
    UPLOADED = "uploaded"
    """Through the panel; it can be undone."""
    DELETED = "deleted"
    """As above."""
    RESTORED = "restored"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class CorpusChange:
    """A line of the list of last changes."""

    number: int
    at: str
    """ISO 8601, UTC."""
    kind: ChangeKind
    path: str
    trash: str = ""
    """Where a deleted file is kept; empty where nothing can be undone."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document: ``document.text[start:end] == text``."""

    document: str
    title: str
    text: str
    start: int
    end: int
    sha256: str
    language: str
    heading: str = ""
    """The headings above it, outermost first, joined by `` › ``."""
    page: int | None = None
    table_header: str = ""
    """The header rows of the table that ``text`` is cut from; not part of ``text``."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document as it is indexed: each passage's terms, and those of its name."""

    path: str
    terms: tuple[tuple[str, ...], ...]
    name: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """The words as they are written, in small letters and without accents, with their terms."""


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
class Message:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What one model was sent in a turn, word for word, and what it wrote."""

    rung: Rung
    content: str
    reply: str
    numbers: tuple[int, ...]
    """Of the passages in ``content``."""


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
class Usage:
    """Tokens of one model's turn; ``estimated`` when the server did not tell."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """Where one model's turn spent its time."""

    queue_ms: float = 0.0
    prefill_ms: float = 0.0
    decode_ms: float = 0.0
    first_token_ms: float | None = None
    """From the request to the first token, the wait in the queue included."""
    total_ms: float = 0.0
    tokens_per_second: float | None = None
    """Tokens written by the seconds between the first and the last."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one model wrote in one turn."""

    model: str
    text: str
    finish_reason: str
    """As the server gave it; ``"error"`` when the stream broke."""
    usage: Usage = Usage()
    timings: Timings = Timings()
    mean_logprob: float | None = None
    reasoning_tokens: int = 0
    error: str = ""
    """Why the stream broke, in one sentence; empty when it did not."""
    local: bool = True
    """Was it written on this machine?"""


@dataclass(frozen=True, slots=True)
class Signal:
    """One measured thing against what it needed; ``present`` names it for people."""

    code: str
    value: str
    needed: str
    passed: bool


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

    rung: Rung
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


@dataclass(frozen=True, slots=True)
class Delta:
    """What a backend's stream yields: a piece of text, or figures, or both."""

    text: str = ""
    reasoning: str = ""
    logprob: float | None = None
    finish_reason: str = ""
    usage: Usage | None = None
    prefill: tuple[int, int] | None = None
    """(prompt tokens read, prompt tokens in all)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a backend can take, and how its tokens are counted."""

    passage_tokens: int
    answer_tokens: int
    window_tokens: int = 8_000
    """What a whole prompt may have, earlier turns included."""
    encoding: str = "o200k_base"
    parallel: int = 4
    """Requests at once; more wait in a queue."""
    local: bool = True
    """Is it on this machine?"""


@dataclass(frozen=True, slots=True)
class Check:
    """Is a part well? ``remedy`` says what to do when it is not."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    required: bool = True
    """Can the main job not run without it?"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers and what it can take."""

    base_url: str
    model: str
    profile: Profile
    api_key: str = ""
    timeout_s: float = 60.0
