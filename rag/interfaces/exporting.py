"""A kept conversation as a document, for the chat and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain.answers import Answer
from rag.domain.codec import from_plain
from rag.domain.errors import QuestionError
from rag.presentation.export import AnsweredQuestion, conversation_markdown, conversation_page
from rag.presentation.traces import conversation_samples, conversation_trace

if TYPE_CHECKING:
    from rag.history.conversations import History

FORMATS = {
    "md": conversation_markdown,
    "html": conversation_page,
    "jsonl": conversation_trace,
    "ragas": conversation_samples,
}
"""By the ending of a file's name."""
MEDIA_TYPES = {
    "md": "text/markdown",
    "html": "text/html",
    "jsonl": "application/jsonl",
    "ragas": "application/jsonl",
}


def exported(history: History, thread_id: str, form: str, language: str = "en") -> str:
    """Return a conversation in one of FORMATS; blocks.

    Raises QuestionError if there is none with that id, or nothing was answered in it.
    """
    thread = history.thread(thread_id)
    answers = history.answers(thread_id) if thread else []
    if thread is None or not answers:
        raise QuestionError(
            f"There is no conversation {thread_id} with an answer.",
            "rag export lists those that there are.",
        )
    asked = {step["id"]: str(step.get("createdAt") or "") for step in thread["steps"]}
    questions = [
        AnsweredQuestion(asked.get(question_id, ""), from_plain(Answer, record))
        for _, question_id, record in answers
    ]
    title = str(thread.get("name") or questions[0].answer.question)
    return FORMATS[form](title, questions, language)
