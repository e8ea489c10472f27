"""The state of an open chat."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import chainlit as cl

from rag.answering.conversation import counts_as_turn, turn_of
from rag.interfaces.http.page_language import language_in
from rag.presentation.texts import language_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from rag.answering.assistant import Assistant
    from rag.corpus.snapshot import Snapshot
    from rag.domain.answers import Answer
    from rag.domain.conversation import Turn


@dataclass(frozen=True)
class Exchange:
    """A user's message and its answer."""

    question_id: str
    message_id: str
    answer: Answer


@dataclass
class Conversation:
    """The exchanges in order, and the trace that is open in the sidebar."""

    exchanges: list[Exchange] = field(default_factory=list)
    open_trace: str = ""
    open_card: str = ""
    """What else is open: the number of a passage, as "[1]", or DOCUMENTS."""
    shown: int = 0
    """The number of turns on the page."""
    with_actions: set[str] = field(default_factory=set)
    """The messages whose buttons are on the page."""
    offered: str = ""
    """What the pickers show: the corpus' revision, and which models answer."""
    told_lacking: bool = False
    """Whether it was said that a server lacks the wanted model."""
    asked: list[str] = field(default_factory=list)
    """The ids of all questions in order, including stopped ones."""

    def history(self, before: str = "") -> tuple[Turn, ...]:
        """Return the turns available to a follow-up, those earlier than the question ``before``.

        Of a question answered several times only the latest answer counts.
        """
        position = self.asked.index(before) if before in self.asked else len(self.asked)
        latest = dict.fromkeys(self.asked[:position], None)
        latest |= {e.question_id: e.answer for e in self.exchanges if e.question_id in latest}
        return tuple(
            turn_of(answer) for answer in latest.values() if answer and counts_as_turn(answer)
        )

    def exchange(self, message_id: str) -> Exchange | None:
        """Return the exchange with the answer in that message, or None."""
        return next((e for e in self.exchanges if e.message_id == message_id), None)

    def holds(self, erased: Collection[str]) -> bool:
        """Return whether there is text of documents erased since, by the hashes of their bytes."""
        passages = (hit.passage for one in self.exchanges for hit in one.answer.hits)
        return any(passage.text and passage.sha256 in erased for passage in passages)

    def begin(self, question_id: str) -> None:
        """Record a question, whether or not it will be answered."""
        if question_id not in self.asked:
            self.asked.append(question_id)

    def forget_from(self, question_id: str) -> list[str]:
        """Drop an edited question and everything after it; return the ids of the other messages."""
        if question_id not in self.asked:
            return []
        position = self.asked.index(question_id)
        asked = self.asked[position:]
        answers = [e.message_id for e in self.exchanges if e.question_id in asked]
        del self.asked[position:]
        self.exchanges = [e for e in self.exchanges if e.question_id not in asked]
        return [*asked[1:], *answers]

    def until(self, message_id: str) -> list[Answer]:
        """Return the answers up to and including that message; empty if it is unknown."""
        answers: list[Answer] = []
        for exchange in self.exchanges:
            answers.append(exchange.answer)
            if exchange.message_id == message_id:
                return answers
        return []


def conversation() -> Conversation:
    """Return this chat's state, created on first use."""
    kept = cl.user_session.get("conversation")
    if not isinstance(kept, Conversation):
        kept = Conversation()
        cl.user_session.set("conversation", kept)
    return kept


async def current_corpus(assistant: Assistant) -> Snapshot | None:
    """Return the snapshot for this chat, or None before the first refresh."""
    shared, uploads = assistant.knowledge.current, assistant.uploads
    if shared is None or uploads is None:
        return shared
    return await asyncio.to_thread(uploads.with_shared, cl.context.session.thread_id, shared)


def page_language() -> str:
    """Return the browser's language if the catalogue has it, else English."""
    session = cl.context.session
    environ = getattr(session, "environ", None) or {}
    return language_of(language_in(environ.get("HTTP_COOKIE", "")) or session.language)


def large_model_name(assistant: Assistant) -> str:
    """Return the large model's name; empty if there is none."""
    large = assistant.cascade.large
    return large.name if large else ""
