"""One module for each kind of request, and the table that maps intents to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.routes.brief import write_brief
from rag.answering.routes.document import read_document
from rag.answering.routes.listing import list_documents_of
from rag.answering.routes.question import answer_question
from rag.answering.routes.rework import rework_answer
from rag.answering.routes.small_talk import reply
from rag.domain.requests import Intent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from rag.answering.context import RequestContext
    from rag.domain.events import Event

ROUTES: Mapping[Intent, Callable[[RequestContext], AsyncGenerator[Event, None]]] = {
    Intent.QUESTION: answer_question,
    Intent.FOLLOW_UP: answer_question,
    Intent.REWORK: rework_answer,
    Intent.DOCUMENT: read_document,
    Intent.BRIEF: write_brief,
    Intent.CORPUS: list_documents_of,
    Intent.GREETING: reply,
    Intent.THANKS: reply,
    Intent.HELP: reply,
}
"""Each handler yields events; the last one is Answered."""
