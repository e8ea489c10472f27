"""The small and the large model on the same prompt, by turns, and what was measured of each."""

from __future__ import annotations

import asyncio
import difflib
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.domain.answers import Support
from rag.domain.completions import Generation, Message
from rag.domain.conversation import Question
from rag.domain.requests import Mode
from rag.evaluation.metering import Use, median_use, metered
from rag.evaluation.model_figures import Known, ModelFigures, model_figures
from rag.evaluation.rubric import Rubric, graded
from rag.models.server_process import server_process, told_memory_mb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.answering.assistant import Assistant
    from rag.domain.answers import Attempt
    from rag.domain.completions import ModelRole
    from rag.models.model import Model

_MODES: dict[ModelRole, Mode] = {"small": Mode.SMALL, "large": Mode.LARGE}


@dataclass(frozen=True, slots=True)
class Sentences:
    """How many sentences of a text the passages support."""

    full: int
    partial: int
    none: int


@dataclass(frozen=True, slots=True)
class Side:
    """One model's part of a comparison."""

    role: ModelRole
    figures: ModelFigures
    text: str
    """Of its last answer that went well; empty where none did."""
    support: Sentences | None
    """Of that text; None where it was written without passages."""
    rubric: Rubric | None
    """The grades of that text; None where there is none."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models on one prompt."""

    prompt: str
    passages: int
    """How many both were given; 0: the prompt alone."""
    small: Side | None
    large: Side | None
    """None where it is not connected."""
    alike: float | None
    """The share of words that both texts have in the same order (Ratcliff and Metzener, 1988)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How often is asked."""

    rounds: int = 3
    """Warm answers of each model; one more before them is told apart."""
    retries: int = 0
    """How often an answer that failed is asked for again."""
    bare: bool = False
    """Without passages."""


class Comparing:
    """A comparison while it runs."""

    def __init__(self, assistant: Assistant, prompt: str, plan: Plan) -> None:
        self._assistant = assistant
        self._prompt = prompt
        self._plan = plan
        self._bare = plan.bare
        self._attempts: dict[ModelRole, list[Attempt | Generation]] = {}
        self._uses: dict[ModelRole, list[Use]] = {}
        self.passages = 0

    async def run(self, prices: Mapping[str, tuple[float, float]]) -> Comparison:
        """Ask both models by turns, so that whatever disturbs the machine disturbs both."""
        if self._assistant.finder:
            await self._assistant.finder.refresh(wait=True)
        cascade = self._assistant.cascade
        models = {model.role: model for model in (cascade.small, cascade.large) if model}
        for number in range(self._plan.rounds + 1):
            for model in models.values():
                attempt, use = await metered(model, self._one(model, number))
                self._attempts.setdefault(model.role, []).append(attempt)
                self._uses.setdefault(model.role, []).append(use)
        sides = {role: await self._side(model, prices) for role, model in models.items()}
        small, large = sides.get("small"), sides.get("large")
        texts = [side.text for side in (small, large) if side and side.text]
        alike = _alike(*texts) if len(texts) == len(_MODES) else None
        return Comparison(self._prompt, self.passages, small, large, alike)

    async def _one(self, model: Model, number: int) -> Attempt | Generation:
        for _ in range(self._plan.retries + 1):
            attempt = await self._asked(model, number)
            if not _generation(attempt).error:
                break
        return attempt

    async def _asked(self, model: Model, number: int) -> Attempt | Generation:
        if not self._bare:
            question = Question(self._prompt, mode=_MODES[model.role], whole_draft=True)
            answer = await self._assistant.answer(question)
            if answer.attempts:
                self.passages = sum(hit.used for hit in answer.hits)
                return answer.attempts[0]
            self._bare = True  # nothing in the documents has to do with it
        return await written(model, bare_prompt(self._prompt, number))

    async def _side(self, model: Model, prices: Mapping[str, tuple[float, float]]) -> Side:
        cold, *warm = self._attempts[model.role]
        figures = model_figures(
            model.name,
            _generation(cold),
            [_generation(one) for one in warm],
            await known_of(model, prices, self._uses[model.role][1:]),
        )
        good = [one for one in (cold, *warm) if not _generation(one).error]
        last = good[-1] if good else None
        support = None if last is None or isinstance(last, Generation) else _support(last)
        text = _generation(last).text if last else ""
        counted = (support.full, support.partial, support.none) if support else None
        rubric = graded(text, counted) if text else None
        return Side(model.role, figures, text, support, rubric)


def bare_prompt(text: str, number: int) -> list[Message]:
    """Return a prompt without passages for a round.

    Its number comes first, so that no server can use what it read in an earlier round.
    """
    return [Message("system", f"{number}. You are a helpful assistant."), Message("user", text)]


async def known_of(
    model: Model, prices: Mapping[str, tuple[float, float]], uses: Sequence[Use]
) -> Known:
    """Return what is known of a model beside its answers; ``uses``: what warm answers took."""
    address = model.backend.base_url
    process = await server_process(address)
    memory = await asyncio.to_thread(lambda: process.memory_mb) if process else None
    if memory is None:
        memory = await told_memory_mb(address, model.name)
    price, window = prices.get(model.name), model.backend.stated_window
    return Known(price, window, memory, median_use(uses))


async def written(model: Model, prompt: Sequence[Message], temperature: float = 0.0) -> Generation:
    """Return what a model writes, all of it."""
    async with aclosing(model.write(prompt, temperature)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Generation):
                return piece if piece.text or piece.error else replace(piece, error=_EMPTY)
    raise AssertionError("the last piece is always a Generation")


_EMPTY = "It wrote nothing."


def _generation(attempt: Attempt | Generation) -> Generation:
    return attempt if isinstance(attempt, Generation) else attempt.generation


def _support(attempt: Attempt) -> Sentences:
    found = [sentence.support for sentence in attempt.sentences]
    return Sentences(*(found.count(one) for one in (Support.FULL, Support.PARTIAL, Support.NONE)))


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
