"""A conversation with the chat, as its page has it: over Chainlit's socket."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import socketio

_ANSWER = "assistant_message"


@dataclass
class Exchange:
    """A question and its answer, in seconds of ``time.perf_counter``; 0 for what did not happen."""

    asked: float = 0.0
    first_word: float = 0.0
    ended: float = 0.0
    text: str = ""
    error: str = ""


class Conversation:
    """One page of the chat at an address; asks one question.

    Nothing is raised: what goes wrong is the exchange's ``error``.
    """

    def __init__(self, url: str, *, bare: bool = False) -> None:
        """``bare``: of a chat without sign-in and pickers, that streams token by token."""
        self._url = url
        self._bare = bare
        self._ready = asyncio.Event()
        self._over = asyncio.Event()
        self._opened = AsyncExitStack()
        self._page: socketio.AsyncClient | None = None
        self.exchange = Exchange()

    async def open(self, limit_s: float) -> None:
        """Connect, and wait for the pickers, which a page gets last before a question."""
        with self._noting_errors():
            async with asyncio.timeout(limit_s):
                await self._open()

    async def ask(self, question: str, limit_s: float) -> None:
        """Ask, and read the answer to its end."""
        if self._page is None or self.exchange.error:
            return
        message = {
            "id": str(uuid.uuid4()),
            "threadId": "",
            "name": "user",
            "type": "user_message",
            "output": question,
            "createdAt": datetime.now(UTC).isoformat(),
        }
        with self._noting_errors():
            async with asyncio.timeout(limit_s):
                self.exchange.asked = time.perf_counter()
                sent = {"message": message, "fileReferences": []}
                await self._page.emit("client_message", sent)
                await self._over.wait()
                self.exchange.ended = time.perf_counter()

    async def close(self) -> None:
        """Leave the page."""
        await self._opened.aclose()

    async def _open(self) -> None:
        import aiohttp  # noqa: PLC0415 - only a load test needs them, and they take a while
        import socketio  # noqa: PLC0415

        jar = aiohttp.CookieJar(unsafe=True)  # an address in numbers has cookies, too
        origin = {"Origin": self._url}
        session = aiohttp.ClientSession(cookie_jar=jar, headers=origin)
        await self._opened.enter_async_context(session)
        if not self._bare:
            async with session.post(f"{self._url}/auth/header") as answer:
                answer.raise_for_status()
        page = self._page = socketio.AsyncClient(http_session=session, reconnection=False)
        page.on("set_modes", lambda *_: self._ready.set())
        page.on("new_message", self._take)
        page.on("update_message", self._take)
        page.on("stream_start", self._take)
        page.on("stream_token", self._add)
        page.on("task_end", lambda *_: self._over.set() if self.exchange.text else None)
        await page.connect(
            self._url,
            socketio_path="/ws/socket.io",
            transports=["websocket"],
            auth={
                "clientType": "webapp",
                "sessionId": str(uuid.uuid4()),
                "threadId": "",
                "userEnv": "",
            },
            headers=origin,
        )
        self._opened.push_async_callback(page.disconnect)
        await page.emit("connection_successful")
        if not self._bare:
            await self._ready.wait()

    @contextmanager
    def _noting_errors(self) -> Iterator[None]:
        import aiohttp  # noqa: PLC0415 - as above
        import socketio  # noqa: PLC0415

        try:
            yield
        except (
            TimeoutError,
            OSError,
            aiohttp.ClientError,
            socketio.exceptions.SocketIOError,
        ) as error:
            self.exchange.error = f"{type(error).__name__}: {error}"

    def _add(self, piece: dict[str, Any]) -> None:
        self.exchange.first_word = self.exchange.first_word or time.perf_counter()
        self.exchange.text += piece.get("token", "")

    def _take(self, step: dict[str, Any]) -> None:
        if step.get("type") == _ANSWER and step.get("output"):
            self.exchange.first_word = self.exchange.first_word or time.perf_counter()
            self.exchange.text = step["output"]
