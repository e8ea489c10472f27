"""What one open chat remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.domain import SMALL_TALK, Intent, Outcome, Turn

if TYPE_CHECKING:
    from rag.domain import Answer


@dataclass(frozen=True)
class Exchange:
    """A person's message and the answer that it got."""

    question_id: str
    message_id: str
    answer: Answer


@dataclass
class Conversation:
    """The exchanges in order, and whose trace is open in the sidebar."""

    exchanges: list[Exchange] = field(default_factory=list)
    open_trace: str = ""
    asked: list[str] = field(default_factory=list)
    """The ids of all questions in order, also of those that were stopped."""

    def history(self) -> tuple[Turn, ...]:
        """Earlier turns that a follow-up can lean on."""
        return tuple(
            Turn(
                exchange.answer.question,
                exchange.answer.text,
                exchange.answer.intent is Intent.FOLLOW_UP,
                tuple(a.sent for a in exchange.answer.attempts if a.sent and a.generation.text),
                exchange.answer.hits,
            )
            for exchange in self.exchanges
            if exchange.answer.intent not in SMALL_TALK
            and exchange.answer.outcome is not Outcome.FAILED
        )

    def begin(self, question_id: str) -> None:
        """Note that a question was asked, whether or not it will be answered."""
        self.asked.append(question_id)

    def forget_from(self, question_id: str) -> None:
        """Drop a question and what came after it: it was edited."""
        if question_id in self.asked:
            position = self.asked.index(question_id)
            gone = set(self.asked[position:])
            del self.asked[position:]
            self.exchanges = [e for e in self.exchanges if e.question_id not in gone]

    def until(self, message_id: str) -> list[Answer]:
        """The answers up to that message, itself included; empty when it is unknown."""
        answers: list[Answer] = []
        for exchange in self.exchanges:
            answers.append(exchange.answer)
            if exchange.message_id == message_id:
                return answers
        return []
