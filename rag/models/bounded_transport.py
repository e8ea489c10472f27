"""Bounds what a model server can make this process hold or read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_RESPONSE_BYTES = 16 * 1024 * 1024
"""An event with log-probabilities takes half a kilobyte, 2,000 tokens about one megabyte."""


class ResponseTooLarge(httpx2.ReadError):
    """A response is compressed or longer than any answer."""


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Forwards requests, asks for uncompressed responses, and cuts off endless ones."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return a response whose body raises ResponseTooLarge beyond the limit."""
        request.headers["accept-encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise ResponseTooLarge("a compressed response, which was not asked for")
        response.stream = _BoundedStream(response.stream)
        return response

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream | httpx2.SyncByteStream) -> None:
        assert isinstance(inner, httpx2.AsyncByteStream)
        self._inner = inner
        self._pieces = aiter(inner)
        self._left = MAX_RESPONSE_BYTES

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await anext(self._pieces)
        self._left -= len(piece)
        if self._left < 0:
            raise ResponseTooLarge(f"more than {MAX_RESPONSE_BYTES // 1024**2} MB")
        return piece

    async def aclose(self) -> None:
        await self._inner.aclose()
        # The client's nested generators must end in this task: the collector would end them in
        # another one, which they do not allow. After the connection is closed they end at once.
        with suppress(httpx2.HTTPError, httpx2.StreamError, RuntimeError, OSError):
            async for _ in self._pieces:
                pass
