"""Many conversations with one chat, started for the test, and what they had to wait for."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from rag.domain.errors import SettingsError
from rag.evaluation.load.conversation import Conversation, Exchange
from rag.evaluation.load.paced_server import PacedServer
from rag.evaluation.spread import Spread, spread_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

SENTENCES = (
    "Customers may return the RelayBox within 30 days of delivery, in the original box.",
    "The RelayBox costs 249 euros and weighs 1.2 kg.",
    "It ships within two working days from the warehouse in Rotterdam.",
    "The warranty of the RelayBox lasts two years from the date of purchase.",
    "We pay the return postage when the device is faulty.",
    "The RelayBox takes 12 volts and has three ports for sensors.",
    "Its light is green while it works and amber while it starts.",
    "A cable of two metres is in the box of the RelayBox.",
)
"""What the document says and the model repeats, so that each sentence is checked and stands."""
_QUESTION = "What do customers have to know of the RelayBox, request {number}?"
_BARE = Path(__file__).with_name("bare_chat.py")
_OURS = ("rag", "serve")
LIMIT_S = 300.0
START_S = 120.0
LOOK_S = 0.25
_WORKSHOPS_NAMES = frozenset({"FOUNDRY_LOCAL_ENDPOINT", "SLM_ALIAS", "LLM_ALIAS"})
_CITATION = regex.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What so many conversations within so many seconds had to wait for, in milliseconds."""

    conversations: int
    seconds: float
    errors: tuple[str, ...]
    whole: int | None
    """Answers that are there to the last word; None for a server of somebody else."""
    question_to_model: Spread | None
    """From the question to its arrival at the model server; None for a server of somebody else."""
    first_token_added: Spread | None
    """From the first word's leaving the model server to its arrival at the page."""
    first_word: Spread | None
    """From the question to the first word on the page."""
    total: Spread | None
    page_request: Spread | None
    """Of small files asked for meanwhile: the lag of the chat's event loop is in it."""
    memory_mb: tuple[float, float] | None
    """Of the chat's process before and after; None where it cannot be read."""


async def load_test(  # noqa: PLR0913 - what the command can be told
    conversations: int,
    seconds: float,
    *,
    tokens_per_second: float = 50,
    slots: int = 64,
    server: Mapping[str, str] | None = None,
    bare: bool = False,
) -> LoadReport:
    """Ask one question in each of many conversations, evenly over so many seconds.

    ``server``: the settings of a model server to be used instead of one of known speed; ``bare``:
    of a Chainlit chat of one step instead. Raises SettingsError if the chat does not start.
    """
    async with AsyncExitStack() as stack:
        paced = PacedServer(" ".join(SENTENCES), tokens_per_second, slots)
        if server is None:
            await stack.enter_async_context(paced)
            server = {"RAG_SMALL_BASE_URL": paced.base_url}
        url, pid = await stack.enter_async_context(_chat(server, bare=bare))
        await _ask_all(url, 1, 0, bare=bare)  # what is loaded at the first question does not count
        paced.calls.clear()
        before = _memory_mb(pid)
        looks: list[float] = []
        looking = asyncio.create_task(_look(url, looks))
        exchanges = await _ask_all(url, conversations, seconds, bare=bare)
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        return _report(exchanges, seconds, paced, looks, (before, _memory_mb(pid)))


async def _ask_all(url: str, conversations: int, seconds: float, *, bare: bool) -> list[Exchange]:
    """Ask in each conversation when its time has come; all are open before the first is."""
    talks = [Conversation(url, bare=bare) for _ in range(conversations)]
    await asyncio.gather(*(talk.open(START_S) for talk in talks))
    begun = asyncio.get_running_loop().time()

    async def ask(number: int, talk: Conversation) -> None:
        due = begun + seconds * number / conversations
        await asyncio.sleep(due - asyncio.get_running_loop().time())
        await talk.ask(_QUESTION.format(number=number), LIMIT_S)

    await asyncio.gather(*(ask(number, talk) for number, talk in enumerate(talks)))
    await asyncio.gather(*(talk.close() for talk in talks))
    return [talk.exchange for talk in talks]


@asynccontextmanager
async def _chat(
    settings: Mapping[str, str], *, bare: bool
) -> AsyncGenerator[tuple[str, int], None]:
    """Start a chat of its own over one document; yield its address and its process id."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        (corpus / "relaybox.md").write_text("# RelayBox\n\n" + "\n\n".join(SENTENCES) + "\n")
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        nothing = Path(folder) / "no-settings"
        nothing.touch()
        environment = {k: v for k, v in os.environ.items() if not _is_setting(k)} | {
            "RAG_ENV_FILE": str(nothing),
            "RAG_CORPUS_DIR": str(corpus),
            "RAG_STATE_DIR": str(Path(folder) / "state"),
            "RAG_PORT": str(port),
            "RAG_DISCOVER": "off",
            "RAG_WARM_UP": "off",
            "RAG_EXPAND": "off",
            "RAG_GUIDE": "off",
            "CHAINLIT_APP_ROOT": folder,  # whose files Chainlit deletes at its end
            "BARE_BASE_URL": settings["RAG_SMALL_BASE_URL"].removesuffix("/v1"),
            **settings,
        }
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *(("chainlit", "run", str(_BARE), "--headless", f"--port={port}") if bare else _OURS),
            env=environment,
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            try:
                async with asyncio.timeout(START_S):
                    while await _page_ms(url) is None:  # noqa: ASYNC110 - a port can only be tried
                        await asyncio.sleep(LOOK_S)
            except TimeoutError as error:
                raise SettingsError(
                    f"The chat did not start within {START_S:g} seconds.",
                    "Start it with `rag serve` and read what it says.",
                ) from error
            yield url, child.pid
        finally:
            with suppress(ProcessLookupError):
                child.terminate()
            await child.wait()


def _is_setting(name: str) -> bool:
    """Whether a variable sets something of Plumbline; what is tested is set here alone."""
    return name.startswith(("RAG_", "COMPARE_", "BENCH_", "CHAINLIT_")) or name in _WORKSHOPS_NAMES


async def _look(url: str, looks: list[float]) -> None:
    while True:
        if (took := await _page_ms(url)) is not None:
            looks.append(took)
        await asyncio.sleep(LOOK_S)


async def _page_ms(url: str) -> float | None:
    """How long the chat takes for a small file; None if it does not answer."""
    port = int(url.rpartition(":")[2])
    begun = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET /favicon HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n"
        writer.write(f"{head}\r\n".encode())
        answered = await reader.read()
        writer.close()
    except OSError:
        return None
    return (time.perf_counter() - begun) * 1_000 if b" 200 " in answered[:20] else None


def _report(
    exchanges: Sequence[Exchange],
    seconds: float,
    paced: PacedServer,
    looks: Sequence[float],
    memory: tuple[float | None, float | None],
) -> LoadReport:
    calls = [(exchange, paced.calls.get(n)) for n, exchange in enumerate(exchanges)]
    met = [(exchange, call) for exchange, call in calls if call]
    before, after = memory
    return LoadReport(
        len(exchanges),
        seconds,
        tuple(exchange.error for exchange in exchanges if exchange.error),
        sum(_is_whole(exchange.text) for exchange in exchanges) if paced.calls else None,
        spread_of(1_000 * (call.received - exchange.asked) for exchange, call in met),
        spread_of(1_000 * (e.first_word - call.first_sent) for e, call in met if e.first_word),
        spread_of(1_000 * (e.first_word - e.asked) for e in exchanges if e.first_word),
        spread_of(1_000 * (e.ended - e.asked) for e in exchanges if e.ended),
        spread_of(looks),
        None if before is None or after is None else (before, after),
    )


def _is_whole(text: str) -> bool:
    plain = _CITATION.sub("", text).replace("\\", "")
    return all(sentence in plain for sentence in SENTENCES)


def _memory_mb(pid: int) -> float | None:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2
