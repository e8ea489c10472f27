"""Refuses requests that are larger than any file, before they are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MULTIPART_BYTES = 1024 * 1024
"""For what a form adds to a file."""
_SENTENCE = b"413: this is larger than a file may be. Choose a smaller one."


class BodyLimit:
    """ASGI middleware: 413 for a body beyond ``max_bytes``, declared or not."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, as long as its body is not too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max_bytes:
            await _refuse(send)
            return
        left = self._max_bytes
        started = False

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        async def answer(message: Message) -> None:
            """Send what the app answers, which is no answer where it saw only a part."""
            nonlocal started
            if left >= 0 or started:
                started = True
                await send(message)

        try:
            await self._app(scope, counted, answer)
        except ClientDisconnect:
            if left >= 0:
                raise
        if left < 0 and not started:
            await _refuse(send)


async def _refuse(send: Send) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    headers = [kind, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _SENTENCE})
