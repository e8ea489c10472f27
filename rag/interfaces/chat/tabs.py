"""Work that outlives a message: closed tabs, ended sessions, progress of reading."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chainlit.chat_context import chat_contexts
from chainlit.session import ws_sessions_id

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from chainlit.session import WebsocketSession

    from rag.corpus.knowledge_base import KnowledgeBase

CLOSED_TAB_GRACE_S = 30.0
"""A reload and a network blip look like a closed tab; their socket comes back in this time."""
SWEEP_S = 60.0
TELL_S = 0.5
WORTH_TELLING = 10
"""Fewer new files are read before anybody could read the line."""


def cancel_after_grace(
    session: WebsocketSession, grace_s: float = CLOSED_TAB_GRACE_S
) -> asyncio.Task[None] | None:
    """End what a closed tab left running, unless the tab is back in time; return what waits."""
    task, socket_id = session.current_task, session.socket_id
    if task is None or task.done():
        return None
    return run_in_background(_cancel_if_gone(session, task, socket_id, grace_s))


async def _cancel_if_gone(
    session: WebsocketSession, task: asyncio.Task[None], socket_id: str, grace_s: float
) -> None:
    await asyncio.sleep(grace_s)
    if session.socket_id == socket_id:
        task.cancel()


async def sweep(every_s: float = SWEEP_S) -> None:
    """Forget the messages of ended sessions; Chainlit keeps them for ever."""
    while True:
        await asyncio.sleep(every_s)
        for session_id in set(chat_contexts) - set(ws_sessions_id):
            chat_contexts.pop(session_id, None)


async def tell_of_reading(knowledge: KnowledgeBase) -> None:
    """Let every open page show how far new documents are read."""
    told: tuple[int, int] | None = None
    while True:
        await asyncio.sleep(TELL_S)
        progress = knowledge.progress
        if progress and progress[1] < WORTH_TELLING:
            progress = None
        if progress or told:
            data = {"plumbline": "reading", "progress": progress}
            for one in list(ws_sessions_id.values()):
                await one.emit("window_message", data)
        told = progress


_tasks: set[asyncio.Task[None]] = set()


def run_in_background(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Start work and keep it alive: the event loop alone would forget it."""
    task = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task
