"""The chat: only Chainlit's handlers; used by ``rag serve`` and ``chainlit run``."""

from __future__ import annotations

import asyncio

import chainlit as cl
from chainlit.types import ThreadDict  # noqa: TC002 - Chainlit reads the handlers' types

from rag.config.bootstrap import build_assistant, build_calibrator, build_curator
from rag.config.environment import load_settings
from rag.config.state_folder import corpus_state, ensure_writable
from rag.corpus.watcher import Watcher
from rag.history.conversations import open_history
from rag.interfaces.chat import attachments, found_models, session, sidebar, sign_in
from rag.interfaces.chat.data_layer import HistoryDataLayer
from rag.interfaces.chat.memory import page_language
from rag.interfaces.chat.pickers import starters
from rag.interfaces.chat.resume import resume, show_earlier
from rag.interfaces.chat.server import prepare_server
from rag.interfaces.chat.sidebar import OPEN_MESSAGE, show_documents
from rag.interfaces.chat.tabs import cancel_after_grace, report_reading, sweep
from rag.interfaces.http.corpus_admin import CorpusAdmin
from rag.presentation.texts import language_of, say

settings = load_settings()
assistant = build_assistant(settings)
history = open_history(ensure_writable(corpus_state(settings)))
background: set[asyncio.Task[None]] = set()
curator = build_curator(
    settings, assistant.knowledge, history, lambda language: say("erased", language)
)
calibrator = build_calibrator(settings, assistant.knowledge, history)
admin = CorpusAdmin(assistant.knowledge, curator, sign_in.signed_in)
prepare_server(assistant, admin, history, settings.upload_max_mb)


@cl.on_app_startup
async def on_app_startup() -> None:
    """Warm up in the background, so that the page is available at once."""
    watcher = Watcher(assistant.knowledge, settings.watch)
    for work in (
        watcher.run(),
        assistant.warm(),
        assistant.keep_tidy(curator.finish_erasing, curator.empty_trash, calibrator.run_if_due),
        sweep(),
        report_reading(assistant.knowledge),
    ):
        background.add(asyncio.create_task(work))


@cl.on_app_shutdown
async def on_app_shutdown() -> None:
    """Stop the built-in model."""
    await assistant.close()


@cl.data_layer
def get_data_layer() -> HistoryDataLayer:
    """Store conversations in the state folder."""
    return HistoryDataLayer(history, assistant.uploads)


@cl.header_auth_callback
async def sign_in_local_user(_: object) -> cl.User:
    """Sign in the local user, the only one."""
    return sign_in.local_user()


@cl.set_starters
async def set_starters(_: cl.User | None, language: str | None) -> list[cl.Starter]:
    """Suggest first questions."""
    return await starters(assistant.knowledge.current, language_of(language))


@cl.on_chat_start
async def on_chat_start() -> None:
    """Show the pickers of model and scope."""
    await session.begin(assistant)


@cl.on_chat_resume
async def on_chat_resume(thread: ThreadDict) -> None:
    """Resume a conversation."""
    await resume(assistant, history, thread)


@cl.on_stop
async def on_stop() -> None:
    """Let the stopped answer speak for itself."""
    await session.remove_stop_note()


@cl.on_message
async def on_message(message: cl.Message) -> None:
    """Answer a new or an edited message."""
    await session.answer_message(assistant, message)


@cl.action_callback("ask_anyway")
async def on_ask_anyway(action: cl.Action) -> None:
    """Ask a model even though the evidence is insufficient."""
    await session.ask_anyway(assistant, action.forId or "")


@cl.action_callback("search_everywhere")
async def on_search_everywhere(action: cl.Action) -> None:
    """Ask again in all documents."""
    await session.search_everywhere(assistant, action.forId or "")


@cl.action_callback("regenerate")
async def on_regenerate(action: cl.Action) -> None:
    """Answer again."""
    await session.regenerate(assistant, action.forId or "")


@cl.action_callback("retry_large")
async def on_retry_large(action: cl.Action) -> None:
    """Answer with the large model."""
    await session.retry_large(assistant, action.forId or "")


@cl.action_callback("earlier")
async def on_earlier(_: cl.Action) -> None:
    """Show earlier turns of a long conversation."""
    await show_earlier(assistant)


@cl.action_callback("only_in")
async def on_only_in(action: cl.Action) -> None:
    """Limit further questions to a document."""
    payload = action.payload
    await session.only_in(assistant, str(payload.get("scope", "")), str(payload.get("model", "")))


@cl.action_callback("use_model")
async def on_use_model(action: cl.Action) -> None:
    """Let a found model answer from now on."""
    await found_models.use_model(assistant, str(action.payload.get("model", "")))


@cl.action_callback("promote")
async def on_promote(action: cl.Action) -> None:
    """Ask whether a document of this conversation is to be shared."""
    await attachments.ask_to_share(str(action.payload.get("path", "")), page_language())


@cl.action_callback("share")
async def on_share(action: cl.Action) -> None:
    """Move a document of this conversation into the shared corpus."""
    await attachments.remove_message(action.forId or "")
    await attachments.share(assistant, str(action.payload.get("path", "")), page_language())


@cl.action_callback("keep")
async def on_keep(action: cl.Action) -> None:
    """Leave a document where it is."""
    await attachments.remove_message(action.forId or "")


@cl.action_callback("take_back")
async def on_take_back(action: cl.Action) -> None:
    """Move a document that was shared back into its conversation."""
    if await attachments.take_back(assistant, str(action.payload.get("name", "")), page_language()):
        await attachments.remove_message(action.forId or "")


@cl.on_window_message
async def on_window_message(message: object) -> None:
    """Open the panel of documents, and note what is opened and closed in the sidebar.

    An action would do for that, but the first one of a conversation draws the page anew.
    """
    if message == OPEN_MESSAGE:
        await show_documents(admin, page_language())
    elif isinstance(message, dict):
        sidebar.note(message)


@cl.action_callback("trace")
async def on_trace(action: cl.Action) -> None:
    """Open the trace of an answer."""
    await session.open_trace(action.forId or "")


@cl.action_callback("prefer")
async def on_prefer(action: cl.Action) -> None:
    """Store whether the draft or the answer is preferred."""
    payload = action.payload
    await session.prefer(history, str(payload.get("id", "")), str(payload.get("preferred", "")))


@cl.action_callback("trace_closed")
async def on_trace_closed(action: cl.Action) -> None:
    """Record that the sidebar was closed."""
    session.close_trace(str(action.payload.get("id", "")))


@cl.on_chat_end
async def on_chat_end() -> None:
    """A tab was closed, or only lost its connection briefly."""
    cancel_after_grace(cl.context.session)
