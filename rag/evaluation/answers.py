"""The quality of whole answers on a set, beside simpler ways of choosing who answers.

Each question goes the product's way: evidence, small model, check, large model, quotation. Models
may be real, or scripted from what the set knows: a large one that says the sentence with the
answer where it was given the passage, and a small one that does so for most questions and fails in
five ways for the others. Baselines are reckoned on the very same questions and texts.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answering.cascade import Cascade, CascadeResult
from rag.answering.cascade_input import CascadeInput
from rag.answering.escalation import Rules
from rag.answering.quotation import quotation_for
from rag.domain.answers import Outcome
from rag.domain.conversation import Question
from rag.domain.requests import Mode
from rag.domain.search import EvidenceLevel
from rag.evaluation.baselines import (
    EvaluatedQuestion,
    Figures,
    baselines_of,
    escalation_curve,
    figures_of,
    routed_by_product,
)
from rag.evaluation.parts import evaluate_gate, evaluate_support
from rag.evaluation.retrieval import index_of
from rag.evaluation.scripted_models import RIGHT, ScriptedBackend, scripted
from rag.models.model import Model
from rag.retrieval.evidence import weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rag.domain.completions import ModelRole
    from rag.domain.protocols import ChatBackend, Clock
    from rag.evaluation.beir import Asked, EvaluationSet
    from rag.evaluation.retrieval import SetIndex


@dataclass
class AnswersReport:
    """Ours, the baselines, and what the parts do."""

    name: str
    ours: Figures
    baselines: dict[str, Figures]
    models: dict[str, str]
    curve: dict[str, dict[str, float]]
    """Share escalated -> how many are correct: ours, random, perfect."""
    support: dict[str, dict[str, float]]
    """How sentences made true or false are judged: count, share judged right."""
    check_ms: float
    gate: dict[str, float]
    """AUROC of the evidence's strength: answerable questions against others."""
    gate_curve: dict[str, dict[str, float]]
    """Strength below which is refused -> shares refused: answerable, unanswerable, held out."""


def evaluate_answers(  # noqa: PLR0913 - one argument a part
    testset: EvaluationSet,
    clock: Clock,
    *,
    small: ChatBackend | None = None,
    large: ChatBackend | None = None,
    limit: int = 0,
    right: float = RIGHT,
    seed: int = 0,
) -> AnswersReport:
    """Ask a set's questions; without models, scripted ones answer. Blocks."""
    return asyncio.run(_evaluate(testset, clock, small, large, limit, right, seed))


async def _evaluate(  # noqa: PLR0913 - as above
    testset: EvaluationSet,
    clock: Clock,
    small: ChatBackend | None,
    large: ChatBackend | None,
    limit: int,
    right: float,
    seed: int,
) -> AnswersReport:
    index = await asyncio.to_thread(index_of, testset)
    rng = random.Random(seed)  # noqa: S311 - no secret
    questions = [q for q in testset.questions if not q.answerable or (q.answers and q.relevant)]
    if limit and limit < len(questions):
        questions = rng.sample(questions, limit)
    scripts = scripted(testset, questions, right, rng)
    known = frozenset(scripts[1].values())
    models: dict[ModelRole, ChatBackend] = {
        "small": small or ScriptedBackend("scripted small", scripts[0], known),
        "large": large or ScriptedBackend("scripted oracle", scripts[1], known),
    }

    def count(text: str, _: str) -> int:
        return len(text.split())

    cases = [await _ask(question, index, models, clock, count) for question in questions]
    gate, gate_curve = await asyncio.to_thread(evaluate_gate, testset, index, cases)
    support, check_ms = await asyncio.to_thread(evaluate_support, testset, index, cases, clock, rng)
    ours = figures_of(cases, [routed_by_product(case) for case in cases])
    return AnswersReport(
        testset.name,
        ours,
        baselines_of(cases, ours.escalated, rng),
        {role: model.model for role, model in models.items()},
        escalation_curve(cases, rng),
        support,
        check_ms,
        gate,
        gate_curve,
    )


async def _ask(
    asked: Asked,
    index: SetIndex,
    backends: Mapping[ModelRole, ChatBackend],
    clock: Clock,
    count: Callable[[str, str], int],
) -> EvaluatedQuestion:
    query, hits = await asyncio.to_thread(index.hits, asked)
    evidence = weigh(query, hits, index.retriever.idf_of)
    models = {role: Model(role, backend, clock, count) for role, backend in backends.items()}
    cascade = Cascade(models["small"], models["large"], Rules(), clock)
    found = CascadeInput(
        Question(asked.text),
        (),
        query,
        tuple(hits),
        evidence,
        index.retriever.idf_of,
        next(iter(index.languages)),
    )
    result, alone = CascadeResult(), {}
    for mode in (Mode.SMALL, Mode.LARGE):
        own = CascadeResult()
        async for _ in cascade.run(replace(found, question=Question(asked.text, mode=mode)), own):
            pass
        alone[mode] = own.attempts[0]
    if evidence.level is EvidenceLevel.NONE:
        result = CascadeResult(Outcome.REFUSED)
    else:
        async for _ in cascade.run(found, result):
            pass
    made = quotation_for([(asked.text, query, hits)], hits, index.retriever.idf_of)
    return EvaluatedQuestion(
        asked,
        query,
        hits,
        evidence,
        result,
        alone[Mode.SMALL],
        alone[Mode.LARGE],
        made.text if made else "",
    )
