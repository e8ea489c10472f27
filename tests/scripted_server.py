"""A real HTTP server with OpenAI's interface that answers, and fails, as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Pause:
    """After so many pieces nothing but ``filler`` comes until ``over`` is set, or the client goes.

    Something has to come: a page may show what came before only when more does. A space ends the
    sentence before it, a dot in the middle of the line does not.
    """

    after: int
    filler: str = " "
    over: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Script:
    """What the server does with a chat request."""

    text: str = ""
    finish_reason: str = "stop"
    token_seconds: float = 0.0
    first_token_seconds: float = 0.0
    status: int = 200
    body: str = ""
    """Sent as it is, with ``content_type``, instead of a stream."""
    content_type: str = "text/event-stream"
    drop_after: int | None = None
    """Close the connection after so many pieces."""
    pause: Pause | None = None
    silent: bool = False
    """Take the request and send nothing."""
    usage: bool = True
    reasoning: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent besides the usual ones with a ``body``."""
    endless: bytes = b""
    """Sent over and over until the client goes, instead of a stream."""


@dataclass
class Request:
    """A chat request as it came, and what became of it."""

    body: dict[str, Any]
    headers: dict[str, str]
    connection: int
    """Which of the server's connections it came on, counted from one."""
    sent_first: float = 0.0
    """time.time() when the first piece left."""
    closed: threading.Event = field(default_factory=threading.Event)
    """Set when the client went before the end."""


Rule = Script | Callable[[dict[str, Any]], Script]


class ScriptedServer:
    """Use as ``with ScriptedServer(Script("30 days.")) as server``; ``server.base_url`` has no /v1."""

    def __init__(
        self,
        script: Rule,
        models: tuple[str, ...] = ("scripted",),
        pages: Mapping[str, str] | None = None,
        port: int = 0,
    ) -> None:
        """``pages``: path -> JSON that is sent for it; ``port`` 0: any that is free."""
        self.script = script
        self.models = models
        self.pages = pages or {}
        self._wanted_port = port
        self.requests: list[Request] = []
        self.connections = 0
        """All that were opened: those that a client gave up before it asked anything, too."""
        self.shown: list[str] = []
        """The pages that were asked for, in order."""
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self._wanted_port)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._answer(reader, writer, self.connections)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went; ``closed`` tells
        finally:
            writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.split("\r\n")
        headers = {k.lower(): v for k, _, v in (entry.partition(": ") for entry in rest) if k}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = line.split(" ")[1]
        if path in self.pages:
            self.shown.append(path)
            await self._send(writer, 200, "application/json", self.pages[path])
            return
        if line.startswith("GET") and path not in {"/v1/models", "/models"}:
            await self._send(writer, 404, "application/json", '{"error": "not found"}')
            return
        if "/models" in line:
            models = {"object": "list", "data": [{"id": m, "object": "model"} for m in self.models]}
            await self._send(writer, 200, "application/json", json.dumps(models))
            return
        request = Request(json.loads(body or b"{}"), headers, connection)
        self.requests.append(request)
        script = self.script if isinstance(self.script, Script) else self.script(request.body)
        await self._follow(script, request, reader, writer)

    async def _follow(
        self,
        script: Script,
        request: Request,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        watch = asyncio.create_task(self._watch(reader, request))
        try:
            if script.silent:
                await watch
            elif script.status != 200 or script.body:
                await self._send(
                    writer, script.status, script.content_type, script.body, script.headers
                )
            elif script.endless:
                await self._send_endlessly(script, writer)
            else:
                await self._stream(script, request, writer)
        except ConnectionError:
            request.closed.set()
            raise
        finally:
            watch.cancel()

    async def _watch(self, reader: asyncio.StreamReader, request: Request) -> None:
        while await reader.read(1024):
            pass
        request.closed.set()

    async def _send_endlessly(self, script: Script, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, script.content_type, script.headers))
        while True:
            writer.write(script.endless)
            await writer.drain()

    async def _send(
        self,
        writer: asyncio.StreamWriter,
        status: int,
        content_type: str,
        body: str,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        data = body.encode("utf-8", "surrogateescape")
        sized = (("content-length", str(len(data))), *headers)
        writer.write(_head(status, content_type, sized) + data)
        await writer.drain()

    async def _stream(self, script: Script, request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, script.content_type, script.headers))
        await writer.drain()
        await asyncio.sleep(script.first_token_seconds)
        pieces = list(script.text.split(" ")) if script.text else []
        if script.reasoning:
            await self._chunk(writer, {"reasoning_content": script.reasoning})
        for index, piece in enumerate(pieces):
            if script.drop_after is not None and index >= script.drop_after:
                writer.transport.abort()
                return
            if script.pause and index == script.pause.after:
                while not (script.pause.over.is_set() or request.closed.is_set()):
                    await self._chunk(writer, {"content": script.pause.filler})
                    await asyncio.sleep(_PAUSE_S)
            if request.closed.is_set():
                return
            request.sent_first = request.sent_first or time.time()
            await self._chunk(writer, {"content": piece if index == 0 else f" {piece}"})
            await asyncio.sleep(script.token_seconds)
        await self._chunk(writer, {}, finish_reason=script.finish_reason)
        if script.usage:
            usage = {
                "prompt_tokens": 100,
                "completion_tokens": len(pieces),
                "total_tokens": 100 + len(pieces),
            }
            await self._event(writer, {**_FRAME, "choices": [], "usage": usage})
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    async def _chunk(
        self, writer: asyncio.StreamWriter, delta: dict[str, str], finish_reason: str | None = None
    ) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        await self._event(writer, {**_FRAME, "choices": [choice]})

    async def _event(self, writer: asyncio.StreamWriter, document: dict[str, Any]) -> None:
        writer.write(f"data: {json.dumps(document)}\n\n".encode())
        await writer.drain()


def _head(status: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [("content-type", content_type), ("connection", "close"), *headers]
    fields = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"HTTP/1.1 {status} Scripted\r\n{fields}\r\n".encode()


_PAUSE_S = 0.1

_FRAME = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
