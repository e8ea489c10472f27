"""The open pages of a conversation: all of them see an answer grow, and each can stop it.

A reload in mid-answer makes a new page; Chainlit sends events to the one that asked.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.session import ws_sessions_id
from chainlit.user_session import user_sessions

from rag.interfaces.chat.memory import Conversation

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator, Sequence
    from typing import Any

    from chainlit.session import WebsocketSession
    from socketio import AsyncServer

    from rag.interfaces.chat.reply import Reply

_SHARED_EVENTS = frozenset(
    {"new_message", "update_message", "delete_message", "task_start", "task_end"}
    | {"element", "remove_element", "action", "remove_action", "window_message"}
)
_shares: ContextVar[bool] = ContextVar("shares", default=False)
"""Whether events of this task go to all pages of its conversation."""


@dataclass(frozen=True)
class Running:
    """An answer that is being written."""

    task: asyncio.Task[Any]
    reply: Reply


running: dict[str, Running] = {}
"""By conversation."""


def share_events(server: AsyncServer) -> None:
    """Have the server send the events of an answer to all pages of its conversation."""
    emit = server.emit

    async def emit_to_all(event: str, data: object = None, **where: object) -> None:
        await emit(event, data, **where)
        if _shares.get() and event in _SHARED_EVENTS:
            for page in other_pages():
                await emit(event, data, to=page.socket_id)

    server.emit = emit_to_all


async def share_answer(question: cl.Message | None = None) -> None:
    """Show a new question to the other pages of this conversation, and what this task does next."""
    run = cl.context.current_step  # Chainlit puts an answer's buttons into its run
    shown = [step.to_dict() for step in (question, run) if step]
    for page in other_pages():
        for step in shown:
            await page.emit("new_message", step)
        await page.emit("task_start", {})
    _shares.set(True)


async def repeat_actions(message: cl.Message) -> None:
    """Show an answer's buttons on pages that were opened between them and its record."""
    shares = _shares.set(False)  # each page is told by itself
    for page in other_pages():
        for action in message.actions:
            await page.emit("remove_action", action.to_dict())
            await page.emit("action", action.to_dict())
    _shares.reset(shares)


async def forget_on_other_pages(messages: Sequence[str]) -> None:
    """Remove the messages below an edited one."""
    for page in other_pages():
        for message_id in messages:
            await page.emit("delete_message", {"id": message_id})


def other_pages() -> Iterator[WebsocketSession]:
    """Yield the other pages of this task's conversation, which are the same person's."""
    own = cl.context.session
    for page in list(ws_sessions_id.values()):
        if page is not own and page.thread_id == own.thread_id and _user(page) == _user(own):
            yield page


def _user(page: object) -> str:
    user = getattr(page, "user", None)
    return str(user.identifier) if user else ""


def other_conversations() -> Iterator[Conversation]:
    """Yield what the other pages know of this conversation."""
    for page in other_pages():
        kept = user_sessions.get(page.id, {}).get("conversation")
        if isinstance(kept, Conversation):
            yield kept


async def join_running() -> None:
    """Show a page that was just drawn the answer that its conversation waits for, with Stop."""
    own = cl.context.session
    answer = running.get(own.thread_id)
    if answer is None:
        return
    own.current_task = answer.task
    if answer.reply.message:  # what was written while the page was drawn
        await cl.context.emitter.send_step(answer.reply.message.to_dict())
    await cl.context.emitter.task_start()
