"""Has one model write an answer, with a prompt that fits its window."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.streaming import begun_within, checked_live
from rag.domain.answers import Reason, ReasonCode
from rag.domain.completions import Generation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from rag.answering.prompt import Prompt
    from rag.domain.completions import Profile
    from rag.domain.events import Event
    from rag.models.model import Model
    from rag.verification.support import Grounding

TRIES = 3
"""A prompt is shortened to the window that the server states, or to half as often as needed."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model is to write; ``wait_s`` limits the wait for its first word, 0 does not."""

    temperature: float
    is_over: Callable[[], bool]
    wait_s: float
    who: str = ""
    """The conversation that asks."""


class Writing:
    """A model's turn: the prompt that was sent and what came of it, filled while it runs."""

    def __init__(self, model: Model, prompt_for: Callable[[Profile], Prompt]) -> None:
        self._model = model
        self._prompt_for = prompt_for
        self.prompt: Prompt
        self.generation = Generation(model.name, "", "error")

    async def run(self, grounding: Grounding, manner: Manner) -> AsyncGenerator[Event, None]:
        """Yield what happens; a prompt that the server finds too long is shortened."""
        for _ in range(TRIES):
            self.prompt = await analysed(self._prompt_for, self._model.profile)
            if self.prompt.problem:
                problem = self.prompt.problem
                self.generation = Generation(self._model.name, "", "error", error=problem)
                return
            async with aclosing(self._written(grounding, manner)) as events:
                async for event in events:
                    yield event
            if not self.generation.too_long:
                return

    async def _written(self, grounding: Grounding, manner: Manner) -> AsyncGenerator[Event, None]:
        asked = (manner.temperature, manner.is_over, manner.who)
        pieces = self._model.write(self.prompt.messages, *asked)
        if manner.wait_s:
            pieces = begun_within(manner.wait_s, pieces, self._model.name)
        async with aclosing(checked_live(self._model.role, pieces, grounding)) as checked:
            async for piece in checked:
                if isinstance(piece, Generation):
                    self.generation = piece
                else:
                    yield piece

    async def left_out(self, passages: int) -> tuple[Reason, ...]:
        """Return that passages were left out for the server's window, if any were."""
        used, wished = len(self.prompt.used), self._model.backend.profile
        if self._model.profile == wished or used >= passages:
            return ()
        if len((await analysed(self._prompt_for, wished)).used) <= used:
            return ()
        return (Reason(ReasonCode.WINDOW, part=used, whole=passages),)
