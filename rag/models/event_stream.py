"""Server-sent events (HTML Standard, section 9.2), as model servers send them."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from rag.domain.errors import BackendUnreachable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator

    import openai

MAX_LINE_BYTES = 1024 * 1024
END = "[DONE]"


class EndlessStream(ValueError):
    """A line or a stream is longer than it can be."""


async def events_of(pieces: AsyncIterator[bytes], most_bytes: int) -> AsyncGenerator[object, None]:
    """Yield each event's JSON value, and ``END`` where the server says that it is done.

    Other fields and comments are passed over, as are comments sent as data. Lines end only at line
    feeds, since JSON may hold other separators as they are.

    Raises ValueError for data that is not JSON and EndlessStream beyond a limit.
    """
    async with aclosing(_lines(pieces, most_bytes)) as lines:
        async for line in lines:
            field, _, value = line.partition(b":")
            value = value.strip()
            if field == b"data" and value and not value.startswith(b":"):
                yield END if value == END.encode() else value_of(value)


def value_of(data: bytes) -> object:
    """Parse JSON. Raises ValueError, also for what is nested without end."""
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


async def _lines(pieces: AsyncIterator[bytes], most_bytes: int) -> AsyncGenerator[bytes, None]:
    held: list[bytes] = []
    size = 0
    left = most_bytes
    async for piece in pieces:
        left -= len(piece)
        *ended, rest = piece.split(b"\n")
        for end in ended:
            yield b"".join([*held, end]).rstrip(b"\r")
            held, size = [], 0
        held.append(rest)
        size += len(rest)
        if size > MAX_LINE_BYTES or left < 0:
            raise EndlessStream("far more than was asked for")
    yield b"".join(held)


async def answer_events(
    response: openai.AsyncAPIResponse[Any], most_bytes: int, address: str
) -> AsyncGenerator[object, None]:
    """Yield the events of a streamed answer; one that comes whole is one event.

    Raises BackendUnreachable where no model server has answered.
    """
    kind = response.headers.get("content-type", "")
    if "event-stream" in kind:
        # Not through the clients' own generators: one that is left in the middle is ended
        # by the collector in another task, which the transport does not allow.
        pieces = aiter(cast("AsyncIterable[bytes]", response.http_response.stream))
        async with aclosing(events_of(pieces, most_bytes)) as events:
            async for event in events:
                yield event
        return
    whole = value_of(await response.read()) if "json" in kind else None
    if not (isinstance(whole, dict) and whole.get("choices")):
        raise BackendUnreachable(
            f"What answers at {address} is not a model server (it sent {kind or 'no type'}).",
            "Check the address and the port.",
        )
    yield whole
    yield END
