"""What a model's server uses for an answer, where this machine tells."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from rag.evaluation.spread import spread_of
from rag.models.server_process import joules, server_process

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from rag.models.model import Model
    from rag.models.server_process import ServerProcess

_Written = TypeVar("_Written")


@dataclass(frozen=True, slots=True)
class Use:
    """Of one answer; None where it cannot be read."""

    processor_seconds: float | None = None
    """Of the server's process and its children, on all processors."""
    joules: float | None = None
    """Of the whole machine's processors meanwhile."""


async def metered(model: Model, writing: Awaitable[_Written]) -> tuple[_Written, Use]:
    """Return what was written, and what that took."""
    process = await server_process(model.backend.base_url)
    before = await asyncio.to_thread(_so_far, process)
    written = await writing
    after = await asyncio.to_thread(_so_far, process)
    return written, Use(
        _more(before.processor_seconds, after.processor_seconds), _more(before.joules, after.joules)
    )


def median_use(uses: Sequence[Use]) -> Use:
    """Return the medians of what is known."""
    seconds = spread_of(use.processor_seconds for use in uses)
    energy = spread_of(use.joules for use in uses)
    return Use(seconds.median if seconds else None, energy.median if energy else None)


def _so_far(process: ServerProcess | None) -> Use:
    return Use(process.processor_seconds if process else None, joules())


def _more(before: float | None, after: float | None) -> float | None:
    if before is None or after is None or after < before:
        return None
    return after - before
