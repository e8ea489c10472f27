"""Server-sent events (HTML Standard, section 9.2), as model servers send them."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

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
