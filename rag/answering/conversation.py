"""Earlier turns, in the form that later questions use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.domain.answers import Outcome
from rag.domain.conversation import Turn
from rag.domain.requests import SMALL_TALK, Intent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.domain.answers import Answer


def turns_of(messages: Iterable[dict[str, Any]]) -> tuple[Turn, ...]:
    """Convert messages with ``role`` and ``content`` to turns. Raises KeyError and TypeError."""
    turns: list[Turn] = []
    for message in messages:
        if message["role"] == "user":
            turns.append(Turn(str(message["content"]), ""))
        elif message["role"] == "assistant" and turns:
            turns[-1] = Turn(turns[-1].question, str(message["content"]))
    return tuple(turns)


def counts_as_turn(answer: Answer) -> bool:
    """Return whether later questions may refer to an answer."""
    return answer.intent not in SMALL_TALK and answer.outcome is not Outcome.FAILED


def turn_of(answer: Answer) -> Turn:
    """Return an answer in the form that later questions use."""
    return Turn(
        answer.question,
        answer.text,
        answer.intent in {Intent.FOLLOW_UP, Intent.REWORK},
        tuple(a.sent for a in answer.attempts if a.sent and a.generation.text),
        answer.hits,
        answer.sentences,
        answer.intent is Intent.REWORK and not answer.model,
        frozenset(item.number for item in answer.listed),
    )
