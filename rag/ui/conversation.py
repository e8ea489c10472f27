"""What one open chat remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.domain import SMALL_TALK, Intent, Outcome, Turn

if TYPE_CHECKING:
    from collections.abc import Collection

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
    shown: int = 0
    """How many turns the page holds."""
    with_actions: set[str] = field(default_factory=set)
    """The messages whose buttons the page has."""
    offered: str = ""
    """The revision of the corpus whose folders and documents are offered."""
    asked: list[str] = field(default_factory=list)
    """The ids of all questions in order, also of those that were stopped."""

    def history(self, before: str = "") -> tuple[Turn, ...]:
        """Earlier turns that a follow-up can lean on, those ``before`` a question's id.

        Of a question that was answered several times the latest answer counts.
        """
        position = self.asked.index(before) if before in self.asked else len(self.asked)
        latest = dict.fromkeys(self.asked[:position], None)
        latest |= {e.question_id: e.answer for e in self.exchanges if e.question_id in latest}
        return tuple(turn_of(answer) for answer in latest.values() if answer and _counts(answer))

    def exchange(self, message_id: str) -> Exchange | None:
        """The exchange whose answer is in that message."""
        return next((e for e in self.exchanges if e.message_id == message_id), None)

    def holds(self, erased: Collection[str]) -> bool:
        """Is there text of documents that were erased since? By the hashes of their bytes."""
        passages = (hit.passage for one in self.exchanges for hit in one.answer.hits)
        return any(passage.text and passage.sha256 in erased for passage in passages)

    def begin(self, question_id: str) -> None:
        """Note that a question was asked, whether or not it will be answered."""
        if question_id not in self.asked:
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


def _counts(answer: Answer) -> bool:
    return answer.intent not in SMALL_TALK and answer.outcome is not Outcome.FAILED


def turn_of(answer: Answer) -> Turn:
    """What later turns see of an answer."""
    return Turn(
        answer.question,
        answer.text,
        answer.intent in {Intent.FOLLOW_UP, Intent.REWORK},
        tuple(a.sent for a in answer.attempts if a.sent and a.generation.text),
        answer.hits,
        answer.sentences,
        answer.intent is Intent.REWORK and not answer.model,
    )
