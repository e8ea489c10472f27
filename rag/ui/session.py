"""One browser tab's requests: asking, stopping, and what goes when the tab goes."""

from __future__ import annotations

import asyncio
import logging
import uuid
from contextlib import aclosing
from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.chat_context import chat_contexts
from chainlit.data import get_data_layer
from chainlit.session import ws_sessions_id

from rag.codec import from_plain, to_plain
from rag.domain import Answer, Mode, Outcome, Question
from rag.present.texts import say
from rag.ui.conversation import Conversation, Exchange
from rag.ui.data_layer import HistoryDataLayer
from rag.ui.reply import Reply, actions_of, show_sidebar, show_trace

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from chainlit.session import WebsocketSession

    from rag.assistant import Assistant
    from rag.history import History

logger = logging.getLogger(__name__)

CLOSED_TAB_GRACE_S = 30.0
"""A reload and a network blip look like a closed tab; their socket comes back in this time."""
SWEEP_S = 60.0
RESUME_S = 0.3
MODE = "model"


async def resume(assistant_history: History, thread_id: str) -> None:
    """Bring an old conversation back: its memory, and the lines under its answers."""
    kept = Conversation()
    for message_id, question_id, record in await asyncio.to_thread(
        assistant_history.answers, thread_id
    ):
        answer = from_plain(Answer, record)
        kept.begin(question_id)
        kept.exchanges.append(Exchange(question_id, message_id, answer))
        for action in actions_of(answer):
            await action.send(for_id=message_id)
    cl.user_session.set("conversation", kept)
    await offer_modes()
    _background(_close_sidebar_after_resume())


async def _close_sidebar_after_resume() -> None:
    """The passages of old answers arrive after this handler, and open the sidebar."""
    await asyncio.sleep(RESUME_S)
    await show_sidebar("", [])


def conversation() -> Conversation:
    """What this chat remembers, made at first use."""
    kept = cl.user_session.get("conversation")
    if not isinstance(kept, Conversation):
        kept = Conversation()
        cl.user_session.set("conversation", kept)
    return kept


async def offer_modes() -> None:
    """Show Auto / Small / Large under the text field."""
    options = [
        cl.ModeOption(
            id=mode.value,
            name=mode.value.capitalize(),
            description=say(f"mode.{mode.value}"),
            default=mode is Mode.AUTO,
        )
        for mode in Mode
    ]
    await cl.context.emitter.set_modes([cl.Mode(id=MODE, name="Model", options=options)])


async def answer_message(assistant: Assistant, message: cl.Message) -> None:
    """Answer what a person sent or edited; whatever goes wrong is said in the chat."""
    chosen = str((message.modes or {}).get(MODE, Mode.AUTO))
    mode = Mode(chosen) if chosen in set(Mode) else Mode.AUTO
    conversation().forget_from(message.id)
    await _guarded(assistant, Question(message.content, mode=mode), message.id)


async def ask_anyway(assistant: Assistant, text: str, mode: str) -> None:
    """Ask a model although the evidence said no, with the Stop button while it runs."""
    emitter = cl.context.emitter
    await emitter.task_start()
    try:
        question = Question(text, mode=Mode(mode), skip_gate=True)
        await _guarded(assistant, question, str(uuid.uuid4()))
    finally:
        await emitter.task_end()


async def _guarded(assistant: Assistant, question: Question, question_id: str) -> None:
    # Chainlit sets this for new messages only; without it Stop does not reach an edited one.
    cl.context.session.current_task = asyncio.current_task()
    conversation().begin(question_id)
    reply = Reply()
    try:
        await _answer(assistant, question, question_id, reply)
    except asyncio.CancelledError:
        await reply.stop()
        raise
    except Exception:
        number = uuid.uuid4().hex[:8]
        logger.exception("Unexpected error %s", number)
        await reply.fail(say("unexpected", number=number))


async def _answer(assistant: Assistant, question: Question, question_id: str, reply: Reply) -> None:
    kept = conversation()
    asked = Question(
        question.text, kept.history(), question.mode, question.scope, question.skip_gate
    )
    async with aclosing(assistant.ask(asked)) as events:
        async for event in events:
            await reply.take(event)
    if reply.answer is None:
        raise AssertionError("every request ends with Answered")
    kept.exchanges.append(Exchange(question_id, reply.message_id, reply.answer))
    if isinstance(layer := get_data_layer(), HistoryDataLayer):
        await asyncio.to_thread(
            layer.history.put_answer,
            cl.context.session.thread_id,
            reply.message_id,
            question_id,
            to_plain(reply.answer),
        )
    # New chips open the sidebar by themselves: it shows what the person had open, or closes.
    if kept.open_trace and reply.answer.outcome is not Outcome.FAILED:
        await open_trace(reply.message_id)
    else:
        await show_sidebar("", [])


async def open_trace(message_id: str) -> None:
    """Show the trace of the answer in that message."""
    kept = conversation()
    answers = kept.until(message_id)
    if answers:
        kept.open_trace = message_id
        await show_trace(answers, message_id)


def close_trace(message_id: str) -> None:
    """The person closed the trace of that answer."""
    kept = conversation()
    if kept.open_trace == message_id:
        kept.open_trace = ""


def cancel_after_grace(session: WebsocketSession) -> None:
    """End what a closed tab left running, unless the tab is back in time."""
    task, socket_id = session.current_task, session.socket_id
    if task is not None and not task.done():
        _background(_cancel_if_gone(session, task, socket_id))


async def _cancel_if_gone(
    session: WebsocketSession, task: asyncio.Task[None], socket_id: str
) -> None:
    await asyncio.sleep(CLOSED_TAB_GRACE_S)
    if session.socket_id == socket_id:
        task.cancel()


async def sweep() -> None:
    """Forget the messages of ended sessions; Chainlit keeps them for ever."""
    while True:
        await asyncio.sleep(SWEEP_S)
        for session_id in set(chat_contexts) - set(ws_sessions_id):
            chat_contexts.pop(session_id, None)


_tasks: set[asyncio.Task[None]] = set()


def _background(work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
