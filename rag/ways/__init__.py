"""What is done about each kind of request: one module a kind, and its line in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain import Intent
from rag.ways.corpus import list_documents_of
from rag.ways.document import read_document
from rag.ways.question import answer_question
from rag.ways.rework import rework_answer
from rag.ways.small_talk import reply

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from rag.events import Event
    from rag.ways.case import Case

WAYS: Mapping[Intent, Callable[[Case], AsyncGenerator[Event, None]]] = {
    Intent.QUESTION: answer_question,
    Intent.FOLLOW_UP: answer_question,
    Intent.REWORK: rework_answer,
    Intent.DOCUMENT: read_document,
    Intent.CORPUS: list_documents_of,
    Intent.GREETING: reply,
    Intent.THANKS: reply,
    Intent.HELP: reply,
}
"""Each yields what happens; the last event is Answered."""
