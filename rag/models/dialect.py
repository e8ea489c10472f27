"""What a server takes of OpenAI's interface; learnt from its refusals."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.domain.completions import Message

_DATA = tomllib.loads((Path(__file__).parent / "dialects.toml").read_text("utf-8"))
_PARTS: dict[str, list[str]] = _DATA["parts"]
_SAYS: list[str] = _DATA["window"]["says"]
_UNKNOWN: list[str] = _DATA["unknown_model"]["says"]
_SIZES = [regex.compile(pattern) for pattern in _DATA["window"]["sizes"]]
_REFUSALS = frozenset({400, 404, 422})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, before it is put in a server's dialect."""

    model: str
    messages: Sequence[Message]
    max_tokens: int
    temperature: float
    extra_body: Mapping[str, object]


class Dialect:
    """The parts of a request that a server has refused so far."""

    def __init__(self) -> None:
        self._refused: set[str] = set()

    def body(self, asked: Asked) -> dict[str, Any]:
        """Return the request as this server takes it."""
        body: dict[str, Any] = {
            "model": asked.model,
            "messages": self._messages(asked.messages),
            "max_tokens": asked.max_tokens,
            "temperature": asked.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            "extra_body": dict(asked.extra_body),
        }
        if "max_tokens" in self._refused:
            body["max_completion_tokens"] = body["max_tokens"]
        for part in self._refused:
            body.pop(part, None)
            body["extra_body"].pop(part, None)
        return body

    @property
    def takes_system_role(self) -> bool:
        """Whether no request was refused for its system message."""
        return "system" not in self._refused

    def learn(self, status: int, refusal: str) -> bool:
        """Return whether a refusal names a part that can be left out from now on."""
        if status not in _REFUSALS:
            return False
        text = refusal.casefold()
        named = {part for part, names in _PARTS.items() if any(name in text for name in names)}
        new = named - self._refused
        self._refused |= named
        return bool(new)

    def _messages(self, messages: Sequence[Message]) -> list[dict[str, str]]:
        written = [{"role": m.role, "content": m.content} for m in messages]
        if "system" in self._refused and len(written) > 1 and written[0]["role"] == "system":
            system, first, *rest = written
            content = f"{system['content']}\n\n{first['content']}"
            written = [{"role": first["role"], "content": content}, *rest]
        return written


def is_too_long(status: int, refusal: str) -> bool:
    """Return whether a server refuses a prompt because it does not fit the model's window."""
    text = refusal.casefold()
    return status in {400, 413, 422, 500} and any(piece in text for piece in _SAYS)


def is_unknown_model(status: int, refusal: str) -> bool:
    """Return whether a server refuses a request because it has no model of that name."""
    text = refusal.casefold()
    return status in _REFUSALS and "model" in text and any(piece in text for piece in _UNKNOWN)


def window_in(refusal: str) -> int | None:
    """Return the window, in tokens, that a refusal states."""
    text = refusal.casefold()
    found = (pattern.search(text) for pattern in _SIZES)
    return next((int(match.group(1)) for match in found if match), None)
