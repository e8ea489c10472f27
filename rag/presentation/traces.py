"""Answers as JSON, a line each: their steps with times and tokens, or a sample for Ragas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rag.domain.answers import Support
from rag.presentation.message import answer_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.domain.answers import Answer, Attempt
    from rag.presentation.export import AnsweredQuestion


def conversation_trace(_: str, questions: Sequence[AnsweredQuestion], __: str = "en") -> str:
    """Return the steps of a conversation's answers: step, model, milliseconds, tokens."""
    steps = (
        {"question": number, "asked_at": question.asked_at, **step}
        for number, question in enumerate(questions, start=1)
        for step in _steps(question.answer)
    )
    return _lines(steps)


def conversation_samples(_: str, questions: Sequence[AnsweredQuestion], __: str = "en") -> str:
    """Return a conversation's answers as samples of Ragas' datasets."""
    return _lines(ragas_sample(question.answer) for question in questions)


def ragas_sample(answer: Answer, reference: str = "") -> dict[str, Any]:
    """Return an answer as Ragas' ``SingleTurnSample`` has it (docs.ragas.io, Evaluation Sample)."""
    sample = {
        "user_input": answer.question,
        "retrieved_contexts": [hit.passage.text for hit in answer.hits if hit.used],
        "response": answer_text(answer),
    }
    return {**sample, "reference": reference} if reference else sample


def _steps(answer: Answer) -> Iterator[dict[str, Any]]:
    timings = answer.timings
    yield {"step": "retrieve", "ms": _ms(timings.retrieve_ms), "passages": len(answer.hits)}
    for attempt in answer.attempts:
        yield _attempt(attempt)
        yield {"step": "check", "ms": _ms(attempt.verify_ms), "support": _support(attempt)}
    yield {
        "step": "answer",
        "outcome": answer.outcome.value,
        "model": answer.model,
        "escalated": answer.escalated,
        "ms": _ms(timings.total_ms),
        "cost": answer.cost,
        "reasons": [reason.code.value for reason in answer.reasons],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    generation = attempt.generation
    timings, usage = generation.timings, generation.usage
    first = timings.first_token_ms
    return {
        "step": "write",
        "role": attempt.role,
        "model": generation.model,
        "ms": _ms(timings.total_ms),
        "queue_ms": _ms(timings.queue_ms),
        "first_token_ms": None if first is None else _ms(first),
        "prompt_tokens": usage.prompt_tokens,
        "cached_tokens": usage.cached_tokens,
        "completion_tokens": usage.completion_tokens,
        "estimated": usage.estimated,
        "finish_reason": generation.finish_reason,
        "error": generation.error,
    }


def _support(attempt: Attempt) -> dict[str, int]:
    found = [sentence.support for sentence in attempt.sentences]
    return {support.value: found.count(support) for support in Support}


def _ms(value: float) -> float:
    return round(value, 1)


def _lines(documents: Iterator[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(document, ensure_ascii=False)}\n" for document in documents)
