"""What is sent to a model and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MessageRole = Literal["system", "user", "assistant"]
ModelRole = Literal["small", "large"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: MessageRole
    content: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What one model was sent in a turn, word for word, and what it wrote."""

    role: ModelRole
    content: str
    reply: str
    passages: tuple[str, ...] = ()
    """The keys of the passages in ``content``."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one model's turn; ``estimated`` when the server reported none."""

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
    """From the first token to the last."""
    first_token_ms: float | None = None
    """From the request to the first token, including time in the queue."""
    total_ms: float = 0.0
    tokens_per_second: float | None = None
    """Tokens generated per second between the first and the last."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one model wrote in one turn."""

    model: str
    text: str
    finish_reason: str
    """As reported by the server; ``"error"`` when the stream broke."""
    usage: Usage = Usage()
    timings: Timings = Timings()
    mean_logprob: float | None = None
    reasoning_tokens: int = 0
    reasoning: str = ""
    """What the model thought before it answered; a long one is cut."""
    error: str = ""
    """Why the stream broke, in one sentence; empty when it did not."""
    too_long: bool = False
    """Whether the server refused the prompt because it does not fit the model's window."""
    local: bool = True
    """Whether it was generated on this machine."""
    address: str = ""
    """Host and port of the server that was asked, as shown to users."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One item of a backend's stream: a piece of text, or figures, or both."""

    text: str = ""
    reasoning: str = ""
    logprob: float | None = None
    finish_reason: str = ""
    usage: Usage | None = None
    prefill: tuple[int, int] | None = None
    """(prompt tokens read, prompt tokens in all)."""
    was_reasoning: bool = False
    """Whether all text before this item was reasoning, as only now is known."""
    wait_s: float = 0.0
    """How long the server asks to wait before it is asked again."""


PARALLEL = 4
"""Requests to a server at once, as long as it has not told or shown that it takes more."""
PASSAGE_TOKENS = 2_000
"""Of passages in a prompt, unless a model suits fewer. On a course of 157 files an answer stands
among them for .87 of the questions, among five passages for .64."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A backend's limits."""

    passage_tokens: int
    answer_tokens: int
    window_tokens: int = 8_000
    """The token budget of a whole prompt, earlier turns included."""
    encoding: str = "o200k_base"
    parallel: int = PARALLEL
    """The number of concurrent requests, more wait in a queue; 0: as many as the server takes."""
    local: bool = True
    """Whether the model runs on this machine."""
    demo: bool = False
    """Whether its text is right only where it is copied, so that nothing else of it may stand."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a health check; ``remedy`` says what to do when it fails."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    required: bool = True
    """Whether nothing works without this component."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model's server was seen to do; None where it has not been asked."""

    usage: bool | None = None
    """Tells the tokens of a streamed answer."""
    logprobs: bool | None = None
    """Tells the log-probabilities of tokens."""
    cached: bool | None = None
    """Keeps what it has read of a prompt, and says so."""
    system_role: bool | None = None
    """Takes a system message."""
    window: int | None = None
    """Tokens of the window that the model is loaded with."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address and the limits of a model."""

    base_url: str
    model: str
    profile: Profile
    api_key: str = ""
    timeout_s: float = 60.0
    """Until the first word."""
    gap_s: float = 30.0
    """Between two pieces of an answer; never longer than until the first word."""
    shown: str = ""
    """The model's name as shown to users; empty: that at its server."""
    reasoning_effort: str = ""
    """How long the model is to think, in OpenAI's words; empty: as its server does by itself."""
    folder: str = ""
    """Where a backend of this machine's own memory keeps its files; empty where none does."""

    @property
    def wishes(self) -> dict[str, object]:
        """What a request has besides the usual parts."""
        return {"reasoning_effort": self.reasoning_effort} if self.reasoning_effort else {}
