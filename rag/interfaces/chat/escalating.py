"""What a person sees while a model is waited for: seconds that pass, and the draft dimmed."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING, cast

import chainlit as cl

from rag.domain.answers import Reason, ReasonCode
from rag.interfaces.chat.data_layer import RUNNING
from rag.presentation.markdown import escape
from rag.presentation.marks import live_markdown
from rag.presentation.texts import say
from rag.presentation.wording import reason_text

if TYPE_CHECKING:
    from chainlit.step import StepDict

    from rag.domain.events import Escalated


class Seconds:
    """Says every second how long a model has been at work, in its step's name."""

    def __init__(self) -> None:
        self._ticking: asyncio.Task[None] | None = None

    def start(self, step: cl.Step, since: float = 0) -> None:
        """Count for a step, and no longer for the one before; ``since`` so many seconds."""
        self.stop()
        self._ticking = asyncio.create_task(self._count(step, since))

    def stop(self) -> None:
        """Count no longer."""
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    async def _count(self, step: cl.Step, since: float) -> None:
        for seconds in count(int(since) + 1):
            await asyncio.sleep(1)
            shown = {**step.to_dict(), "name": f"{step.name} · {seconds} s"}
            await cl.context.emitter.update_step(cast("StepDict", shown))


class DimmedDraft:
    """A draft that did not stand: it stays where it was until another text replaces it."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._message: cl.Message | None = None

    async def keep(self, message: cl.Message, event: Escalated) -> None:
        """Dim a message, and say above it who takes over and why."""
        self._message = message
        reasons = event.attempt.confidence.reasons or (Reason(ReasonCode.ALWAYS),)
        reason = escape(reason_text(reasons[0], self._language))
        said = say("takes_over", self._language, model=escape(event.to), reason=reason)
        text = live_markdown(event.attempt.generation.text, 0, (), self._language)
        message.content = f"*{said}*\n\n{text}"
        await cl.context.emitter.update_step(message.to_dict())

    async def fold(self) -> None:
        """Take the draft away; its step keeps it."""
        if self._message is not None:
            message, self._message = self._message, None
            RUNNING.discard(message.id)
            await message.remove()
