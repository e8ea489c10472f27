"""Reads the events of a chat completion, whatever the server's dialect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rag.domain.completions import Delta, Usage
from rag.models.reasoning import ReasoningFilter
from rag.text.unseen import whole_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_TOKENS = 100_000_000
MOST_OF_ASKED = 4
"""A server that ignores the limit is cut off at so many times the tokens asked for."""
CHARACTERS_PER_TOKEN = 16
BYTES_PER_EVENT = 2048
"""With log-probabilities and timings an event of one token takes about 500."""
BYTES_BESIDE = 256 * 1024
"""For events without text, such as the progress of reading a prompt."""
_FIRST_HALVES = frozenset(map(chr, range(0xD800, 0xDC00)))
_PLAIN_PARTS = frozenset({"text", "output_text"})


class DeltaReader:
    """The state of one stream; ``ended`` tells whether the server has finished its turn."""

    def __init__(self, max_tokens: int) -> None:
        self.ended = False
        self.said = False
        """Whether there was text or reasoning."""
        self._pieces_left = MOST_OF_ASKED * max_tokens
        self._characters_left = self._pieces_left * CHARACTERS_PER_TOKEN
        self._thinking = ReasoningFilter()
        self._half = ""

    @property
    def most_bytes(self) -> int:
        """The most bytes that a stream of so many tokens takes."""
        return BYTES_BESIDE + max(self._pieces_left, 0) * BYTES_PER_EVENT

    @property
    def overflows(self) -> bool:
        """Whether the server sends far more than it was asked for."""
        return self._pieces_left < 0 or self._characters_left < 0

    def read(self, event: object) -> Delta | None:
        """Return what an event says, None for nothing.

        Text is a string or a list of parts, in ``delta`` or, from servers that send a turn whole,
        in ``message``. Usage may be text or null.

        Raises TypeError, AttributeError or LookupError for anything else.
        """
        if not isinstance(event, dict):
            raise TypeError(event)
        choices = event.get("choices") or []
        if not isinstance(choices, list):
            raise TypeError(choices)
        choice = choices[0] if choices else {}
        message = choice.get("delta") or ({} if self.said else choice.get("message")) or {}
        content, thoughts = _text_of(message.get("content"))
        said, thought = self._thinking.feed(self._whole(content))
        thought += whole_characters(
            thoughts + str(message.get("reasoning_content") or message.get("reasoning") or "")
        )
        self._pieces_left -= bool(said or thought)
        self._characters_left -= len(said) + len(thought)
        finish = str(choice.get("finish_reason") or "")
        self.said = self.said or bool(said or thought)
        self.ended = self.ended or bool(finish)
        delta = Delta(
            text=said,
            reasoning=thought,
            logprob=_mean_logprob(choice.get("logprobs")),
            finish_reason=finish,
            usage=_usage(event.get("usage")),
            prefill=_progress(event.get("prompt_progress")),
            was_reasoning=self._thinking.take_unopened(),
        )
        return None if delta == Delta() else delta

    def _whole(self, content: str) -> str:
        """Return a piece of text; half a character at its end waits for the other half."""
        text = self._half + content
        self._half = text[-1:] if text[-1:] in _FIRST_HALVES else ""
        return whole_characters(text.removesuffix(self._half))

    def close(self) -> Delta | None:
        """Return the text still held back, None for nothing."""
        said, thought = self._thinking.close()
        self.said = self.said or bool(said or thought)
        return Delta(text=said, reasoning=thought) if said or thought else None


def _text_of(content: object) -> tuple[str, str]:
    """Return the text and the reasoning of a string or of a list of parts."""
    if content is None:
        return "", ""
    if isinstance(content, str):
        return content, ""
    if not isinstance(content, list):
        raise TypeError(content)
    said = thought = ""
    for part in content:
        if isinstance(part, str) or part.get("type") in _PLAIN_PARTS:
            said += part if isinstance(part, str) else str(part.get("text") or "")
        elif part.get("type") in {"thinking", "reasoning"}:
            inner = part.get("thinking") or part.get("reasoning") or part.get("text")
            thought += "".join(_text_of(inner))
    return said, thought


def _mean_logprob(logprobs: object) -> float | None:
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    found = [
        token["logprob"]
        for token in (tokens if isinstance(tokens, list) else [])
        if isinstance(token, dict) and isinstance(token.get("logprob"), int | float)
    ]
    return sum(found) / len(found) if found else None


def _usage(usage: object) -> Usage | None:
    """Return the counts that a server reports; None unless they make sense."""
    if not isinstance(usage, dict):
        return None
    prompt, completion = (_count(usage.get(f"{kind}_tokens")) for kind in ("prompt", "completion"))
    if prompt is None or completion is None:
        return None
    details: Any = usage.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    return Usage(prompt, completion, min(cached or 0, prompt))


def _count(value: object) -> int | None:
    """Return a number of tokens, which some servers write as text or with a fraction."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return int(number) if math.isfinite(number) and 0 <= number <= _MOST_TOKENS else None


def _progress(progress: Mapping[str, object] | None) -> tuple[int, int] | None:
    if not isinstance(progress, dict):
        return None
    done, total = _count(progress.get("processed")), _count(progress.get("total"))
    return None if done is None or total is None else (done, total)
