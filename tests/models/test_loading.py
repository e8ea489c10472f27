"""A model is loaded before the first question, and its server shows what it can do."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import aclosing

import pytest

from rag.domain.completions import Capabilities, Endpoint, Generation, Message, Profile
from rag.domain.errors import BackendError, BackendTimeout
from rag.domain.events import Loading, Token, Working
from rag.models.model import LOAD_S, Model
from rag.models.openai_compatible import OpenAICompatibleBackend
from tests.fakes import FakeBackend, FakeClock, count_words
from tests.models.test_dialects import refusal
from tests.scripted_server import Script, ScriptedServer
from tests.waiting import GENEROUS_S

ASK = [Message("user", "How long?")]
NAME = "Phi-4-mini-instruct-generic-cpu:5"


async def loaded(server: ScriptedServer, limit_s: float = GENEROUS_S) -> Capabilities:
    endpoint = Endpoint(server.base_url, NAME, Profile(300, 80), timeout_s=0.5)
    client = OpenAICompatibleBackend(endpoint)
    try:
        return await client.load(limit_s)
    finally:
        await client.close()


async def test_it_is_asked_for_a_single_token() -> None:
    with ScriptedServer(Script("Yes"), (NAME,)) as server:
        await loaded(server)
    [request] = server.requests
    assert request.body["max_tokens"] == 1


async def test_foundry_is_told_to_load_it_first() -> None:
    address = "/models/load/Phi-4-mini-instruct-generic-cpu%3A5"
    pages = {"/status": json.dumps({"endpoints": [], "modelCachePath": "/m"}), address: "{}"}
    with ScriptedServer(Script("Yes"), (NAME,), pages) as server:
        await loaded(server)
    assert server.shown == ["/status", address]


async def test_another_server_is_told_nothing_that_it_does_not_know() -> None:
    pages = {"/status": json.dumps({"status": "ok"})}
    with ScriptedServer(Script("Yes"), (NAME,), pages) as server:
        await loaded(server)
    assert server.shown == ["/status"]


async def test_loading_may_take_longer_than_a_first_word() -> None:
    with ScriptedServer(Script("Yes", first_token_seconds=1.5), (NAME,)) as server:
        assert (await loaded(server)).usage


async def test_loading_has_a_limit_too() -> None:
    with (
        ScriptedServer(Script(silent=True), (NAME,)) as server,
        pytest.raises(BackendTimeout, match=r"said nothing for 0\.3 seconds"),
    ):
        await loaded(server, limit_s=0.3)


@pytest.mark.parametrize("usage", [True, False])
async def test_a_server_shows_what_it_can_do(usage: bool) -> None:  # noqa: FBT001
    with ScriptedServer(Script("Yes", usage=usage), (NAME,)) as server:
        seen = await loaded(server)
    assert seen == Capabilities(usage=usage, logprobs=False, cached=None, system_role=True)


async def test_a_server_without_a_system_role_shows_that() -> None:
    def answer(body: dict[str, object]) -> Script:
        messages = body["messages"]
        assert isinstance(messages, list)
        has_system = messages[0]["role"] == "system"
        return refusal(400, "System role not supported") if has_system else Script("Yes")

    with ScriptedServer(answer, (NAME,)) as server:
        assert (await loaded(server)).system_role is False


async def test_a_question_waits_for_the_loading_and_says_so() -> None:
    clock = FakeClock()
    backend = FakeBackend(["Yes."], loading=asyncio.Event())
    assert backend.loading
    model = Model("small", backend, clock, count_words)
    loading = model.load()
    clock.advance(12_000)
    async with aclosing(model.write(ASK)) as turn:
        assert await anext(turn) == Loading("small", 12.0)
        assert backend.asked == []
        backend.loading.set()
        assert [await anext(turn) for _ in range(2)] == [Working("small"), Token("small", "Yes.")]
    await loading
    assert backend.loaded == [LOAD_S]


async def test_a_failure_to_load_is_logged_and_the_question_is_asked_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    backend = FakeBackend(error=BackendError("It ran out of memory."))
    model = Model("small", backend, FakeClock(), count_words)
    with caplog.at_level(logging.WARNING):
        await asyncio.wait({model.load()})
        await asyncio.sleep(0)
    assert "It ran out of memory." in caplog.text
    pieces = [piece async for piece in model.write(ASK)]
    assert isinstance(pieces[-1], Generation)
    assert pieces[-1].error == "It ran out of memory."


async def test_it_is_loaded_once_at_a_time() -> None:
    backend = FakeBackend(loading=asyncio.Event())
    assert backend.loading
    model = Model("small", backend, FakeClock(), count_words)
    first, second = model.load(), model.load()
    backend.loading.set()
    await first
    assert first is second
    assert len(backend.loaded) == 1
