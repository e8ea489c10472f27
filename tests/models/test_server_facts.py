"""What servers tell of themselves: shapes from their documentation, see rag/models/server_facts."""

from __future__ import annotations

import json

import pytest

from rag.models.server_facts import Loaded, loaded_at, served_at
from tests.scripted_server import Script, ScriptedServer

OLLAMA = {
    "models": [{"name": "phi4-mini:latest", "model": "phi4-mini:latest", "context_length": 4096}]
}
LM_STUDIO = {
    "models": [
        {
            "key": "microsoft/phi-4-mini",
            "max_context_length": 131072,
            "loaded_instances": [
                {"id": "microsoft/phi-4-mini", "config": {"context_length": 8192}}
            ],
        }
    ]
}
LLAMA_CPP = {"default_generation_settings": {"n_ctx": 16384}, "total_slots": 4}
VLLM = {"object": "list", "data": [{"id": "phi-4-mini", "max_model_len": 32768}]}


@pytest.mark.parametrize(
    ("path", "answer", "model", "window"),
    [
        ("/api/ps", OLLAMA, "phi4-mini:latest", 4096),
        ("/api/v1/models", LM_STUDIO, "microsoft/phi-4-mini", 8192),
        ("/props", LLAMA_CPP, "phi-4-mini", 16384),
        ("/v1/models", VLLM, "phi-4-mini", 32768),
    ],
)
async def test_the_loaded_window_is_read(
    path: str, answer: dict[str, object], model: str, window: int
) -> None:
    with ScriptedServer(Script(""), pages={path: json.dumps(answer)}) as server:
        assert (await loaded_at(f"{server.base_url}/v1", model)).window == window


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "[]",
        "no JSON",
        '{"models": [7, null, {"name": "m", "context_length": "many"}]}',
        '{"models": [{"name": "m", "context_length": -1, "loaded_instances": [1]}]}',
        '{"default_generation_settings": [1]}',
        '{"models": {"name": "m"}}',
    ],
)
async def test_a_strange_answer_tells_no_window(answer: str) -> None:
    pages = dict.fromkeys(("/api/ps", "/api/v1/models", "/props"), answer)
    with ScriptedServer(Script(""), ("m",), pages) as server:
        assert await loaded_at(f"{server.base_url}/v1", "m") == Loaded()


async def test_a_server_tells_its_models() -> None:
    with ScriptedServer(Script(""), ("a", "b")) as server:
        served = await served_at(f"{server.base_url}/v1")
    assert served is not None
    assert served.models == ("a", "b")


@pytest.mark.parametrize(
    "answer",
    [
        "<html></html>",
        '{"error": "no"}',
        '{"data": [{"id": "plumbline", "owned_by": "plumbline"}]}',
    ],
)
async def test_what_is_no_model_server_or_another_plumbline_is_not_taken(answer: str) -> None:
    with ScriptedServer(Script(""), pages={"/v1/models": answer}) as server:
        assert await served_at(f"{server.base_url}/v1") is None


async def test_nothing_answers_where_nothing_listens() -> None:
    with ScriptedServer(Script("")) as server:
        address = f"{server.base_url}/v1"
    assert await served_at(address) is None


@pytest.mark.parametrize(
    ("path", "answer", "slots"),
    [
        ("/props", LLAMA_CPP, 4),
        ("/v1/models", {"data": [{"id": "phi-4-mini", "owned_by": "vllm"}]}, 64),
        ("/api/ps", OLLAMA, None),
    ],
)
async def test_the_requests_taken_at_once_are_read(
    path: str, answer: dict[str, object], slots: int | None
) -> None:
    with ScriptedServer(Script(""), pages={path: json.dumps(answer)}) as server:
        assert (await loaded_at(f"{server.base_url}/v1", "phi-4-mini")).slots == slots
