"""Separates a model's reasoning from its answer, if the server does not.

gpt-oss writes in channels (OpenAI's harmony format): ``<|channel|>analysis<|message|>...<|end|>``
and then ``<|channel|>final<|message|>...``; others write ``<think>...</think>``, some without the
opening. End tokens that a server lets through are dropped.
"""

from __future__ import annotations

import regex

_CONTROL = regex.compile(r"<\|(\w+)\|>|<(/?)think>")
_PARTIAL = regex.compile(r"<(?:\|\w{0,30}\|?|/?\w{0,30}>?)\s*$")
"""Perhaps the start of a control token, or an end token if nothing follows."""
_END_TOKENS = frozenset({"</s>", "<eos>", "<end_of_turn>", "<eot>"})
KEPT_REASONING = 8_000
"""Characters of a model's reasoning that are kept and shown: some pages."""


class ReasoningFilter:
    """Splits a stream of text, cut anywhere, into answer and reasoning."""

    def __init__(self) -> None:
        self._held = ""
        self._state = "text"
        self._opened = False
        self._unopened = False

    def take_unopened(self) -> bool:
        """Return, once, whether all earlier text was reasoning that had not been opened."""
        unopened, self._unopened = self._unopened, False
        return unopened

    def feed(self, piece: str) -> tuple[str, str]:
        """Return (answer, reasoning) as far as it can be decided."""
        self._held += piece
        said: list[str] = []
        thought: list[str] = []
        while match := _CONTROL.search(self._held):
            self._sort(self._held[: match.start()], said, thought)
            self._held = self._held[match.end() :]
            if match.group(2) and not self._opened:
                thought, said = [*thought, *said], []
                self._unopened = True
            self._enter(match)
        tail = _PARTIAL.search(self._held)
        ready = self._held[: tail.start()] if tail else self._held
        self._held = self._held[len(ready) :]
        self._sort(ready, said, thought)
        return "".join(said), "".join(thought)

    def close(self) -> tuple[str, str]:
        """Return the text still held back."""
        said: list[str] = []
        thought: list[str] = []
        if self._held.strip() not in _END_TOKENS:
            self._sort(self._held, said, thought)
        self._held = ""
        return "".join(said), "".join(thought)

    def _sort(self, text: str, said: list[str], thought: list[str]) -> None:
        if self._state == "text":
            said.append(text)
        elif self._state == "thought":
            thought.append(text)
        elif self._state.startswith("channel"):
            self._state += text

    def _enter(self, control: regex.Match[str]) -> None:
        name, closing = control.group(1), control.group(2)
        self._opened = True
        if name is None:
            self._state = "text" if closing else "thought"
        elif name == "channel":
            self._state = "channel:"
        elif name == "message":
            channel = self._state.removeprefix("channel:").strip()
            plain = not self._state.startswith("channel") or channel.startswith("final")
            self._state = "text" if plain else "thought"
        elif name == "start":
            self._state = "header"
        else:
            self._state = "between"


def shortened(reasoning: str) -> str:
    """Return what is kept of a model's reasoning."""
    cut = reasoning[:KEPT_REASONING]
    return cut if cut == reasoning else f"{cut} …"
