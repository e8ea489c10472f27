"""The events of a request, in order; all interfaces and tests read the same stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain.search import NO_QUERY

if TYPE_CHECKING:
    from rag.domain.answers import Answer, Attempt, Sentence
    from rag.domain.completions import ModelRole
    from rag.domain.search import Evidence, Hit, PartFound, Query


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Retrieval is done; no model has been asked yet."""

    hits: tuple[Hit, ...] = ()
    query: Query = NO_QUERY
    evidence: Evidence | None = None
    """None if nothing was searched."""
    milliseconds: float = 0.0
    parts: tuple[PartFound, ...] = ()
    """The same for each part of a question that has several."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The next part of a long document is about to be read; ``text`` is the answer so far."""

    part: int
    parts: int
    text: str
    sentences: tuple[Sentence, ...]
    last: Attempt | None = None
    """The last attempt on the previous part."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A model is about to be asked."""

    role: ModelRole
    model: str


@dataclass(frozen=True, slots=True)
class Loading:
    """A model is being loaded by its server, since so many seconds."""

    role: ModelRole
    seconds: float


@dataclass(frozen=True, slots=True)
class Working:
    """What a model was waited for is over: it has the question now."""

    role: ModelRole


@dataclass(frozen=True, slots=True)
class Prefill:
    """A model has read ``done`` of ``total`` prompt tokens."""

    role: ModelRole
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Queued:
    """Other questions are asked of the model first; ``place`` counts from 1."""

    role: ModelRole
    place: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A model's server asks to wait so many seconds before it is asked again."""

    role: ModelRole
    seconds: float


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A model's text so far was reasoning and no answer, as only now is known."""

    role: ModelRole


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text from a model."""

    role: ModelRole
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The checked sentences of an unfinished answer; ``text`` ends with the last of them."""

    role: ModelRole
    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Escalated:
    """A draft was rejected; what follows replaces it. ``to`` is empty for a quotation."""

    attempt: Attempt
    to: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The end of every request."""

    answer: Answer


Event = (
    Retrieved
    | Reading
    | Asking
    | Loading
    | Queued
    | Working
    | Waiting
    | Prefill
    | Withdrawn
    | Token
    | Checked
    | Escalated
    | Answered
)
