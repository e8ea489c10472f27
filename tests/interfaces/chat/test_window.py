from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import chainlit as cl
import pytest
from chainlit.types import ThreadDict

from rag.history.conversations import History
from rag.interfaces.chat import session
from rag.interfaces.chat.data_layer import HistoryDataLayer
from rag.interfaces.chat.memory import conversation
from rag.interfaces.chat.resume import show_earlier
from rag.interfaces.chat.window import (
    EARLIER_TURNS,
    MOST_TURNS,
    NOTE_ID,
    OPENED_TURNS,
    narrow,
    turns_of,
)
from tests.builders import assistant_of
from tests.fakes import FakeBackend, says
from tests.interfaces.chat.socket import Socket


def step(kind: str, number: int) -> dict[str, Any]:
    return {
        "id": f"{kind}-{number}",
        "type": kind,
        "threadId": "t",
        "createdAt": f"2026-01-01T00:00:{number:02}Z",
        "output": str(number),
    }


def thread_of(turns: int) -> ThreadDict:
    steps = [step("run", 0)]
    for number in range(turns):
        steps += [step("user_message", number), step("assistant_message", number)]
    elements = [{"id": f"e{n}", "forId": f"assistant_message-{n}"} for n in range(turns)]
    return ThreadDict(id="t", steps=steps, elements=elements)


def test_a_turn_begins_with_what_a_person_wrote() -> None:
    turns = turns_of(thread_of(3)["steps"])
    assert [part[0]["id"] for part in turns] == ["run-0", "user_message-1", "user_message-2"]


def test_of_a_long_thread_its_end_stays_with_its_elements_under_a_note() -> None:
    thread = thread_of(10)
    assert narrow(thread, 4, "en") == 6
    assert [s["id"] for s in thread["steps"][:2]] == [NOTE_ID, "user_message-6"]
    assert [e["id"] for e in thread["elements"] or ()] == ["e6", "e7", "e8", "e9"]


def test_a_short_thread_stays_whole() -> None:
    thread = thread_of(3)
    assert narrow(thread, 4, "en") == 0
    assert len(thread["steps"]) == 7


@pytest.fixture
def history(tmp_path: Path, socket: Socket, monkeypatch: pytest.MonkeyPatch) -> History:
    """A history behind the chat, with the socket's own thread in it."""
    found = History(tmp_path / "history.sqlite3")
    monkeypatch.setattr("chainlit.data._data_layer", HistoryDataLayer(found))
    monkeypatch.setattr("chainlit.data._data_layer_initialized", True)
    return found


def keep_turns(history: History, thread_id: str, turns: int) -> None:
    for number in range(turns):
        for kind in ("user_message", "assistant_message"):
            record = {**step(kind, number), "id": str(uuid4()), "threadId": thread_id}
            history.put_step({**record, "name": "x"})


async def test_a_page_that_grew_long_goes_back_to_the_end_and_keeps_the_new_question(
    corpus: Path, socket: Socket, history: History
) -> None:
    assert socket.session is not None
    keep_turns(history, socket.session.thread_id, MOST_TURNS)
    conversation().shown = MOST_TURNS
    backend = FakeBackend(says("The RelayBox costs 249 euros."))
    message = cl.Message("How much does the RelayBox cost?", type="user_message")
    await session.answer_message(assistant_of(corpus, backend), message)
    [thread] = socket.named("resume_thread")
    shown = turns_of([s for s in thread["steps"] if s["id"] != NOTE_ID])
    assert len(shown) == OPENED_TURNS
    assert shown[-1][0]["output"] == "How much does the RelayBox cost?"
    assert "earlier" in [action["name"] for action in socket.named("action")]


async def test_earlier_turns_come_back_some_at_a_time(
    corpus: Path, socket: Socket, history: History
) -> None:
    assert socket.session is not None
    keep_turns(history, socket.session.thread_id, 40)
    conversation().shown = OPENED_TURNS
    await show_earlier(assistant_of(corpus, FakeBackend()))
    [thread] = socket.named("resume_thread")
    assert len(turns_of(thread["steps"][1:])) == OPENED_TURNS + EARLIER_TURNS
    await show_earlier(assistant_of(corpus, FakeBackend()))
    assert len(turns_of(socket.named("resume_thread")[-1]["steps"][1:])) == 26
