"""The load test of the chat."""

from __future__ import annotations

import asyncio
import json
import socket
from itertools import pairwise

import httpx2
import pytest

from rag.evaluation.load.conversation import Conversation
from rag.evaluation.load.load_test import LoadReport, load_test
from rag.evaluation.load.paced_server import PacedServer
from rag.evaluation.spread import Spread
from rag.presentation.reports import load_table

FAST = 2_000.0


async def asked(server: PacedServer, number: int) -> str:
    """What the server says to a question with that number."""
    body = {"messages": [{"role": "user", "content": f"Well, request {number}?"}], "stream": True}
    async with httpx2.AsyncClient() as client:
        answer = await client.post(f"{server.base_url}/v1/chat/completions", json=body)
    events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line]
    chunks = [json.loads(event) for event in events if event != "[DONE]"]
    deltas = (choice["delta"] for chunk in chunks for choice in chunk["choices"])
    return "".join(delta.get("content", "") for delta in deltas)


async def test_the_server_says_the_same_to_everybody_and_knows_whom_it_answered_when() -> None:
    async with PacedServer("one two three", FAST, slots=2) as server:
        answers = await asyncio.gather(*(asked(server, number) for number in (7, 8)))
    assert answers == ["one two three"] * 2
    assert server.calls.keys() == {7, 8}
    for call in server.calls.values():
        assert call.received < call.first_sent < call.ended


async def test_the_server_takes_only_so_many_at_once() -> None:
    async with PacedServer("one two three", FAST, slots=1) as server:
        await asyncio.gather(*(asked(server, number) for number in range(3)))
    calls = sorted(server.calls.values(), key=lambda call: call.first_sent)
    for before, after in pairwise(calls):
        assert before.ended <= after.first_sent


@pytest.mark.parametrize("slots", [5])
async def test_the_server_tells_its_slots_and_its_model(slots: int) -> None:
    async with PacedServer("one", FAST, slots=slots) as server, httpx2.AsyncClient() as client:
        models = (await client.get(f"{server.base_url}/v1/models")).json()
        told = (await client.get(f"{server.base_url}/props")).json()
        other = await client.get(f"{server.base_url}/api/ps")
    assert [model["id"] for model in models["data"]] == ["phi-4-mini"]
    assert told == {"total_slots": slots}
    assert other.status_code == 404


async def test_a_chat_that_is_not_there_is_an_error_of_its_conversation() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        talk = Conversation(f"http://127.0.0.1:{taken.getsockname()[1]}")
        await talk.open(60)
    await talk.ask("Well?", 60)
    await talk.close()
    assert "Cannot connect" in talk.exchange.error
    assert talk.exchange.asked == 0


async def test_every_conversation_gets_its_whole_answer() -> None:
    report = await load_test(3, 0.1, tokens_per_second=FAST)
    assert (report.errors, report.whole, report.conversations) == ((), 3, 3)
    for one in (report.question_to_model, report.first_token_added, report.first_word):
        assert one
        assert 0 < one.median <= one.most
        assert one.p95 is None


def test_the_table_tells_what_was_measured_and_every_error_once() -> None:
    spread = Spread(12.4, 9.0, 30.0, None)
    report = LoadReport(
        4, 0.0, ("TimeoutError: ",) * 2, 2, spread, None, spread, spread, None, (300.0, 310.0)
    )
    assert load_table(report).splitlines() == [
        "ms                            median         p95        most",
        "question to model                 12           -          30",
        "question to first word            12           -          30",
        "question to end                   12           -          30",
        "4 conversations in one instant: 2 whole answers, 2 errors",
        "TimeoutError: ",
        "memory of the chat: 300 MB before, 310 MB after",
    ]


async def test_a_bare_chat_of_one_step_is_measured_alike() -> None:
    report = await load_test(2, 0.1, tokens_per_second=FAST, bare=True)
    assert (report.errors, report.whole, report.conversations) == ((), 2, 2)
    assert report.question_to_model
    assert report.first_token_added
