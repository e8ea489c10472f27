"""Servers shaped like those that people run: their names for models, and their windows.

From their documentation and public reports, not captured.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.answering.assistant import Assistant
from rag.answering.cascade import Cascade
from rag.answering.escalation import Rules
from rag.corpus.knowledge_base import KnowledgeBase
from rag.domain.answers import Outcome
from rag.domain.completions import Endpoint, Generation, Message, ModelRole, Profile
from rag.domain.conversation import Question
from rag.domain.events import Answered
from rag.models.model import Model
from rag.models.openai_compatible import OpenAICompatibleBackend
from rag.retrieval.family import RETRIEVERS
from tests.fakes import FakeBackend, FakeClock, count_words, says
from tests.models.test_dialects import ASK, refusal
from tests.scripted_server import Script, ScriptedServer
from tests.waiting import GENEROUS_S, until

OLLAMA_PS = {"models": [{"name": "phi4-mini:latest", "context_length": 4096}]}
SHAPES = [
    ("Phi-4-mini-instruct-generic-cpu:5", "model phi-4-mini not found"),
    ("phi4-mini:latest", 'model "phi-4-mini" not found, try pulling it first'),
    ("microsoft/phi-4-mini", "Invalid model identifier: the model phi-4-mini does not exist"),
    ("microsoft/Phi-4-mini-instruct", "The model `phi-4-mini` does not exist."),
]
"""The model's name at Foundry Local, Ollama, LM Studio and vLLM, and how each refuses another."""

SHOWN = "Customers may return the RelayBox within 30 days of delivery."


def endpoint(base_url: str) -> Endpoint:
    return Endpoint(base_url, "phi-4-mini", Profile(300, 80), timeout_s=GENEROUS_S)


def knowing_only(name: str, refused: str) -> Callable[[dict[str, Any]], Script]:
    def answer(body: dict[str, Any]) -> Script:
        return Script("Thirty days.") if body["model"] == name else refusal(404, refused)

    return answer


@pytest.mark.parametrize(("name", "refused"), SHAPES)
async def test_a_model_is_found_by_its_alias(name: str, refused: str) -> None:
    with ScriptedServer(knowing_only(name, refused), ("nomic-embed-text", name)) as server:
        client = OpenAICompatibleBackend(endpoint(server.base_url))
        for _ in range(2):
            deltas = [delta async for delta in client.stream(ASK, 80)]
            assert "".join(delta.text for delta in deltas) == "Thirty days."
        await client.close()
    assert [request.body["model"] for request in server.requests] == ["phi-4-mini", name, name]


async def test_a_model_that_is_not_there_is_told_in_the_servers_words() -> None:
    refused = "model phi-4-mini not found"
    with ScriptedServer(refusal(404, refused), ("llama3.2:1b",)) as server:
        model = Model(
            "small", OpenAICompatibleBackend(endpoint(server.base_url)), FakeClock(), count_words
        )
        pieces = [piece async for piece in model.write(ASK)]
        await model.backend.close()
    assert refused in pieces[-1].error  # type: ignore[union-attr]
    assert len(server.requests) == 1


async def test_the_window_is_learnt_once_the_model_is_loaded() -> None:
    pages = {"/api/ps": json.dumps(OLLAMA_PS)}
    name = "phi4-mini:latest"
    with ScriptedServer(knowing_only(name, "model not found"), (name,), pages) as server:
        client = OpenAICompatibleBackend(endpoint(server.base_url))
        assert client.stated_window is None
        async for _ in client.stream(ASK, 80):
            pass
        await until(lambda: client.stated_window == 4096)
        await client.close()


def test_limits_stay_within_the_window_that_a_server_states() -> None:
    backend = FakeBackend(profile=Profile(2_000, 400, window_tokens=8_000))
    model = Model("small", backend, FakeClock(), count_words)
    assert model.profile.window_tokens == 8_000
    backend.stated_window = 4_096
    assert model.profile.window_tokens + model.profile.answer_tokens < 4_096
    assert model.profile.passage_tokens <= model.profile.window_tokens // 2


@pytest.mark.parametrize(("window", "finish"), [(106, "length"), (4_096, "stop")])
async def test_an_answer_that_fills_the_window_exactly_was_cut_off(
    window: int, finish: str
) -> None:
    backend = FakeBackend(says("It may be kept for", tokens=6), stated_window=window)
    model = Model("small", backend, FakeClock(), count_words)
    pieces = [piece async for piece in model.write([Message("user", "How long?")])]
    assert isinstance(pieces[-1], Generation)
    assert pieces[-1].finish_reason == finish


@pytest.mark.parametrize(("name", "refused"), SHAPES)
async def test_stopping_closes_the_stream_at_the_server(name: str, refused: str) -> None:
    endless = Script("word " * 2_000, token_seconds=0.02)

    def answer(body: dict[str, Any]) -> Script:
        return endless if body["model"] == name else refusal(404, refused)

    with ScriptedServer(answer, (name,)) as server:
        client = OpenAICompatibleBackend(endpoint(server.base_url))
        stream = client.stream(ASK, 2_000)
        await anext(stream)
        await stream.aclose()
        request = server.requests[-1]
        await until(request.closed.is_set)
        await client.close()
    assert request.body["model"] == name


@pytest.mark.parametrize(("name", "refused"), SHAPES)
async def test_a_server_killed_in_mid_answer_leaves_the_question_to_the_next(
    name: str, refused: str, corpus: Path
) -> None:
    def breaks(body: dict[str, Any]) -> Script:
        known = body["model"] == name
        return Script(SHOWN, drop_after=4) if known else refusal(404, refused)

    with ScriptedServer(breaks, (name,)) as small, ScriptedServer(Script(SHOWN)) as large:
        clock = FakeClock(step=1)
        roles: tuple[ModelRole, ...] = ("small", "large")
        models = [
            Model(role, OpenAICompatibleBackend(endpoint(server.base_url)), clock, count_words)
            for role, server in zip(roles, (small, large), strict=True)
        ]
        assistant = Assistant(
            KnowledgeBase(corpus, RETRIEVERS["bm25"]),
            Cascade(models[0], models[1], Rules(), clock),
            clock,
        )
        events = [
            event
            async for event in assistant.ask(
                Question("How long may customers return the RelayBox?")
            )
        ]
        await assistant.close()
    [answered] = [event.answer for event in events if isinstance(event, Answered)]
    [broken, whole] = [attempt.generation for attempt in answered.attempts]
    assert (broken.text, broken.finish_reason) == ("Customers may return the", "error")
    assert "broke off in the middle" in broken.error
    assert whole.text == SHOWN
    assert answered.outcome is Outcome.ANSWERED
