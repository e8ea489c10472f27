"""Runs one model's turn: yields text, then a Generation with usage and timings."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.domain.completions import PARALLEL, Capabilities, Generation, ModelRole, Timings, Usage
from rag.domain.errors import (
    BackendError,
    BackendRefused,
    BackendTimeout,
    BackendUnreachable,
    PromptTooLong,
)
from rag.domain.events import Loading, Prefill, Queued, Token, Waiting, Withdrawn, Working
from rag.models.breaker import Breaker
from rag.models.queue import MOST_WAITING, Queue, QueueFull
from rag.models.reasoning import shortened

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

    from rag.domain.completions import Check, Delta, Message, Profile
    from rag.domain.protocols import ChatBackend, Clock


logger = logging.getLogger(__name__)
Piece = Token | Prefill | Loading | Queued | Working | Waiting | Withdrawn | Generation
_LENGTH = "length"
LOAD_S = 600.0
"""The most that loading may take: 155 s were reported for a cold start."""
MOST_LOADING_S = 60.0
"""How long a question waits for a model that is being loaded."""
WINDOW_USED = 0.85
"""Of a window, for the prompt: another vocabulary may count more tokens."""


@dataclass
class _Turn:
    """The part of a turn received so far."""

    requested: float
    error: BackendError | None = None
    started: float | None = None
    """When its server was asked."""
    waited: bool = False
    first: float | None = None
    last: float = 0.0
    """When its newest token came."""
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    finish_reason: str = ""
    usage: Usage | None = None

    def take(self, delta: Delta, now: float) -> None:
        if delta.was_reasoning:
            self.reasoning.extend(self.text)
            self.text.clear()
        if delta.text or delta.reasoning:
            self.first = now if self.first is None else self.first
            self.last = now
        if delta.text:
            self.text.append(delta.text)
        if delta.reasoning:
            self.reasoning.append(delta.reasoning)
        if delta.logprob is not None:
            self.logprobs.append(delta.logprob)
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.usage = delta.usage or self.usage


class Model:
    """A backend with its queue: so many turns at once as its server takes."""

    def __init__(
        self,
        role: ModelRole,
        backend: ChatBackend,
        clock: Clock,
        count: Callable[[str, str], int],
        note: Callable[[str, float], None] | None = None,
    ) -> None:
        """``note`` is told for how many seconds the model is left alone; see ``Breaker``."""
        self.role = role
        self.backend = backend
        self._clock = clock
        self._count = count
        self._queue = Queue(backend.profile.parallel or PARALLEL)
        self._profile = backend.profile
        self._breaker = Breaker(backend.model, clock, note)
        self._loading: asyncio.Task[None] | None = None
        self._loading_since = 0.0
        self.capabilities = Capabilities()
        """What its server was seen to do."""
        self.reachable: bool | None = None
        """Whether it answered when it was last asked; None if it never was."""

    @property
    def name(self) -> str:
        """The model's name as shown to users."""
        return self.backend.model

    @property
    def profile(self) -> Profile:
        """The model's limits, within the window that its server has stated."""
        stated = self.backend.stated_window
        return _within(self._profile, stated) if stated else self._profile

    async def retire(self) -> None:
        """Free the model once the turns that it has begun are over."""
        await self._queue.quiet()
        await self.backend.close()

    async def check(self) -> Check:
        """Return the health of the model's server, and remember it; never raises."""
        check = await self.backend.check()
        self.reachable = check.ok
        if check.ok:
            self._breaker.seen()
        if left := self._breaker.left_ms:
            rest = f" It is left alone for {left / 1_000:.0f} s after {self.failures} failures."
            return replace(check, ok=False, detail=check.detail + rest)
        return check

    @property
    def failures(self) -> int:
        """Its failures in a row."""
        return self._breaker.failures

    @property
    def was_loaded(self) -> bool:
        """Whether its server was asked to load it."""
        return self._loading is not None

    def load(self) -> asyncio.Task[None]:
        """Have its server load it, in the background; the task raises BackendError."""
        if self._loading is None or self._loading.done():
            self._loading_since = self._clock.now()
            self._loading = asyncio.create_task(self._load())
            self._loading.add_done_callback(_retrieved)
        return self._loading

    async def _load(self) -> None:
        self.capabilities = await self.backend.load(LOAD_S)
        self.reachable = True

    def count(self, text: str) -> int:
        """Return the number of tokens of a text in this model's encoding."""
        return self._count(text, self.profile.encoding)

    async def write(
        self,
        messages: Sequence[Message],
        temperature: float = 0.0,
        is_over: Callable[[], bool] = lambda: False,
        who: str = "",
    ) -> AsyncGenerator[Piece, None]:
        """Yield pieces of text, and finally a Generation, even if the stream broke.

        Closing or cancelling the iterator ends the stream on the server, and so does ``is_over``,
        which is asked after each piece. ``who`` asks: where many wait, each gets a turn.
        """
        turn = _Turn(self._clock.now(), error=self._breaker.refusal())
        if turn.error:
            yield self._finished(turn, messages)
            return
        try:
            async with aclosing(self._entered(who)) as steps:
                async for step in steps:
                    turn.waited = True
                    yield step
        except QueueFull:
            turn.error = self._too_many()
            yield self._finished(turn, messages)
            return
        try:
            turn.started = self._clock.now()
            turn.error = self._breaker.begin()  # who waited may have waited for those that failed
            if turn.error is None:
                stream = self.backend.stream(messages, self.profile.answer_tokens, temperature)
                async with aclosing(self._streamed(turn, stream, is_over)) as pieces:
                    async for piece in pieces:
                        yield piece
        finally:
            self._queue.leave(who)
        self._adapt(turn)
        yield self._finished(turn, messages)

    async def _streamed(
        self, turn: _Turn, stream: AsyncGenerator[Delta, None], is_over: Callable[[], bool]
    ) -> AsyncGenerator[Piece, None]:
        """Yield the pieces of a stream as they come, and count how it ended."""
        tries = self._breaker.tries
        try:
            if turn.waited:
                yield Working(self.role)
            async with aclosing(stream):
                async for delta in stream:
                    self.reachable = True
                    turn.take(delta, self._clock.now())
                    for piece in self._pieces_of(delta):
                        yield piece
                    if is_over():
                        turn.finish_reason = "ended"
                        break
            self._breaker.end(None)
        except BackendError as broken:
            turn.error = broken
            self.reachable = not isinstance(broken, BackendUnreachable | BackendTimeout)
            if isinstance(broken, PromptTooLong):
                self._fit(broken.window_tokens)
            self._breaker.end(broken)
        finally:
            if tries:
                self._breaker.over()

    async def _entered(self, who: str) -> AsyncGenerator[Loading | Queued, None]:
        """Yield what a turn waits for, until it has its place; see ``Queue.enter``."""
        if self._loading and not self._loading.done():
            yield Loading(self.role, (self._clock.now() - self._loading_since) / 1_000)
            await asyncio.wait({self._loading}, timeout=MOST_LOADING_S)
        async with aclosing(self._queue.enter(who)) as places:
            async for place in places:
                yield Queued(self.role, place)

    def _pieces_of(self, delta: Delta) -> Iterator[Piece]:
        if delta.wait_s:
            yield Waiting(self.role, delta.wait_s)
        if delta.was_reasoning:
            yield Withdrawn(self.role)
        if delta.prefill:
            yield Prefill(self.role, *delta.prefill)
        if delta.text:
            yield Token(self.role, delta.text)

    def _too_many(self) -> BackendError:
        return BackendRefused(
            f"{self.name} has {MOST_WAITING} questions waiting already.", "Ask again in a minute."
        )

    def _adapt(self, turn: _Turn) -> None:
        """Let as many turns in at once as the server takes, unless a number is set."""
        if self.backend.profile.parallel:
            return
        if slots := self.backend.stated_slots:
            self._queue.places = slots
        elif turn.first is not None and turn.started is not None:
            self._queue.learn(turn.first - turn.started)

    def _fit(self, window_tokens: int | None) -> None:
        """Keep later prompts within a window; half of what was tried, if none is stated."""
        self._profile = _within(self.profile, window_tokens or self.profile.window_tokens // 2)

    def _is_cut_off(self, usage: Usage) -> bool:
        """Whether an answer fills the window exactly: Ollama cuts it without a word."""
        total = usage.prompt_tokens + usage.completion_tokens
        return not usage.estimated and total == self.backend.stated_window

    def _finished(self, turn: _Turn, messages: Sequence[Message]) -> Generation:
        error, end = turn.error, self._clock.now()
        text = "".join(turn.text)
        reasoning = self.count("".join(turn.reasoning)) if turn.reasoning else 0
        usage = turn.usage or Usage(
            prompt_tokens=sum(self.count(message.content) for message in messages),
            completion_tokens=self.count(text) + reasoning,
            estimated=True,
        )
        finish_reason = "error" if error else turn.finish_reason
        first = turn.first if turn.first is not None else end
        started = end if turn.started is None else turn.started
        decode_ms = turn.last - first if turn.last else 0.0
        return Generation(
            model=self.name,
            text=text.strip(),
            finish_reason=_LENGTH if self._is_cut_off(usage) else finish_reason,
            usage=usage,
            timings=Timings(
                queue_ms=started - turn.requested,
                prefill_ms=first - started,
                decode_ms=decode_ms,
                first_token_ms=None if turn.first is None else turn.first - turn.requested,
                total_ms=end - turn.requested,
                tokens_per_second=(  # the first one is there before
                    (usage.completion_tokens - 1) / decode_ms * 1000 if decode_ms > 0 else None
                ),
            ),
            mean_logprob=sum(turn.logprobs) / len(turn.logprobs) if turn.logprobs else None,
            reasoning_tokens=reasoning,
            reasoning=shortened("".join(turn.reasoning).strip()),
            local=self.profile.local,
            address=urlsplit(self.backend.base_url).netloc,
            error=error.sentence if error else "",
            too_long=isinstance(error, PromptTooLong),
        )


def _within(profile: Profile, window: int) -> Profile:
    """Return limits that fit a window, a quarter of it at most for the answer."""
    answer = min(profile.answer_tokens, window // 4)
    prompt = int((window - answer) * WINDOW_USED)
    return replace(
        profile,
        answer_tokens=answer,
        window_tokens=min(prompt, profile.window_tokens),
        passage_tokens=min(profile.passage_tokens, prompt // 2),
    )


def _retrieved(task: asyncio.Task[None]) -> None:
    """Look at a failure, which the first question meets again, so that it is not logged as lost."""
    if not task.cancelled() and (error := task.exception()):
        logger.warning("%s", error)
