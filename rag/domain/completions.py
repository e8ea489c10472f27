"""What goes to a model and what comes back."""

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
    numbers: tuple[int, ...]
    """Of the passages in ``content``."""


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
