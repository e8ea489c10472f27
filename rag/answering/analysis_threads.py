"""Threads in which questions and answers are analysed, so that the event loop goes on.

They are the questions' own: files that are read or uploaded meanwhile take none of them. What
takes far longer than any honest text is given up for its request alone.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from rag.domain.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_S = 30.0
"""A step of a long question over a large corpus takes below a second on two busy cores."""
_THREADS = ThreadPoolExecutor(4 + (os.cpu_count() or 1), thread_name_prefix="question")


async def analysed(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what a blocking step of a request comes to.

    Raises QuestionError if it takes longer than ``LONGEST_S``.
    """
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    running = loop.run_in_executor(_THREADS, partial(context.run, partial(act, *args, **kwargs)))
    try:
        # Not wait_for: until Python 3.12 it loses a cancellation, somebody's Stop, that comes as
        # the step ends.
        async with asyncio.timeout(LONGEST_S):
            return await running
    except TimeoutError:
        raise QuestionError(
            f"The question could not be analysed within {LONGEST_S:g} seconds.",
            "Shorten it, or ask about fewer documents with Search in.",
        ) from None
