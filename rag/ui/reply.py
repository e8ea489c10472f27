"""The events of one request -> steps, a streamed message, chips and the line under it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.data import get_data_layer
from chainlit.utils import utc_now

from rag.domain import Answer, Outcome
from rag.events import Answered, Asking, Escalated, Event, Prefill, Retrieved, Token
from rag.present.message import (
    answer_markdown,
    attempt_line,
    doubts_markdown,
    milliseconds,
    retrieved_line,
    retrieved_markdown,
    shown_hits,
    summary_line,
    tame,
)
from rag.present.texts import say
from rag.present.trace import passage_props, trace_props
from rag.ui.data_layer import PARTIAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    StepKind = Literal["retrieval", "llm", "tool"]

    from rag.domain import Attempt

FLUSH_S = 0.05
KEEP_S = 1.0
FLUSH_S_PER_THOUSAND_CHARACTERS = 0.02
"""The browser reads the whole message again at every piece: with 50-100 ms between pieces a
300-word answer costs 2 s of its time instead of 7."""
_CHAINLITS_OWN_NOTE = "Task manually stopped."
_ICONS = {"retrieval": "search", "llm": "pen-line", "tool": "list-checks"}
"""Without one, Chainlit asks for an avatar named like the step."""


class Reply:
    """Shows one request in the chat as it happens."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self._message: cl.Message | None = None
        self._pieces: list[str] = []
        self._flushed = self._kept = 0.0
        self._step: cl.Step | None = None
        self._attempt: Attempt | None = None

    @property
    def message_id(self) -> str:
        """The id of the message that holds the answer; empty before there is one."""
        return str(self._message.id) if self._message else ""

    async def take(self, event: Event) -> None:
        """Show an event."""
        if isinstance(event, Token):
            await self._write(event.text)
        elif isinstance(event, Retrieved):
            await _finished_step(retrieved_line(event), "retrieval", retrieved_markdown(event.hits))
        elif isinstance(event, Asking):
            self._step = await _started_step(say("writing", model=event.model))
        elif isinstance(event, Prefill):
            await self._reading(event)
        elif isinstance(event, Escalated):
            await self._escalate(event.attempt)
        elif isinstance(event, Answered):
            await self._finish(event.answer)

    async def _write(self, text: str) -> None:
        """Send pieces by time; the first one goes at once."""
        self._pieces.append(text)
        shown = len(self._message.content) if self._message else 0
        pause = FLUSH_S + FLUSH_S_PER_THOUSAND_CHARACTERS * shown / 1_000
        if self._message is None or time.monotonic() - self._flushed >= pause:
            await self._flush()

    async def _flush(self) -> None:
        shown = self._message.content if self._message else ""
        text = tame("".join(self._pieces), in_code=shown.count("`") % 2 == 1)
        self._pieces.clear()
        if not text:
            return
        if self._message is not None:
            await self._message.stream_token(text)
            if time.monotonic() - self._kept >= KEEP_S:
                await self._keep(self._message)
        else:
            # Made now, not before: the page sorts by this moment, and the steps stand above. Sent
            # before it streams: a message that only streams has no date.
            self._message = cl.Message(content=text, metadata={PARTIAL: True})
            await self._message.send()
            self._kept = time.monotonic()
        self._flushed = time.monotonic()

    async def _keep(self, message: cl.Message) -> None:
        """Write down what is there so far: an app that is killed loses a second at most."""
        self._kept = time.monotonic()
        if layer := get_data_layer():
            await layer.update_step(message.to_dict())

    async def _reading(self, event: Prefill) -> None:
        if self._step is not None and event.done < event.total and self._message is None:
            self._step.name = say("reading", done=event.done, total=event.total)
            await self._step.update()

    async def _escalate(self, attempt: Attempt) -> None:
        """Move the draft into its own step, above the message that will replace it."""
        self._pieces.clear()
        if self._message is not None:
            await self._message.remove()
            self._message = None
        if self._step is not None:
            self._step.output = tame(attempt.generation.text) or "–"
            await _finish_step(self._step, attempt_line(attempt, draft=attempt.rung == "small"))
        await _finished_step(_checked_line(attempt), "tool", doubts_markdown(attempt))
        self._step = None

    async def _finish(self, answer: Answer) -> None:
        self.answer = answer
        self._pieces.clear()
        if self._step is not None and answer.attempts:
            attempt = answer.attempts[-1]
            await _finish_step(self._step, attempt_line(attempt, draft=False))
            await _finished_step(
                _checked_line(attempt), "tool", _support_markdown(attempt), self._step.id
            )
        message = self._message or cl.Message(content="")
        message.metadata = {}
        message.content = answer_markdown(answer)
        message.elements = [  # "side": a chip opens it
            cl.CustomElement(
                name=f"[{hit.number}]", display="side", props=passage_props(hit, answer.query)
            )
            for hit in shown_hits(answer)
        ]
        message.actions = actions_of(answer)
        message.is_error = answer.outcome is Outcome.FAILED
        await (message.update() if self._message else message.send())
        self._message = message

    async def stop(self) -> None:
        """Keep what was written so far, and mark it: it was not checked."""
        await self._flush()
        if self._step is not None:
            await _finish_step(self._step, say("stopped_step"))
        for message in cl.chat_context.get():
            if message.content == _CHAINLITS_OWN_NOTE:
                await message.remove()
        if self._message is None:
            await cl.Message(content=f"*{say('stopped_early')}*").send()
        elif self.answer is None:
            self._message.metadata = {}
            self._message.content = f"{self._message.content}\n\n*{say('stopped')}*"
            await self._message.update()

    async def fail(self, text: str) -> None:
        """Keep what was written so far, and say in a sentence what went wrong."""
        await self._flush()
        if self._step is not None:
            await _finish_step(self._step, say("failed_step"))
        await cl.ErrorMessage(content=text).send()


def actions_of(answer: Answer) -> list[cl.Action]:
    """The buttons under an answer."""
    actions = []
    if answer.outcome is Outcome.REFUSED and not answer.attempts:
        actions.append(
            cl.Action(
                name="ask_anyway",
                payload={"question": answer.question, "mode": answer.mode},
                label=say("ask_anyway", answer.language),
                tooltip=say("ask_anyway_tip", answer.language),
            )
        )
    if answer.hits or answer.attempts or answer.outcome is Outcome.REFUSED:
        actions.append(
            cl.Action(
                name="trace", payload={}, label=summary_line(answer), tooltip=say("trace_tip")
            )
        )
    return actions


def _checked_line(attempt: Attempt) -> str:
    count = len(attempt.sentences)
    key = "checked_one" if count == 1 else "checked"
    return say(key, count=count, ms=milliseconds(attempt.verify_ms))


def _support_markdown(attempt: Attempt) -> str:
    full = sum(sentence.support == "full" for sentence in attempt.sentences)
    return say("supported", full=full, count=len(attempt.sentences))


def _run_id() -> str | None:
    """The run that messages belong to; a step beside it lands below the answer."""
    step = cl.context.current_step
    return str(step.id) if step else None


async def _started_step(name: str) -> cl.Step:
    step = cl.Step(name=name, type="llm", show_input=False, icon=_ICONS["llm"], parent_id=_run_id())
    step.start = utc_now()
    await step.send()
    return step


async def _finish_step(step: cl.Step, name: str) -> None:
    step.name = name
    step.end = utc_now()
    await step.update()


async def _finished_step(
    name: str, kind: StepKind, output: str, parent_id: str | None = None
) -> None:
    step = cl.Step(
        name=name,
        type=kind,
        show_input=False,
        icon=_ICONS[kind],
        parent_id=parent_id or _run_id(),
    )
    step.start = step.end = utc_now()
    step.output = output
    await step.send()


async def show_trace(answers: Sequence[Answer], message_id: str) -> None:
    """Open the sidebar with the trace of the last of ``answers``."""
    card = cl.CustomElement(
        name="TraceCard",
        display="inline",
        props={"id": message_id, **trace_props(answers[-1], answers)},
    )
    await show_sidebar(say("trace"), [card])


async def show_sidebar(title: str, elements: Sequence[cl.CustomElement]) -> None:
    """Put elements into the sidebar and open it; without elements, close it.

    Not through ``ElementSidebar``: that registers the elements in the chat, where any change of
    them closes the sidebar again. The title has to come last, or it is empty.
    """
    emitter = cl.context.emitter
    await emitter.emit(
        "set_sidebar_elements",
        {"elements": [element.to_dict() for element in elements], "key": None},
    )
    if elements:
        await emitter.emit("set_sidebar_title", title)
