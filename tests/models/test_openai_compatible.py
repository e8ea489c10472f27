from __future__ import annotations

import asyncio
import socket

import httpx2
import pytest

from rag.domain.completions import Delta, Endpoint, Message, Profile, Usage
from rag.domain.errors import (
    BackendBroken,
    BackendError,
    BackendRefused,
    BackendTimeout,
    BackendUnreachable,
)
from rag.models.addresses import is_local, with_version, without_password
from rag.models.openai_compatible import OpenAICompatibleBackend
from tests.scripted_server import Pause, Script, ScriptedServer
from tests.waiting import GENEROUS_S

ASK = [Message("user", "How long?")]
PROFILE = Profile(300, 80)


def backend(
    base_url: str, *, timeout_s: float = GENEROUS_S, model: str = "scripted"
) -> OpenAICompatibleBackend:
    return OpenAICompatibleBackend(Endpoint(base_url, model, PROFILE, timeout_s=timeout_s))


async def read(client: OpenAICompatibleBackend) -> list[Delta]:
    try:
        return [delta async for delta in client.stream(ASK, 80)]
    finally:
        await client.close()


async def failure(client: OpenAICompatibleBackend) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await read(client)
    assert caught.value.sentence.endswith(".")
    return caught.value


async def test_a_reply_comes_with_usage_and_its_end() -> None:
    with ScriptedServer(Script("30 days it is.")) as server:
        deltas = await read(backend(server.base_url))
    assert "".join(delta.text for delta in deltas) == "30 days it is."
    assert [d.finish_reason for d in deltas if d.finish_reason] == ["stop"]
    assert [d.usage for d in deltas if d.usage] == [Usage(100, 4)]


async def test_what_is_asked_is_sent_as_it_is() -> None:
    with ScriptedServer(Script("Yes.")) as server:
        await read(backend(server.base_url + "/v1/", model="phi-4-mini"))
    [request] = server.requests
    assert request.body["model"] == "phi-4-mini"
    assert request.body["messages"] == [{"role": "user", "content": "How long?"}]
    assert request.body["stream"] is True
    assert request.body["temperature"] == 0


async def test_reasoning_is_no_text() -> None:
    with ScriptedServer(Script("Yes.", reasoning="Let me see.")) as server:
        deltas = await read(backend(server.base_url))
    assert "".join(d.text for d in deltas) == "Yes."
    assert "".join(d.reasoning for d in deltas) == "Let me see."


async def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = await failure(backend(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert isinstance(error, BackendUnreachable)


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (
            Script(status=500, body='{"error": {"message": "no memory"}}'),
            BackendRefused,
            "no memory",
        ),
        (Script(status=404, body="{}"), BackendRefused, "404"),
        (
            Script(body="<html>hello</html>", content_type="text/html"),
            BackendUnreachable,
            "not a model server",
        ),
        (Script(body="data: {oops\n\n"), BackendBroken, "not JSON"),
        (Script("one two three", drop_after=2), BackendBroken, "broke off"),
        (
            Script(body='data: {"error": {"message": "overloaded"}}\n\n'),
            BackendRefused,
            "overloaded",
        ),
    ],
)
async def test_each_fault_has_its_own_error_and_sentence(
    script: Script, kind: type[BackendError], words: str
) -> None:
    with ScriptedServer(script) as server:
        error = await failure(backend(server.base_url))
    assert isinstance(error, kind)
    assert words in str(error)


@pytest.mark.parametrize(
    "event",
    ["null", "[]", "5", '{"choices": "x"}', '{"choices": [{"delta": "x"}]}',
     '{"choices": [{"delta": {"content": 5}}]}', '{"choices": [], "usage": 5}'],
)  # fmt: skip
async def test_json_of_another_shape_is_a_broken_stream(event: str) -> None:
    with ScriptedServer(Script(body=f"data: {event}\n\n")) as server:
        error = await failure(backend(server.base_url))
    assert isinstance(error, BackendBroken)


async def test_text_before_a_drop_is_kept() -> None:
    text = ""
    with ScriptedServer(Script("one two three", drop_after=2)) as server:
        client = backend(server.base_url)
        stream = client.stream(ASK, 80)
        with pytest.raises(BackendBroken):  # noqa: PT012 - the fault comes somewhere in the loop
            async for delta in stream:
                text += delta.text
        await client.close()
    assert text == "one two"


async def test_silence_ends_after_the_timeout() -> None:
    with ScriptedServer(Script(silent=True)) as server:
        error = await failure(backend(server.base_url, timeout_s=0.5))
    assert isinstance(error, BackendTimeout)
    assert "0.5 seconds" in str(error)


async def test_a_pause_in_mid_answer_has_a_limit_and_a_sentence_of_its_own() -> None:
    stalls = Script("one two three four", pause=Pause(after=2, filler=""))
    with ScriptedServer(stalls) as server:
        endpoint = Endpoint(server.base_url, "m", PROFILE, timeout_s=60, gap_s=0.5)
        error = await failure(OpenAICompatibleBackend(endpoint))
    assert isinstance(error, BackendTimeout)
    assert "fell silent in the middle of its answer, for 0.5 seconds" in str(error)


async def test_a_slow_stream_is_not_silence() -> None:
    with ScriptedServer(Script("a b c d e f", token_seconds=0.5)) as server:
        deltas = await read(backend(server.base_url, timeout_s=2.0))
    assert "".join(d.text for d in deltas) == "a b c d e f"


async def test_cancelling_closes_the_stream_at_the_server() -> None:
    with ScriptedServer(Script("word " * 500, token_seconds=0.02)) as server:
        client = backend(server.base_url)
        first = asyncio.Event()

        async def listen() -> None:
            async for _ in client.stream(ASK, 80):
                first.set()

        task = asyncio.create_task(listen())
        await first.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(server.requests[0].closed.wait, GENEROUS_S)
        await client.close()


async def test_a_proxy_is_not_asked_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(Script("no")) as proxy, ScriptedServer(Script("yes")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.base_url)
        deltas = await read(backend(server.base_url))
    assert "".join(d.text for d in deltas) == "yes"
    assert proxy.connections == 0


async def test_a_server_with_the_model_is_well() -> None:
    with ScriptedServer(Script(), ("phi-4-mini",)) as server:
        client = backend(server.base_url, model="phi-4-mini")
        check = await client.check()
        await client.close()
    assert check.ok


async def test_ollamas_way_to_list_a_model_is_known() -> None:
    with ScriptedServer(Script(), ("phi4-mini:latest",)) as server:
        client = backend(server.base_url, model="phi4-mini")
        check = await client.check()
        await client.close()
    assert check.ok


async def test_a_server_without_the_model_names_those_it_has() -> None:
    with ScriptedServer(Script(), ("qwen", "llama")) as server:
        client = backend(server.base_url, model="phi-4-mini")
        check = await client.check()
        await client.close()
    assert not check.ok
    assert "llama, qwen" in check.detail


async def test_an_answer_that_is_no_list_of_models_is_not_well() -> None:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, text="<html>"))
    client = OpenAICompatibleBackend(
        Endpoint("http://127.0.0.1:9", "m", PROFILE), transport=transport
    )
    check = await client.check()
    await client.close()
    assert not check.ok
    assert check.remedy


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ("127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("https://host/openai/v1", "https://host/openai/v1"),
    ],
)
def test_a_base_url_works_with_and_without_version(given: str, used: str) -> None:
    assert with_version(given) == used


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://10.0.0.2:1/v1", False),
        ("https://example.org/v1", False),
    ],
)
def test_loopback_is_local(url: str, local: bool) -> None:  # noqa: FBT001
    assert is_local(url) is local


async def test_each_request_has_a_connection_of_its_own() -> None:
    with ScriptedServer(Script("30 days.")) as server:
        client = backend(server.base_url)
        for _ in range(2):
            assert [delta async for delta in client.stream(ASK, 80)]
        await client.close()
    first, second = server.requests
    assert first.connection != second.connection


@pytest.mark.parametrize(
    "address",
    [
        "http://me:s3cret@127.0.0.1:9/v1",
        "http://me:s3cret@127.0.0.1:notaport",
        "http://me:s3/s3cret@127.0.0.1",
        "http://me:s3cret@[::1",
        "http:/me:s3cret@127.0.0.1",
        "me:s3cret@127.0.0.1:9",
        "http://127.0.0.1:9/v1?key=s3cret",
        "http://127.0.0.1:9/v1#s3cret",
    ],
)
def test_an_address_is_shown_without_what_opens_it(address: str) -> None:
    shown = without_password(address)
    assert "s3" not in shown
    assert "127.0.0.1" in shown or "[::1" in shown


async def test_a_password_in_an_address_is_never_shown() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://me:s3cret@127.0.0.1:{taken.getsockname()[1]}/v1"
        error = await failure(backend(address))
        client = backend(address)
        check = await client.check()
        await client.close()
    assert "s3cret" not in f"{error.sentence} {check} {client.base_url}"
