"""Shows a request's events as steps, a streamed message, chips and a summary line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.data import get_data_layer

from rag.domain.answers import Answer, Outcome, Reason, ReasonCode
from rag.domain.events import (
    Answered,
    Asking,
    Checked,
    Escalated,
    Event,
    Loading,
    Prefill,
    Queued,
    Reading,
    Retrieved,
    Token,
    Waiting,
    Withdrawn,
    Working,
)
from rag.domain.requests import Intent
from rag.interfaces.chat.data_layer import PARTIAL, RUNNING
from rag.interfaces.chat.elements import (
    action,
    actions_of,
    chip,
    finish_step,
    finished_step,
    of_message,
    started_step,
)
from rag.interfaces.chat.escalating import DimmedDraft, Seconds
from rag.presentation.lines import (
    attempt_line,
    checked_line,
    doubts_markdown,
    model_markdown,
    retrieved_line,
    retrieved_markdown,
    support_markdown,
    waiting_line,
)
from rag.presentation.marks import live_markdown, marked
from rag.presentation.message import answer_markdown, shown_hits, sources_mark
from rag.presentation.texts import say

if TYPE_CHECKING:
    from rag.domain.answers import Attempt, Sentence
    from rag.domain.conversation import Question
    from rag.domain.search import Hit

FLUSH_S = 0.05
KEEP_S = 1.0
FLUSH_S_PER_THOUSAND_CHARACTERS = 0.02
"""The browser re-renders the whole message at every piece: with 50-100 ms between pieces a 300-word
answer takes it 2 s instead of 7."""
FULL_SPEED = 8
"""So many answers at once are shown at these intervals; of more, each is shown less often."""


class Reply:
    """Shows the progress of one request in the chat, in the request's language."""

    def __init__(self, language: str = "en", large: str = "") -> None:
        self.answer: Answer | None = None
        self._language = language
        self._large = large
        self._message: cl.Message | None = None
        self._draft = DimmedDraft(language)
        self._seconds = Seconds()
        self._before = self._text = ""
        self._checked: Checked | None = None
        self._part = self._model = ""
        self._progress: cl.Step | None = None
        self._done: tuple[str, tuple[Sentence, ...]] = ("", ())
        self._hits: tuple[Hit, ...] = ()
        self.leans_on: frozenset[str] = frozenset()
        """The hashes of documents that earlier turns were based on."""
        self._flushed = self._kept = 0.0
        self._step: cl.Step | None = None
        self._attempt: Attempt | None = None

    @property
    def message(self) -> cl.Message | None:
        """The message with the answer; None before there is one."""
        return self._message

    @property
    def message_id(self) -> str:
        """The id of that message; empty before there is one."""
        return str(self._message.id) if self._message else ""

    @property
    def _parent(self) -> str | None:
        return str(self._progress.id) if self._progress else None

    @property
    def _documents(self) -> list[str]:
        """Hashes of the documents shown, by which an unfinished turn can be erased."""
        return sorted({hit.passage.sha256 for hit in self._hits} | self.leans_on)

    async def take(self, event: Event) -> None:
        """Show an event."""
        language = self._language
        if isinstance(event, Token | Checked | Withdrawn):
            await self._take_text(event)
        elif isinstance(event, Retrieved):
            self._hits = event.hits
            shown = retrieved_markdown(event.hits, language)
            name = retrieved_line(event, language)
            await finished_step(name, "retrieval", shown, documents=self._documents)
        elif isinstance(event, Reading):
            await self._begin_part(event)
        elif isinstance(event, Asking):
            self._model = event.model
            name = self._with_part(say("writing", language, model=event.model))
            self._step = await started_step(name, self._parent)
            self._seconds.start(self._step)
        elif isinstance(event, Queued | Waiting | Loading | Working | Prefill) and not self._text:
            await self._rename_step(waiting_line(event, self._model, language))
            if self._step and isinstance(event, Loading | Working):
                self._seconds.start(self._step, event.seconds if isinstance(event, Loading) else 0)
        elif isinstance(event, Escalated):
            await self._escalate(event)
        elif isinstance(event, Answered):
            await self._finish(event.answer)

    async def _take_text(self, event: Token | Checked | Withdrawn) -> None:
        if isinstance(event, Withdrawn):
            self._start_over()
        elif isinstance(event, Token):
            self._text += event.text
        else:
            self._checked = event
        await self._flush_in_time()

    async def _begin_part(self, event: Reading) -> None:
        """Keep the text of earlier parts above the next part."""
        if event.parts > 1:
            if self._step is not None and event.last is not None:
                name = attempt_line(event.last, self._language, draft=False)
                await finish_step(self._step, f"{name} · {self._part}")
                self._step = None
            values = {"part": event.part, "parts": event.parts}
            self._part = say("reading_part", self._language, **values)
            if self._progress is None:
                # Later steps begin after the message; inside this one they stay above it.
                self._progress = await started_step(self._part)
            self._progress.name = self._part
            await self._progress.update()
        self._done = (event.text, event.sentences)
        self._before = marked(event.text, event.sentences, self._language)
        self._start_over()
        if self._message is not None:
            await self._show()

    def _start_over(self) -> None:
        self._text, self._checked = "", None

    async def _flush_in_time(self) -> None:
        """Show the current text at intervals; the first word at once."""
        shown = len(self._before) + len(self._text)
        pause = FLUSH_S + FLUSH_S_PER_THOUSAND_CHARACTERS * shown / 1_000
        pause *= max(1.0, len(RUNNING) / FULL_SPEED)
        if self._message is None or time.monotonic() - self._flushed >= pause:
            await self._show()

    def _markdown(self) -> str:
        text, checked = self._text, self._checked
        end = len(checked.text) if checked and text.startswith(checked.text) else 0
        sentences = checked.sentences if checked and end else ()
        live = live_markdown(text, end, sentences, self._language)
        return "\n\n".join(part for part in (self._before, live) if part.strip())

    async def _show(self) -> None:
        text = self._markdown()
        if not text:
            return
        self._seconds.stop()
        await self._draft.fold()
        if self._message is not None:
            self._message.content = text
            await cl.context.emitter.update_step(self._message.to_dict())
            if time.monotonic() - self._kept >= KEEP_S:
                await self._keep(self._message)
        else:
            # Created now, since the page sorts by creation time and steps belong above. Sent
            # before it streams, since a message that is only streamed has no date.
            state = {PARTIAL: True, "language": self._language, "documents": self._documents}
            self._message = cl.Message(content=text, metadata=state)
            RUNNING.add(self._message.id)
            await self._message.send()
            self._message.streaming = True
            self._kept = time.monotonic()
        self._flushed = time.monotonic()

    async def _keep(self, message: cl.Message) -> None:
        """Save the current text, so that a killed app loses a second at most."""
        self._kept = time.monotonic()
        if layer := get_data_layer():
            await layer.update_step(message.to_dict())

    async def _rename_step(self, name: str) -> None:
        if self._step is not None:
            self._step.name = self._with_part(name)
            await self._step.update()

    def _with_part(self, name: str) -> str:
        return f"{name} · {self._part}" if self._part else name

    async def _escalate(self, event: Escalated) -> None:
        """Dim the draft until another text replaces it, and keep it in its own step."""
        attempt = event.attempt
        self._seconds.stop()
        await self._draft.fold()
        if self._message is not None and not self._before:
            draft, self._message = self._message, None
            if event.to:
                await self._draft.keep(draft, event)
            else:
                RUNNING.discard(draft.id)
                await draft.remove()
        self._start_over()
        if self._message is not None:
            await self._show()
        if self._step is not None:
            self._step.output = model_markdown(attempt, self._language)
            self._step.metadata = {"documents": self._documents}
            draft = attempt.role == "small"
            await finish_step(self._step, attempt_line(attempt, self._language, draft=draft))
        doubts = doubts_markdown(attempt, self._language)
        line, documents = checked_line(attempt, self._language), self._documents
        await finished_step(line, "tool", doubts, self._parent, documents)
        self._step = None

    async def _finish(self, answer: Answer) -> None:
        self.answer = answer
        self._seconds.stop()
        await self._draft.fold()
        if self._step is not None and answer.attempts:
            attempt = answer.attempts[-1]
            self._step.output = model_markdown(attempt, self._language, text=False)
            self._step.metadata = {"documents": self._documents}
            await finish_step(self._step, attempt_line(attempt, self._language, draft=False))
            await finished_step(
                checked_line(attempt, self._language),
                "tool",
                support_markdown(attempt, self._language),
                self._step.id,
            )
        if self._progress is not None:
            await finish_step(self._progress, self._part)
        message = self._message or cl.Message(content="")
        message.metadata = {}
        message.content = answer_markdown(answer) + sources_mark(answer)
        message.elements = [chip(hit, answer) for hit in shown_hits(answer)]
        message.actions = of_message(message.id, actions_of(answer, self._large))
        message.is_error = answer.outcome is Outcome.FAILED
        await (message.update() if self._message else message.send())
        self._message = message

    async def stop(self, question: Question) -> Answer:
        """Keep the text so far, marking what is unchecked; return it as an answer."""
        language = self._language
        answer = self.answer or self._stopped(question)
        self._seconds.stop()
        await self._draft.fold()
        await self._show()
        for step in (self._step, self._progress):
            if step is not None:
                await finish_step(step, say("stopped_step", language))
        actions = [action("regenerate", answer, icon="refresh-cw")]
        if self._message is None:
            self._message = cl.Message(f"*{say('stopped_early', language)}*", actions=actions)
            await self._message.send()
        elif self.answer is None:
            message = self._message
            message.metadata = {}
            message.elements = [
                chip(hit, answer) for hit in self._hits if f"[{hit.number}]" in answer.text
            ]
            message.actions = of_message(message.id, actions)
            message.content = f"{message.content}\n\n*{say('stopped', language)}*"
            await message.update()
        return answer

    def _stopped(self, question: Question) -> Answer:
        """The answer of a stopped request: the parts that were checked completely."""
        text, sentences = self._done
        return Answer(
            question=question.text,
            intent=Intent.QUESTION,
            text=text,
            outcome=Outcome.ANSWERED,
            model="",
            language=self._language,
            reasons=(Reason(ReasonCode.STOPPED),),
            hits=self._hits,
            sentences=sentences,
            mode=question.mode,
            scope=question.scope,
            conversation=question.conversation,
        )

    async def fail(self, text: str) -> None:
        """Keep the text so far, and report the failure in a sentence."""
        self._seconds.stop()
        await self._draft.fold()
        RUNNING.discard(self.message_id)
        await self._show()
        if self._step is not None:
            await finish_step(self._step, say("failed_step", self._language))
        await cl.ErrorMessage(content=text).send()
