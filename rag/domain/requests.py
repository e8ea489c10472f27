"""What a message asks for, and the choices of who answers it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.domain.completions import ModelRole


class Mode(StrEnum):
    """Which model a person asked for."""

    AUTO = "auto"
    SMALL = "small"
    LARGE = "large"


class Intent(StrEnum):
    """What kind of request a message is."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up"
    REWORK = "rework"
    """Work on the last answer: shorter, as a table, in another language."""
    DOCUMENT = "document"
    """What a whole document says."""
    BRIEF = "brief"
    """A short account of a topic: the small model drafts it, the large one refines weak ones."""
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
    """What the documents looked for mention, empty for a list of all; what a brief is about."""
    prioritised: bool = False
    """Whether a brief is refined even if its draft is good."""
    newest_first: bool = False
    spoken: str = ""
    """The language that the request is in, where its words told; ISO 639-1."""


A_QUESTION = Request(Intent.QUESTION)


class ReasoningEffort(StrEnum):
    """How long a large model thinks before it answers."""

    AUTO = "auto"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FoundryDevice(StrEnum):
    """What Foundry Local's package runs models on."""

    AUTO = "auto"
    CPU = "cpu"
    GPU = "gpu"
    NPU = "npu"


class WarmUp(StrEnum):
    """Which models are loaded when the chat starts, before the first question."""

    OFF = "off"
    SMALL = "small"
    BOTH = "both"


WARMED: dict[WarmUp, tuple[ModelRole, ...]] = {
    WarmUp.OFF: (),
    WarmUp.SMALL: ("small",),
    WarmUp.BOTH: ("small", "large"),
}
"""The roles of the models that are loaded at the start."""


class EscalationStyle(StrEnum):
    """What the large model makes of a weak draft."""

    ANSWER = "answer"
    REFINE = "refine"


class Escalation(StrEnum):
    """When the large model is asked in mode Auto."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"
