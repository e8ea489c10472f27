from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import chainlit as cl
import pytest
from chainlit.chat_context import chat_contexts

from rag.answering.assistant import Assistant
from rag.answering.cascade import AGAIN_TEMPERATURE
from rag.domain.completions import Delta, Profile
from rag.domain.conversation import Question
from rag.domain.events import Event
from rag.domain.requests import Mode
from rag.interfaces.chat import session
from rag.interfaces.chat.memory import conversation
from rag.interfaces.chat.pickers import MODE, SCOPE
from rag.interfaces.chat.tabs import cancel_after_grace, sweep
from tests.builders import assistant_of, book
from tests.fakes import FakeBackend, says
from tests.interfaces.chat.socket import Socket
from tests.waiting import until

GOOD = says("Customers may return the RelayBox within 30 days of delivery.")
QUESTION = "How long can a customer keep the RelayBox?"


class Broken(Assistant):
    """An assistant with a fault that nobody foresaw."""

    async def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        if question.text:
            raise RuntimeError("secret detail")
        yield  # type: ignore[misc]


async def test_an_answer_is_one_message_with_its_steps_chips_and_line(
    corpus: Path, socket: Socket
) -> None:
    await session.answer_message(assistant_of(corpus, FakeBackend(GOOD)), cl.Message(QUESTION))
    [message] = socket.messages
    assert message["output"].startswith("Customers may return")
    assert 'delivery. [1]\n\n[](#sources "1 returns.md' in message["output"]
    assert any(step.startswith("Retrieved") for step in socket.steps)
    assert any("tok" in step for step in socket.steps)
    [chip] = socket.named("element")
    assert (chip["name"], chip["display"], chip["forId"]) == ("[1]", "side", message["id"])
    assert [action["name"] for action in socket.named("action")] == ["trace", "regenerate"]
    assert socket.events[-1] == ("set_sidebar_elements", {"elements": [], "key": None})


async def test_an_unforeseen_fault_says_a_sentence_and_hides_the_detail(
    corpus: Path, socket: Socket, caplog: pytest.LogCaptureFixture
) -> None:
    good = assistant_of(corpus, FakeBackend(GOOD))
    broken = Broken(good.knowledge, good.cascade, good._clock)
    await session.answer_message(broken, cl.Message(QUESTION))
    [message] = socket.messages
    assert "ask again" in message["output"]
    assert "secret" not in message["output"]
    assert "secret detail" in caplog.text
    number = message["output"].split("number ")[1].split(")")[0]
    assert number in caplog.text
    await session.answer_message(good, cl.Message(QUESTION))
    assert "30 days" in socket.messages[-1]["output"]


async def test_an_editing_person_can_stop_too(corpus: Path, socket: Socket) -> None:
    started = asyncio.Event()

    class Slow(FakeBackend):
        async def stream(
            self, messages: object, max_tokens: int, temperature: float = 0.0
        ) -> AsyncGenerator[Delta, None]:
            yield Delta(text="The RelayBox ships ")
            started.set()
            await asyncio.Event().wait()

    slow = assistant_of(corpus, Slow())
    task = asyncio.create_task(session.answer_message(slow, cl.Message(QUESTION)))
    await started.wait()
    assert socket.session is not None
    assert socket.session.current_task is task
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "not checked" in socket.messages[-1]["output"]
    assert "Stopped" in socket.steps
    assert [action["name"] for action in socket.named("action")] == ["regenerate"]


async def test_a_stop_before_the_first_word_is_said(corpus: Path, socket: Socket) -> None:
    class Silent(FakeBackend):
        async def stream(
            self, messages: object, max_tokens: int, temperature: float = 0.0
        ) -> AsyncGenerator[Delta, None]:
            await asyncio.Event().wait()
            yield Delta()

    silent = assistant_of(corpus, Silent())
    task = asyncio.create_task(session.answer_message(silent, cl.Message(QUESTION)))
    await until(lambda: any("writing" in step for step in socket.steps))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "Stopped before" in socket.messages[-1]["output"]


async def test_an_edited_question_forgets_what_came_after_it(corpus: Path, socket: Socket) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    first = cl.Message(QUESTION)
    await session.answer_message(assistant, first)
    await session.answer_message(assistant, cl.Message("Who pays the postage?"))
    assert len(conversation().exchanges) == 2
    await session.answer_message(assistant, first)
    assert len(conversation().exchanges) == 1


async def test_the_chosen_mode_is_used(corpus: Path, socket: Socket) -> None:
    backend = FakeBackend(GOOD)
    message = cl.Message(QUESTION)
    message.modes = {MODE: Mode.LARGE.value}
    await session.answer_message(assistant_of(corpus, backend), message)
    assert backend.asked == []


async def test_asking_anyway_shows_that_it_works_and_ends(corpus: Path, socket: Socket) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    await session.answer_message(assistant, cl.Message("Which penguins live in Mongolia?"))
    refusal = socket.messages[-1]["id"]
    socket.events.clear()
    await session.ask_anyway(assistant, refusal)
    names = [event for event, _ in socket.events]
    assert names[0] == "task_start"
    assert names[-1] == "task_end"
    assert len(socket.messages) == 1


async def test_a_regenerated_answer_stands_below_the_first_and_counts_from_then_on(
    corpus: Path, socket: Socket
) -> None:
    backend = FakeBackend(GOOD)
    assistant = assistant_of(corpus, backend)
    await session.answer_message(assistant, cl.Message(QUESTION))
    first = socket.messages[-1]["id"]
    backend.deltas = says("The RelayBox may be returned by customers within 30 days of delivery.")
    await session.regenerate(assistant, first)
    assert len(socket.messages) == 2
    assert backend.temperatures == [0.0, AGAIN_TEMPERATURE]
    assert len(backend.asked[-1]) == len(backend.asked[0])
    [turn] = conversation().history()
    assert turn.answer.startswith("The RelayBox may be returned")


async def test_an_older_question_is_answered_again_without_what_came_after_it(
    corpus: Path, socket: Socket
) -> None:
    backend = FakeBackend(GOOD)
    assistant = assistant_of(corpus, backend)
    await session.answer_message(assistant, cl.Message(QUESTION))
    first = socket.messages[-1]["id"]
    await session.answer_message(assistant, cl.Message("And who pays the postage?"))
    await session.regenerate(assistant, first)
    assert [turn.question for turn in conversation().history()] == [
        QUESTION,
        "And who pays the postage?",
        QUESTION,
    ]
    repeated = [m for m in socket.named("new_message") if m["type"] == "user_message"]
    assert [message["output"] for message in repeated] == [QUESTION]
    assert len(backend.asked[-1]) == 2


async def test_the_large_model_is_asked_on_demand(corpus: Path, socket: Socket) -> None:
    large = FakeBackend(GOOD, model="gpt-oss-20b")
    assistant = assistant_of(corpus, FakeBackend(GOOD), large)
    await session.answer_message(assistant, cl.Message(QUESTION))
    labels = [action["label"] for action in socket.named("action")]
    assert "Ask gpt-oss-20b" in labels
    await session.retry_large(assistant, socket.messages[-1]["id"])
    assert len(large.asked) == 1
    assert "Ask gpt-oss-20b" not in [a["label"] for a in socket.named("action")][len(labels) :]


async def test_where_to_look_is_offered_and_used(corpus: Path, socket: Socket) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    await asyncio.to_thread(assistant.knowledge.refresh)
    await session.begin(assistant)
    [_, scope] = socket.named("set_modes")[-1]
    assert [option["id"] for option in scope["options"]] == [
        "*",
        "office",
        "faq.md",
        "office/holidays.md",
        "returns.md",
    ]
    message = cl.Message(QUESTION)
    message.modes = {SCOPE: "office"}
    await session.answer_message(assistant, message)
    assert conversation().exchanges[-1].answer.scope == "office"
    await session.only_in(assistant, "faq.md")
    [_, scope] = socket.named("set_modes")[-1]
    assert [o["id"] for o in scope["options"] if o["default"]] == ["faq.md"]


async def test_new_documents_are_offered_after_the_next_answer(
    corpus: Path, socket: Socket
) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    await session.begin(assistant)
    (corpus / "new.md").write_text("# New\n\nSomething new stands here.\n")
    await session.answer_message(assistant, cl.Message(QUESTION))
    [_, scope] = socket.named("set_modes")[-1]
    assert "new.md" in {option["id"] for option in scope["options"]}


async def test_a_longer_document_shows_its_parts_in_one_message(
    corpus: Path, socket: Socket
) -> None:
    book(corpus, 4)
    small = FakeBackend(says("The boats came home in the evening light."), profile=Profile(200, 80))
    await session.answer_message(assistant_of(corpus, small), cl.Message("Summarise book.md"))
    [message] = socket.messages
    assert message["output"].count("evening light") > 1
    assert any("part 2 of" in step for step in socket.steps)


async def test_steps_and_lines_are_in_the_language_of_the_question(
    corpus: Path, socket: Socket
) -> None:
    await session.answer_message(
        assistant_of(corpus, FakeBackend(GOOD)),
        cl.Message("Hoe lang kan een klant de RelayBox houden?"),
    )
    assert any("passages gevonden" in step for step in socket.steps)
    assert any("geweigerd" in action["label"] for action in socket.named("action"))


async def test_an_open_trace_follows_the_newest_answer_until_it_is_closed(
    corpus: Path, socket: Socket
) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    await session.answer_message(assistant, cl.Message(QUESTION))
    first = socket.messages[-1]["id"]
    await session.open_trace(first)
    assert socket.events[-1] == ("set_sidebar_title", "Trace")
    await session.answer_message(assistant, cl.Message("Who pays the postage?"))
    second = socket.messages[-1]["id"]
    shown = socket.named("set_sidebar_elements")[-1]["elements"]
    assert shown[0]["props"]["id"] == second
    session.close_trace(first)
    assert conversation().open_trace == second
    session.close_trace(second)
    await session.answer_message(assistant, cl.Message(QUESTION))
    assert socket.named("set_sidebar_elements")[-1]["elements"] == []


async def test_an_unknown_answer_opens_nothing(socket: Socket) -> None:
    await session.open_trace("unknown")
    assert socket.events == []


@pytest.mark.parametrize("back_in_time", [True, False])
async def test_a_closed_tab_ends_its_run_after_a_grace_unless_it_is_back(
    socket: Socket,
    back_in_time: bool,  # noqa: FBT001
) -> None:
    assert socket.session is not None
    run = asyncio.create_task(asyncio.Event().wait())
    socket.session.current_task = run
    waiting = cancel_after_grace(socket.session, grace_s=0.05)
    assert waiting is not None
    if back_in_time:
        socket.session.socket_id = "another"
    await waiting
    cancelled = run.cancelling() > 0
    run.cancel()
    assert cancelled is not back_in_time


async def test_messages_of_ended_sessions_are_swept(socket: Socket) -> None:
    assert socket.session is not None
    chat_contexts["ended"] = []
    chat_contexts[socket.session.id] = []
    sweeping = asyncio.create_task(sweep(every_s=0.01))
    await until(lambda: "ended" not in chat_contexts)
    sweeping.cancel()
    assert socket.session.id in chat_contexts


async def test_a_summary_that_is_stopped_keeps_its_checked_parts(
    corpus: Path, socket: Socket
) -> None:
    book(corpus, 4)
    asked = asyncio.Event()

    class Slow(FakeBackend):
        async def stream(
            self, messages: object, max_tokens: int, temperature: float = 0.0
        ) -> AsyncGenerator[Delta, None]:
            if asked.is_set():
                yield Delta(text="The boats ")
                await asyncio.Event().wait()
            asked.set()
            yield Delta(text="The boats came home in the evening light.")

    slow = assistant_of(corpus, Slow(profile=Profile(200, 80)))
    task = asyncio.create_task(session.answer_message(slow, cl.Message("Summarise book.md")))
    await until(lambda: any("part 2" in step for step in socket.steps))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    message = socket.messages[-1]
    assert message["output"].startswith("The boats came home in the evening light. [")
    assert [chip["forId"] for chip in socket.named("element")] == [message["id"]]
    [turn] = conversation().history()
    assert turn.answer.startswith("The boats came home")


async def test_the_pickers_stay_as_the_person_set_them(corpus: Path, socket: Socket) -> None:
    assistant = assistant_of(corpus, FakeBackend(GOOD))
    await asyncio.to_thread(assistant.knowledge.refresh)
    await session.only_in(assistant, "faq.md", "small")
    [model, scope] = socket.named("set_modes")[-1]
    chosen = [o["id"] for mode in (model, scope) for o in mode["options"] if o["default"]]
    assert chosen == ["small", "faq.md"]
