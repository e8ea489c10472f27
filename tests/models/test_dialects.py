"""Servers that speak OpenAI's protocol in ways of their own, as met in public reports."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest

from rag.domain.completions import Delta, Endpoint, Message, Profile, Usage
from rag.domain.errors import BackendBroken, BackendError, BackendRefused, PromptTooLong
from rag.models.openai_compatible import OpenAICompatibleBackend
from tests.scripted_server import Script, ScriptedServer
from tests.waiting import GENEROUS_S

ASK = [Message("system", "Be brief."), Message("user", "How long?")]
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
END = "data: [DONE]\n\n"
TEXT = "30 days it is."


def backend(base_url: str) -> OpenAICompatibleBackend:
    return OpenAICompatibleBackend(
        Endpoint(base_url, "scripted", Profile(300, 80), timeout_s=GENEROUS_S)
    )


def delta_event(**delta: object) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def stream_of(*events: object, end: str = END) -> Script:
    return Script(body="".join(f"data: {json.dumps(event)}\n\n" for event in events) + end)


def refusal(status: int, message: str, **headers: str) -> Script:
    body = json.dumps({"error": {"message": message}})
    kept = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Script(status=status, body=body, content_type="application/json", headers=kept)


async def read(base_url: str) -> list[Delta]:
    client = backend(base_url)
    try:
        return [delta async for delta in client.stream(ASK, 80)]
    finally:
        await client.close()


async def failure(script: Script) -> BackendError:
    with ScriptedServer(script) as server, pytest.raises(BackendError) as caught:
        await read(server.base_url)
    return caught.value


async def test_a_character_cut_in_two_is_whole_and_half_a_one_is_replaced() -> None:
    halves = "\U0001f600".encode("utf-16-be")
    first, second = (chr(int.from_bytes(halves[i : i + 2], "big")) for i in (0, 2))
    events = (delta_event(content=f"a{first}"), delta_event(content=f"{second}b{first} c"), STOP)
    with ScriptedServer(stream_of(*events)) as server:
        deltas = await read(server.base_url)
    assert said(deltas) == "a\U0001f600b\ufffd c"


def said(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


WORDS = ["30", " days", " it", " is."]
DIALECTS = {
    "parts": stream_of(
        delta_event(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]),
        *(delta_event(content=[{"type": "text", "text": word}]) for word in WORDS),
        STOP,
    ),
    "whole message": stream_of(
        {"choices": [{"message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}]}
    ),
    "pieces and then the whole message": stream_of(
        *(delta_event(content=word) for word in WORDS),
        {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]},
    ),
    "no stream at all": Script(
        body=json.dumps({"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}),
        content_type="application/json",
    ),
    "no finish reason": stream_of(*(delta_event(content=word) for word in WORDS)),
    "no end": stream_of(*(delta_event(content=word) for word in WORDS), STOP, end=""),
    "null everywhere": stream_of(
        {"choices": []},
        {"choices": [{"delta": None, "finish_reason": None}], "usage": None},
        delta_event(content=None, reasoning_content="Hm."),
        *(delta_event(content=word, tool_calls=None) for word in WORDS),
        STOP,
    ),
    "end token": stream_of(*(delta_event(content=w) for w in [*WORDS, "<|im_end|>"]), STOP),
    "end tag": stream_of(*(delta_event(content=w) for w in [*WORDS, "</s>\n"]), STOP),
    "end of turn, cut": stream_of(
        *(delta_event(content=w) for w in [*WORDS, "<end_of", "_turn>"]), STOP
    ),
    "ids and comments": Script(
        body=": hello\n\n"
        + "".join(
            f"id: {n}\nevent: message\ndata: {json.dumps(delta_event(content=word))}\n\n: ping\n\n"
            for n, word in enumerate(WORDS)
        )
        + f"data: {json.dumps(STOP)}\n\n{END}"
    ),
    "comments as data": Script(
        body="data: : PROCESSING\n\n"
        + stream_of(*(delta_event(content=word) for word in WORDS), STOP).body
    ),
    "carriage returns": Script(
        body=stream_of(*(delta_event(content=w) for w in WORDS), STOP).body.replace("\n", "\r\n")
    ),
    "reasoning": stream_of(
        delta_event(reasoning="Hm."), *(delta_event(content=word) for word in WORDS), STOP
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
async def test_a_dialect_is_understood(name: str) -> None:
    with ScriptedServer(DIALECTS[name]) as server:
        deltas = await read(server.base_url)
    assert said(deltas) == TEXT
    assert len(server.requests) == 1


async def test_line_separators_within_text_do_not_end_a_line() -> None:
    event = json.dumps(delta_event(content="a\u2028b\x85c"), ensure_ascii=False)
    with ScriptedServer(Script(body=f"data: {event}\n\n{END}")) as server:
        assert said(await read(server.base_url)) == "a\u2028b\x85c"


async def test_invalid_utf_8_is_replaced() -> None:
    body = stream_of(delta_event(content="caf?"), STOP).body.replace("caf?", "caf\udce9")
    with ScriptedServer(Script(body=body)) as server:
        assert said(await read(server.base_url)) == "caf\ufffd"


async def test_text_before_an_unopened_end_of_thinking_is_withdrawn() -> None:
    words = ["Let me ", "look.\n", "</thi", "nk>", TEXT]
    script = stream_of(*(delta_event(content=word) for word in words), STOP)
    with ScriptedServer(script) as server:
        deltas = await read(server.base_url)
    start = next(i for i, delta in enumerate(deltas) if delta.was_reasoning)
    assert said(deltas[:start]) == "Let me look.\n"
    assert said(deltas[start:]) == TEXT


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": "100", "completion_tokens": "12"}, Usage(100, 12)),
        ({"prompt_tokens": 100.0, "completion_tokens": 12}, Usage(100, 12)),
        ({"prompt_tokens": None, "completion_tokens": None}, None),
        ({"prompt_tokens": -1, "completion_tokens": 12}, None),
        ({"prompt_tokens": 1e300, "completion_tokens": 12}, None),
        ({"prompt_tokens": "many", "completion_tokens": 12}, None),
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 1,
                "prompt_tokens_details": {"cached_tokens": 900},
            },
            Usage(100, 1, 100),
        ),
        ("12", None),
    ],
)
async def test_usage_is_taken_only_where_it_makes_sense(
    usage: object, expected: Usage | None
) -> None:
    script = stream_of(delta_event(content="Yes."), STOP, {"choices": [], "usage": usage})
    with ScriptedServer(script) as server:
        deltas = await read(server.base_url)
    assert next((d.usage for d in deltas if d.usage), None) == expected


REFUSED_PARTS = {
    "stream_options": (422, "Extra inputs are not permitted: body, stream_options"),
    "max_tokens": (400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."),
    "temperature": (400, "'temperature' does not support 0.0 with this model."),
}


@pytest.mark.parametrize("part", REFUSED_PARTS)
async def test_a_refused_part_is_left_out_from_then_on(part: str) -> None:
    def rule(body: dict[str, Any]) -> Script:
        return refusal(*REFUSED_PARTS[part]) if part in body else Script(TEXT)

    with ScriptedServer(rule) as server:
        client = backend(server.base_url)
        for _ in range(2):
            assert said([delta async for delta in client.stream(ASK, 80)]) == TEXT
        await client.close()
    assert [part in request.body for request in server.requests] == [True, False, False]


async def test_a_limit_has_another_name_where_the_server_wants_it() -> None:
    def rule(body: dict[str, Any]) -> Script:
        return refusal(*REFUSED_PARTS["max_tokens"]) if "max_tokens" in body else Script(TEXT)

    with ScriptedServer(rule) as server:
        await read(server.base_url)
    assert server.requests[-1].body["max_completion_tokens"] == 80


async def test_a_system_message_joins_the_first_where_the_server_takes_none() -> None:
    def rule(body: dict[str, Any]) -> Script:
        has_system = body["messages"][0]["role"] == "system"
        return refusal(400, "System role not supported") if has_system else Script(TEXT)

    with ScriptedServer(rule) as server:
        await read(server.base_url)
    assert server.requests[-1].body["messages"] == [
        {"role": "user", "content": "Be brief.\n\nHow long?"}
    ]


async def test_a_refusal_of_something_else_is_told_in_the_servers_words() -> None:
    error = await failure(refusal(400, "The model is on holiday."))
    assert isinstance(error, BackendRefused)
    assert "on holiday" in str(error)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_to_wait_is_asked_again(status: int) -> None:
    scripts = [refusal(status, "Loading model", retry_after="0.1"), Script(TEXT)]
    with ScriptedServer(lambda _: scripts.pop(0)) as server:
        deltas = await read(server.base_url)
    assert [delta.wait_s for delta in deltas if delta.wait_s] == [0.1]
    assert said(deltas) == TEXT


async def test_a_server_that_says_now_is_still_given_a_moment() -> None:
    scripts = [refusal(429, "Busy", retry_after="0"), Script(TEXT)]
    with ScriptedServer(lambda _: scripts.pop(0)) as server:
        deltas = await read(server.base_url)
    assert [delta.wait_s for delta in deltas if delta.wait_s] == [0.1]


async def test_a_wait_beyond_ones_patience_is_a_refusal() -> None:
    error = await failure(refusal(429, "Come back tomorrow", retry_after="86400"))
    assert isinstance(error, BackendRefused)
    assert "tomorrow" in str(error)


@pytest.mark.parametrize(
    ("message", "window"),
    [
        ("This model's maximum context length is 2000 tokens. However, you requested 2350", 2000),
        ("the request exceeds the available context size (4096 tokens), try increasing it", 4096),
        ('{"n_ctx": 8192, "type": "exceed_context_size_error"}', 8192),
        (
            "context the overflows. However, the model is loaded with context length of only 4096",
            4096,
        ),
        ("Input is longer than the context window.", None),
    ],
)
async def test_a_prompt_that_is_too_long_tells_the_window(message: str, window: int | None) -> None:
    error = await failure(refusal(400, message))
    assert isinstance(error, PromptTooLong)
    assert error.window_tokens == window


async def test_an_empty_reply_is_asked_for_once_more() -> None:
    scripts = [stream_of(STOP), Script(TEXT)]
    with ScriptedServer(lambda _: scripts.pop(0)) as server:
        assert said(await read(server.base_url)) == TEXT


async def test_a_tool_call_that_nobody_asked_for_is_no_answer() -> None:
    call = {"index": 0, "function": {"name": "search", "arguments": "{}"}}
    script = stream_of(
        delta_event(content=None, tool_calls=[call]),
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
    )
    with ScriptedServer(script) as server:
        assert said(await read(server.base_url)) == ""
    assert len(server.requests) == 2


async def test_an_endless_stream_is_cut_off() -> None:
    event = f"data: {json.dumps(delta_event(content=' word'))}\n\n".encode()
    with ScriptedServer(Script(endless=event)) as server:
        deltas = await read(server.base_url)
    assert len(said(deltas).split()) <= 4 * 80 + 1
    assert [delta.finish_reason for delta in deltas if delta.finish_reason] == ["length"]


@pytest.mark.parametrize("piece", [b"x" * 65536, b": ping\n\n" * 8192, b"data: {}\n\n" * 8192])
async def test_what_never_ends_and_says_nothing_is_broken(piece: bytes) -> None:
    assert isinstance(await failure(Script(endless=piece)), BackendBroken)


async def test_an_error_without_end_is_not_held() -> None:
    error = await failure(Script(endless=b"x" * 65536, content_type="application/json"))
    assert isinstance(error, BackendBroken)


async def test_a_compressed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(b"x" * 1_000_000).decode("utf-8", "surrogateescape")
    error = await failure(Script(body=packed, headers=(("content-encoding", "gzip"),)))
    assert isinstance(error, BackendBroken)
    assert "compressed" in str(error)


async def test_json_without_end_of_nesting_is_broken() -> None:
    assert isinstance(await failure(Script(body="data: " + "[" * 100_000 + "\n\n")), BackendBroken)


async def test_a_redirect_is_not_followed() -> None:
    with ScriptedServer(Script(TEXT)) as other:
        there = f"{other.base_url}/v1/chat/completions"
        moved = Script(status=307, body="{}", headers=(("location", there),))
        await failure(moved)
    assert other.connections == 0


async def test_the_reasoning_effort_is_sent_and_left_out_where_it_is_refused() -> None:
    def answer(body: dict[str, Any]) -> Script:
        if "reasoning_effort" in body:
            return refusal(400, "Unsupported parameter: reasoning_effort")
        return Script(TEXT)

    endpoint = Endpoint("", "scripted", Profile(300, 80), reasoning_effort="low")
    with ScriptedServer(answer) as server:
        client = OpenAICompatibleBackend(replace(endpoint, base_url=server.base_url))
        deltas = [delta async for delta in client.stream(ASK, 80)]
        await client.close()
    assert "".join(delta.text for delta in deltas) == TEXT
    efforts = [request.body.get("reasoning_effort") for request in server.requests]
    assert efforts == ["low", None]
