"""How fast models are: the same prompt in rounds, each model once in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.evaluation.comparison import bare_prompt, known_of, written
from rag.evaluation.metering import Use, metered
from rag.evaluation.model_figures import ModelFigures, model_figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.domain.completions import Generation
    from rag.models.model import Model


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What is asked, and how often."""

    prompt: str
    rounds: int
    temperature: float = 0.0


async def bench_models(
    models: Sequence[Model],
    plan: BenchPlan,
    prices: Mapping[str, tuple[float, float]],
    progress: Callable[[int, int], None],
) -> list[ModelFigures]:
    """Return the figures of each model; a first round, which loads them, is told apart.

    ``progress`` is told after each answer.
    """
    answers: dict[int, list[Generation]] = {index: [] for index in range(len(models))}
    uses: dict[int, list[Use]] = {index: [] for index in range(len(models))}
    total = len(models) * (plan.rounds + 1)
    for number in range(plan.rounds + 1):
        prompt = bare_prompt(plan.prompt, number)
        for index, model in enumerate(models):
            answer, use = await metered(model, written(model, prompt, plan.temperature))
            answers[index].append(answer)
            uses[index].append(use)
            progress(sum(map(len, answers.values())), total)
    return [
        model_figures(
            model.name,
            answers[index][0],
            answers[index][1:],
            await known_of(model, prices, uses[index][1:]),
        )
        for index, model in enumerate(models)
    ]
