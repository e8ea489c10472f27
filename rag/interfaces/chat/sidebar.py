"""The sidebar: traces, passages, the panel of documents."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import chainlit as cl

from rag.interfaces.chat.memory import conversation
from rag.interfaces.chat.open_pages import other_pages
from rag.interfaces.http.roles import Role, role_of
from rag.presentation.message import shown_hits
from rag.presentation.texts import say
from rag.presentation.trace_card import passage_props, trace_props
from rag.presentation.wording import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.domain.answers import Answer
    from rag.interfaces.http.corpus_admin import CorpusAdmin

DOCUMENTS = "documents"
"""The panel of documents, among what can be open."""
OPEN_MESSAGE = "plumbline:corpus"
"""The message posted by the button in the page's header."""


async def show_trace(answers: Sequence[Answer], message_id: str) -> None:
    """Open the sidebar with the trace of the last of ``answers``."""
    card = cl.CustomElement(
        name="TraceCard",
        display="inline",
        props={"id": message_id, **trace_props(answers[-1], answers)},
    )
    await show_sidebar(say("trace", answers[-1].language), [card])


async def show_sidebar(title: str, elements: Sequence[cl.CustomElement]) -> None:
    """Show elements in the sidebar; without elements, close it.

    ``ElementSidebar`` would register the elements in the chat, where any change to them closes the
    sidebar. The title has to come last, or it is empty.
    """
    emitter = cl.context.emitter
    await emitter.emit(
        "set_sidebar_elements",
        {"elements": [element.to_dict() for element in elements], "key": None},
    )
    if elements:
        await emitter.emit("set_sidebar_title", title)


async def restore(card: str, answers: Sequence[Answer]) -> bool:
    """Show again what a person had opened; return whether there was anything."""
    if card == DOCUMENTS:
        await cl.context.emitter.send_window_message({"plumbline": DOCUMENTS})
        return True
    for answer in reversed(answers):
        for hit in shown_hits(answer):
            if f"[{hit.number}]" == card:
                element = cl.CustomElement(
                    name="Passage", display="inline", props=passage_props(hit, answer)
                )
                document = shown_path(hit.passage.document, answer.language)
                await show_sidebar(f"{card} {document}", [element])
                return True
    return False


def note(message: Mapping[str, object]) -> None:
    """Take note of a card that was opened in the sidebar, or closed if it is still that one."""
    kept, card = conversation(), str(message.get("id", ""))
    if message.get("plumbline") == "card_opened":
        kept.open_card = card
    elif message.get("plumbline") == "card_closed" and kept.open_card == card:
        kept.open_card = ""


async def close_on_other_pages() -> None:
    """Close the sidebar that an answer's chips have opened on the other pages."""
    for page in other_pages():
        await page.emit("set_sidebar_elements", {"elements": [], "key": None})


async def show_documents(admin: CorpusAdmin, language: str) -> None:
    """Show the panel of documents if the user may see it."""
    user = cl.user_session.get("user")
    if user is None or role_of(user.identifier) is not Role.ADMIN:
        return
    props = await asyncio.to_thread(admin.answer, {}, language)
    element = cl.CustomElement(name="Corpus", display="inline", props=props)
    await show_sidebar(say("panel_title", language), [element])
