"""Chainlit's own session and emitter over a socket that remembers; no browser, no server."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("CHAINLIT_APP_ROOT", tempfile.mkdtemp())  # before Chainlit is imported

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest_asyncio
from chainlit.chat_context import chat_contexts
from chainlit.context import ChainlitContext, context_var, local_steps
from chainlit.session import WebsocketSession
from chainlit.user_session import user_sessions


@dataclass
class Socket:
    """What the page would have been sent, in order."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    session: WebsocketSession | None = None

    async def emit(self, event: str, data: Any) -> None:
        self.events.append((event, data))

    async def emit_call(self, event: str, data: Any, timeout: float) -> None:
        self.events.append((event, data))

    def named(self, *names: str) -> list[Any]:
        return [data for event, data in self.events if event in names]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The last state of each assistant message that was not removed again."""
        gone = {data["id"] for data in self.named("delete_message")}
        states = {
            data["id"]: data
            for data in self.named("new_message", "update_message")
            if data["type"] == "assistant_message" and data["id"] not in gone
        }
        return list(states.values())

    @property
    def steps(self) -> list[str]:
        states = {
            data["id"]: data["name"]
            for data in self.named("new_message", "update_message")
            if "message" not in data["type"]
        }
        return list(states.values())


@pytest_asyncio.fixture
async def socket() -> AsyncIterator[Socket]:
    page = Socket()
    session = WebsocketSession(
        id=str(uuid4()),
        socket_id=str(uuid4()),
        emit=page.emit,
        emit_call=page.emit_call,
        user_env={},
        client_type="webapp",
    )
    page.session = session
    token = context_var.set(ChainlitContext(session))
    local_steps.set(None)
    yield page
    context_var.reset(token)
    await session.delete()
    user_sessions.pop(session.id, None)
    chat_contexts.pop(session.id, None)
