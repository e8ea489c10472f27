"""Background work: closed tabs, ended sessions, progress of reading."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chainlit.chat_context import chat_contexts
from chainlit.server import sio
from chainlit.session import ws_sessions_id

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from chainlit.session import WebsocketSession

    from rag.corpus.knowledge_base import KnowledgeBase

CLOSED_TAB_GRACE_S = 30.0
"""After a reload or a network failure, the socket reconnects within this time."""
SWEEP_S = 60.0
REPORT_S = 0.5
MIN_REPORTED_FILES = 10
"""Fewer new files are read before the line could be noticed."""


def cancel_after_grace(
    session: WebsocketSession, grace_s: float = CLOSED_TAB_GRACE_S
) -> asyncio.Task[None] | None:
    """Cancel a closed tab's request unless the tab reconnects; return the waiting task."""
    task, socket_id = session.current_task, session.socket_id
    if task is None or task.done():
        return None
    return run_in_background(_cancel_if_gone(session, task, socket_id, grace_s))


async def _cancel_if_gone(
    session: WebsocketSession, task: asyncio.Task[None], socket_id: str, grace_s: float
) -> None:
    await asyncio.sleep(grace_s)
    if session.socket_id == socket_id and not _is_seen_elsewhere(session):
        task.cancel()


def _is_seen_elsewhere(session: WebsocketSession) -> bool:
    """Whether another page of the conversation is open."""
    return any(
        page is not session
        and page.thread_id == session.thread_id
        and sio.manager.is_connected(page.socket_id, "/")
        for page in list(ws_sessions_id.values())
    )


async def sweep(every_s: float = SWEEP_S) -> None:
    """Delete the messages of ended sessions, which Chainlit never does."""
    while True:
        await asyncio.sleep(every_s)
        for session_id in set(chat_contexts) - set(ws_sessions_id):
            chat_contexts.pop(session_id, None)


async def report_reading(knowledge: KnowledgeBase) -> None:
    """Show the progress of reading on every open page."""
    reported: tuple[int, int] | None = None
    while True:
        await asyncio.sleep(REPORT_S)
        progress = knowledge.progress
        if progress and progress[1] < MIN_REPORTED_FILES:
            progress = None
        if progress or reported:
            data = {"plumbline": "reading", "progress": progress}
            for one in list(ws_sessions_id.values()):
                await one.emit("window_message", data)
        reported = progress


_tasks: set[asyncio.Task[None]] = set()


def run_in_background(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Start a task and keep a reference to it, which the event loop does not."""
    task = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task
