"""Resumes an earlier conversation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import chainlit as cl
from chainlit.data import get_data_layer

from rag.domain.answers import Answer
from rag.domain.codec import from_plain
from rag.interfaces.chat.data_layer import HistoryDataLayer
from rag.interfaces.chat.elements import actions_of, of_message
from rag.interfaces.chat.memory import (
    Conversation,
    Exchange,
    conversation,
    current_corpus,
    large_model_name,
    page_language,
)
from rag.interfaces.chat.open_pages import join_running
from rag.interfaces.chat.page import tell_previews, tell_times
from rag.interfaces.chat.pickers import chosen, offer_modes
from rag.interfaces.chat.sidebar import show_sidebar
from rag.interfaces.chat.tabs import run_in_background
from rag.interfaces.chat.window import (
    EARLIER_TURNS,
    MOST_TURNS,
    OPENED_TURNS,
    mark_outdated,
    narrow,
    offer_earlier,
    show,
)

if TYPE_CHECKING:
    from chainlit.types import ThreadDict

    from rag.answering.assistant import Assistant
    from rag.history.conversations import History

RESUME_S = 0.3


async def resume(assistant: Assistant, history: History, thread: ThreadDict) -> None:
    """Restore a conversation: its state, the lines under its answers, its choices.

    Chainlit draws the thread afterwards; of a long one only the end is kept in it.
    """
    kept = await asyncio.to_thread(_load_conversation, history, thread["id"])
    cl.user_session.set("conversation", kept)
    language = page_language()
    kept.shown = OPENED_TURNS
    await offer_earlier(narrow(thread, kept.shown, language), language)
    corpus = await current_corpus(assistant)
    if corpus:
        mark_outdated(thread, corpus, language)
    await _send_actions(assistant, thread)
    await offer_modes(assistant, *chosen())
    run_in_background(_after_resume())


def _load_conversation(history: History, thread_id: str) -> Conversation:
    kept = Conversation()
    for message_id, question_id, record in history.answers(thread_id):
        kept.begin(question_id)
        kept.exchanges.append(Exchange(question_id, message_id, from_plain(Answer, record)))
    return kept


async def _send_actions(assistant: Assistant, thread: ThreadDict) -> None:
    """Send the lines and buttons under the answers, which Chainlit does not store."""
    kept = conversation()
    new = {step["id"] for step in thread["steps"]} - kept.with_actions
    kept.with_actions |= new
    await tell_times(thread["steps"])
    await tell_previews(exchange for exchange in kept.exchanges if exchange.message_id in new)
    large = large_model_name(assistant)
    await asyncio.gather(
        *(
            _replace_action(action, exchange.message_id)
            for exchange in kept.exchanges
            if exchange.message_id in new
            for action in of_message(exchange.message_id, actions_of(exchange.answer, large))
        )
    )


async def _replace_action(action: cl.Action, message_id: str) -> None:
    """Send a button; a page that has outlived a restart of the app has it already."""
    action.forId = message_id
    await action.remove()
    await action.send(for_id=message_id)


async def show_earlier(assistant: Assistant) -> None:
    """Show more earlier turns of a long conversation."""
    kept = conversation()
    kept.shown += EARLIER_TURNS
    thread = await _thread()
    if thread:
        if corpus := await current_corpus(assistant):
            mark_outdated(thread, corpus, page_language())
        await show(thread, kept.shown, page_language())
        await _send_actions(assistant, thread)
        await _close_sidebar_after_resume()


async def keep_page_short(message: cl.Message) -> None:
    """Remove the oldest turns from a page that has grown long, before the next turn."""
    kept = conversation()
    kept.shown += 1
    if kept.shown <= MOST_TURNS:
        return
    thread = await _thread()
    if thread:
        kept.shown = OPENED_TURNS
        step = cl.context.current_step
        latest = [message.to_dict(), *([step.to_dict()] if step else [])]
        await show(thread, kept.shown, page_language(), latest)


async def catch_up(assistant: Assistant) -> None:
    """Reload the exchanges if a reloaded tab missed an answer, or a document was erased."""
    layer = get_data_layer()
    if not isinstance(layer, HistoryDataLayer):
        return
    kept, thread_id = conversation(), cl.context.session.thread_id
    count = await asyncio.to_thread(layer.history.answer_count, thread_id)
    erased = await asyncio.to_thread(assistant.knowledge.store.erased)
    if count > len(kept.exchanges) or kept.holds(erased):
        found = await asyncio.to_thread(_load_conversation, layer.history, thread_id)
        kept.exchanges, kept.asked = found.exchanges, found.asked


async def forget_steps_after(message: cl.Message) -> None:
    """Chainlit deletes the messages after an edited one, but not the steps beside them."""
    layer, run = get_data_layer(), cl.context.current_step
    if isinstance(layer, HistoryDataLayer):
        thread_id = cl.context.session.thread_id
        own = str(run.id) if run else ""
        await asyncio.to_thread(layer.history.delete_steps_after, thread_id, message.id, own)


async def _thread() -> ThreadDict | None:
    layer = get_data_layer()
    if layer is None:
        return None
    return cast("ThreadDict | None", await layer.get_thread(cl.context.session.thread_id))


async def _after_resume() -> None:
    await _close_sidebar_after_resume()
    await join_running()


async def _close_sidebar_after_resume() -> None:
    """Old answers' passages arrive after this handler, and would open the sidebar."""
    await asyncio.sleep(RESUME_S)
    await show_sidebar("", [])
