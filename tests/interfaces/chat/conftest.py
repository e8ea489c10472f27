"""Chainlit's own session and emitter over a socket that remembers; no browser, no server."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("CHAINLIT_APP_ROOT", tempfile.mkdtemp())  # before Chainlit is imported

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio
from chainlit.chat_context import chat_contexts
from chainlit.context import ChainlitContext, context_var, local_steps
from chainlit.session import WebsocketSession
from chainlit.user_session import user_sessions

from tests.interfaces.chat.socket import Socket


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
