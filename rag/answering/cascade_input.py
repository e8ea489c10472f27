"""A question with what was found for it, and what a text of a model is judged against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.domain.requests import A_QUESTION, QUESTIONS, Request
from rag.retrieval.evidence import words_of
from rag.text.answer_type import answer_type_of
from rag.text.prompt_injection import without_orders
from rag.verification.confidence import Asked
from rag.verification.support import Grounding

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.domain.conversation import Question, Turn
    from rag.domain.documents import Passage
    from rag.domain.search import Evidence, Hit, PartFound, Query


@dataclass(frozen=True, slots=True)
class CascadeInput:
    """A question with what was found for it."""

    question: Question
    history: tuple[Turn, ...]
    """The turns that belong to it, oldest first."""
    query: Query
    hits: tuple[Hit, ...]
    evidence: Evidence | None
    """None where nothing was looked for."""
    idf_of: Callable[[str], float]
    language: str = "en"
    """To answer in."""
    request: Request = A_QUESTION
    worked_on: Turn | None = None
    """Whose answer the request wants changed."""
    parts: tuple[PartFound, ...] = ()
    """Those of a question with several parts that the passages can answer."""
    asked: float | None = None
    """When the question came, by the clock."""


def asked_of(found: CascadeInput) -> Asked:
    """Return what a text is judged against; only of an answer to a question length tells much."""
    if found.request.intent not in QUESTIONS:
        return Asked(found.evidence)
    text = found.question.text
    own = frozenset(term.term for term in found.query.terms if term.weight >= 1)
    return Asked(found.evidence, answer_type_of(text), own)


def grounding_of(found: CascadeInput) -> Grounding:
    """Return the check of sentences against the passages found."""
    is_question = found.request.intent in QUESTIONS
    return Grounding(
        [(hit.number, _as_sent(hit.passage)) for hit in found.hits],
        found.idf_of,
        found.language,
        words_of(found.query, found.idf_of, floor_share=0) if is_question else (),
        translated=found.worked_on.sentences if found.worked_on else (),
    )


def _as_sent(passage: Passage) -> Passage:
    """Return a passage without the orders in it, which no answer may rest on."""
    text = without_orders(passage.text, in_place=True)
    return passage if text == passage.text else replace(passage, text=text)
