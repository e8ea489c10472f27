from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from rag.answering import analysis_threads
from rag.answering.analysis_threads import analysed
from rag.domain.errors import QuestionError


async def test_an_analysis_has_threads_of_the_questions_own() -> None:
    name = await analysed(lambda: threading.current_thread().name)
    assert name.startswith("question")


async def test_an_analysis_sees_the_context_of_its_request() -> None:
    request = contextvars.ContextVar("request", default="none")
    request.set("mine")
    assert await analysed(request.get) == "mine"


async def test_an_analysis_without_end_is_given_up_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(analysis_threads, "LONGEST_S", 0.01)
    released = threading.Event()
    with pytest.raises(QuestionError, match="could not be analysed within"):
        await analysed(released.wait)
    released.set()


async def test_the_errors_of_an_analysis_are_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        await analysed(lambda: 1 // 0)


async def test_a_stop_that_comes_as_a_step_ends_is_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    step: asyncio.Future[int] = loop.create_future()
    monkeypatch.setattr(loop, "run_in_executor", lambda *_: step)
    request = asyncio.ensure_future(analysed(int))
    await asyncio.sleep(0)
    step.set_result(1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request


async def test_the_loop_goes_on_meanwhile() -> None:
    released = threading.Event()
    waiting = asyncio.ensure_future(analysed(released.wait))
    await asyncio.sleep(0)
    assert not waiting.done()
    released.set()
    assert await waiting
