"""The answers to labelled questions about a corpus: is the asked fact in the text that is shown?

A file has one JSON object a line: ``question``, ``answers`` (texts of which a right answer shows
one), ``documents`` (that hold the answer), ``answerable``, and optionally ``history``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.answering.conversation import turns_of
from rag.domain.answers import Answer, Outcome
from rag.domain.conversation import Question, Turn
from rag.evaluation.json_lines import load_lines
from rag.evaluation.metrics import mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rag.answering.assistant import Assistant


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with the facts that answer it."""

    text: str
    answers: tuple[str, ...]
    documents: tuple[str, ...]
    answerable: bool
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question, its answer, and the text that a user would read."""

    question: LabelledQuestion
    answer: Answer
    shown: str

    @property
    def refused(self) -> bool:
        """Whether no text answers it."""
        return self.answer.outcome in {Outcome.REFUSED, Outcome.FAILED}

    @property
    def right(self) -> bool:
        """Whether an answerable question's fact is in the text shown."""
        found = shows_answer(self.question, self.shown)
        return self.question.answerable and not self.refused and found


@dataclass(frozen=True, slots=True)
class QuestionsReport:
    """The results of a file of questions; shares of all, of answerable or unanswerable ones."""

    results: tuple[QuestionResult, ...]

    @property
    def figures(self) -> dict[str, float]:
        """The figures by the names of ``rag eval questions``."""
        answerable = [r for r in self.results if r.question.answerable]
        unanswerable = [r for r in self.results if not r.question.answerable]
        firsts = [r for r in answerable if r.question.documents]
        return {
            "right": _share(answerable, lambda r: r.right),
            "wrong": _share(answerable, lambda r: not r.right and not r.refused),
            "quoted": _share(self.results, lambda r: r.answer.outcome is Outcome.QUOTED),
            "refused": _share(self.results, lambda r: r.refused),
            "false_refusal": _share(answerable, lambda r: r.refused),
            "refused_unanswerable": _share(unanswerable, lambda r: r.refused),
            "document_first": _share(firsts, _is_document_first),
            "words": mean([len(r.shown.split()) for r in self.results if not r.refused]),
        }


def shows_answer(question: LabelledQuestion, text: str) -> bool:
    """Return whether an answer stands in a text, whatever its case, Markdown and spaces."""
    shown = _plain(text)
    return any(_plain(answer) in shown for answer in question.answers)


def load_questions(path: Path) -> list[LabelledQuestion]:
    """Read a file. Raises CorpusError if it is missing or has an invalid line."""
    return load_lines(path, _question, "questions", "question, answers, documents and answerable")


def _question(record: dict[str, Any]) -> LabelledQuestion:
    return LabelledQuestion(
        str(record["question"]),
        tuple(record["answers"]),
        tuple(record["documents"]),
        bool(record["answerable"]),
        turns_of(record.get("history") or []),
    )


async def evaluate_questions(
    assistant: Assistant,
    questions: Sequence[LabelledQuestion],
    shown: Callable[[Answer], str],
    follow: Callable[[QuestionResult], None] | None = None,
) -> QuestionsReport:
    """Ask each question; ``shown`` words an answer, ``follow`` sees each result at once."""
    results = []
    for question in questions:
        answer = await assistant.answer(Question(question.text, history=question.history))
        results.append(QuestionResult(question, answer, shown(answer)))
        if follow:
            follow(results[-1])
    return QuestionsReport(tuple(results))


def _share(results: Sequence[QuestionResult], holds: Callable[[QuestionResult], bool]) -> float:
    return mean([float(holds(result)) for result in results])


def _is_document_first(result: QuestionResult) -> bool:
    hits = result.answer.hits
    return bool(hits) and any(
        hits[0].passage.document == name or hits[0].passage.document.endswith(f"/{name}")
        for name in result.question.documents
    )


def _plain(text: str) -> str:
    """Compared without case, marks of Markdown and kinds of space."""
    return " ".join(text.casefold().replace("**", "").replace("`", "").replace("’", "'").split())
