"""A model server of a known speed, which remembers when it was asked what and when it answered."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER = regex.compile(r"request (\d+)")
"""What tells the questions of a test apart."""
_MODEL = "phi-4-mini"


@dataclass
class Call:
    """One request, in seconds of ``time.perf_counter``; 0 for what has not happened."""

    received: float
    first_sent: float = 0.0
    ended: float = 0.0


class PacedServer:
    """Answers every chat request with the same words, so many a second, to so many at once."""

    def __init__(self, text: str, tokens_per_second: float, slots: int) -> None:
        words = text.split(" ")
        self._pieces = [words[0], *(f" {word}" for word in words[1:])]
        self._pause_s = 1 / tokens_per_second
        self._slots = slots
        self._free = asyncio.Semaphore(slots)
        self._server: asyncio.Server | None = None
        self.calls: dict[int, Call] = {}
        """By the number in the question."""

    @property
    def base_url(self) -> str:
        """The address, while the server is open."""
        assert self._server
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = regex.search(r"(?i)content-length: (\d+)", head)
            body = await reader.readexactly(int(length.group(1)) if length else 0)
            if head.startswith("POST"):
                await self._answer(json.loads(body), writer)
            else:
                await _send(writer, self._page(head.split(" ")[1]))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went
        finally:
            writer.close()

    def _page(self, path: str) -> dict[str, Any] | None:
        if path.endswith("/models"):
            return {"object": "list", "data": [{"id": _MODEL, "object": "model"}]}
        return {"total_slots": self._slots} if path == "/props" else None

    async def _answer(self, asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        call = Call(time.perf_counter())
        if number := NUMBER.findall(asked["messages"][-1]["content"]):
            self.calls[int(number[-1])] = call
        async with self._free:
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
            )
            due = time.perf_counter()
            for piece in self._pieces:
                due += self._pause_s
                await asyncio.sleep(due - time.perf_counter())
                call.first_sent = call.first_sent or time.perf_counter()
                await _send_event(writer, [{"index": 0, "delta": {"content": piece}}])
            usage = {"prompt_tokens": 100, "completion_tokens": len(self._pieces)}
            await _send_event(writer, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
            await _send_event(writer, [], usage=usage)
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()
        call.ended = time.perf_counter()


async def _send_event(
    writer: asyncio.StreamWriter, choices: Sequence[dict[str, Any]], **more: object
) -> None:
    event = {"object": "chat.completion.chunk", "choices": choices, **more}
    writer.write(f"data: {json.dumps(event)}\n\n".encode())
    await writer.drain()


async def _send(writer: asyncio.StreamWriter, page: dict[str, Any] | None) -> None:
    body = json.dumps(page or {"error": "not found"}).encode()
    status = "200 OK" if page else "404 Not Found"
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    writer.write(f"{head}connection: close\r\n\r\n".encode() + body)
    await writer.drain()
