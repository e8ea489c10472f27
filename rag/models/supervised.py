"""A model in a child process of ours, which answers like any other OpenAI-compatible server.

The child is started at the first turn, and again if it dies.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sys
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.domain.child_processes import child_environment
from rag.domain.completions import Capabilities, Check, Delta, Endpoint, Message, Profile
from rag.domain.errors import BackendBroken, BackendError, BackendUnreachable
from rag.domain.paths import CODE_FOLDER
from rag.models.openai_compatible import OpenAICompatibleBackend, prepare

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

logger = logging.getLogger(__name__)
START_TIMEOUT_S = 30.0
DEATH_NOTICE_S = 5.0
"""A busy machine may take over a second to end a process of this size."""


@dataclass(frozen=True, slots=True)
class Program:
    """What runs in the child, and how its model is asked."""

    module: str
    """Run with ``python -m``; see ``rag.models.supervised_child``."""
    configuration: Callable[[], Mapping[str, object]]
    """What the child is told; raises BackendUnreachable where something is not installed."""
    model: str
    """The model's name in the child."""
    kind: str
    """What a health check calls it."""
    place: str
    """Shown as the address while there is no child."""
    about: str
    """What a health check says of it while all is well."""
    needs: str
    """What to look at when the child does not start."""
    extra_body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Child:
    process: asyncio.subprocess.Process
    client: OpenAICompatibleBackend


class SupervisedBackend:
    """A model that a program of ours serves in a child process."""

    def __init__(self, endpoint: Endpoint, program: Program) -> None:
        self._endpoint = endpoint
        self._program = program
        self._child: _Child | None = None
        self._starting = asyncio.Lock()

    @property
    def model(self) -> str:
        """The model's name as shown to users."""
        return self._endpoint.shown or self._endpoint.model

    @property
    def base_url(self) -> str:
        """The address of the child; where the model is while there is none."""
        return self._child.client.base_url if self._child else self._program.place

    @property
    def profile(self) -> Profile:
        """The model's limits."""
        return self._endpoint.profile

    @property
    def stated_window(self) -> int | None:
        """The tokens of the model's window, once the child has told."""
        return self._child.client.stated_window if self._child else None

    @property
    def stated_slots(self) -> int | None:
        """The requests that the child takes at once, once it has told."""
        return self._child.client.stated_slots if self._child else None

    @property
    def pid(self) -> int | None:
        """The process id of the child, if there is one."""
        return self._child.process.pid if self._child else None

    async def load(self, limit_s: float) -> Capabilities:
        """Start the child, which loads the model; see ``ChatBackend.load``."""
        return await (await self.start()).load(limit_s)

    async def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        """Yield the model's turn; if the child dies during it, it is restarted once."""
        said = ""
        try:
            async with aclosing(
                (await self.start()).stream(messages, max_tokens, temperature)
            ) as stream:
                async for delta in stream:
                    said += delta.text
                    yield delta
        except (BackendBroken, BackendUnreachable):
            if not await self._has_ended():
                raise
        else:
            return
        logger.warning("The process of %s ended; it is started again.", self.model)
        async with aclosing(
            (await self.start()).stream(messages, max_tokens, temperature)
        ) as stream:
            async for delta in _continue_after(said, stream, self.model):
                yield delta

    async def start(self) -> OpenAICompatibleBackend:
        """Return a client of the child, which is started if there is none.

        Raises BackendUnreachable if something is not installed or the child does not start.
        """
        async with self._starting:
            if self._child is None or self._child.process.returncode is not None:
                self._child = await self._start()
            return self._child.client

    async def _start(self) -> _Child:
        key = secrets.token_urlsafe(16)
        configuration = {**self._program.configuration(), "api_key": key}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._program.module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=CODE_FOLDER,
            env=child_environment(),
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(configuration).encode() + b"\n")
            await prepare()  # while the child loads
            async with asyncio.timeout(START_TIMEOUT_S):
                port = json.loads(await process.stdout.readline())["port"]
        except (TimeoutError, ValueError, OSError) as error:
            await _end(process)
            raise BackendUnreachable(f"{self.model} did not start.", self._program.needs) from error
        except asyncio.CancelledError:
            await _end(process)
            raise
        client = OpenAICompatibleBackend(
            replace(
                self._endpoint,
                base_url=f"http://127.0.0.1:{port}",
                model=self._program.model,
                api_key=key,
                shown=self.model,
            ),
            extra_body=self._program.extra_body,
        )
        return _Child(process, client)

    async def _has_ended(self) -> bool:
        """Whether the child has ended, which shows shortly after its stream breaks."""
        if self._child is None:
            return False
        try:
            async with asyncio.timeout(DEATH_NOTICE_S):
                await self._child.process.wait()
        except TimeoutError:
            return False
        return True

    async def check(self) -> Check:
        """Start the child if need be and check it; never raises."""
        name = f"model {self._program.kind}"
        try:
            await self.start()
        except BackendError as error:
            return Check(name, ok=False, detail=str(error), remedy=error.advice)
        return Check(name, ok=True, detail=self._program.about)

    async def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            await child.client.close()
            await _end(child.process)


async def _continue_after(
    said: str, stream: AsyncGenerator[Delta, None], model: str
) -> AsyncGenerator[Delta, None]:
    """Continue after the text already sent, which a second run repeats at temperature 0."""
    again = ""
    async for delta in stream:
        before = len(again)
        again += delta.text
        if not said.startswith(again[: len(said)]):
            raise BackendBroken(f"{model} broke off and went on differently.", "Ask again.")
        text = delta.text[max(0, len(said) - before) :]
        yield replace(delta, text=text)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
