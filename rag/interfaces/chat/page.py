"""What the page is told beside messages: its address, and what it answers from and with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chainlit as cl

from rag.interfaces.chat.memory import page_language
from rag.models.names import shown_list
from rag.presentation.previews import previews_of
from rag.presentation.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chainlit.step import StepDict

    from rag.answering.assistant import Assistant
    from rag.domain.protocols import ModelFinder
    from rag.interfaces.chat.memory import Exchange


async def tell_address() -> None:
    """Tell the page the address of its new conversation, before Chainlit goes there itself."""
    data = {"plumbline": "conversation", "id": cl.context.session.thread_id}
    await cl.context.emitter.send_window_message(data)


async def tell_previews(exchanges: Iterable[Exchange]) -> None:
    """Tell the page what its citations rest on, to be shown beside them."""
    messages = {one.message_id: previews_of(one.answer) for one in exchanges if one.answer.hits}
    if messages:
        data = {"plumbline": "passages", "messages": messages}
        await cl.context.emitter.send_window_message(data)


async def tell_times(steps: Iterable[StepDict]) -> None:
    """Tell the page when the messages of a conversation were written."""
    times = {step["id"]: step["createdAt"] for step in steps if step.get("createdAt")}
    if times:
        data = {"plumbline": "times", "times": times}
        await cl.context.emitter.send_window_message(data)


async def tell_welcome(assistant: Assistant) -> None:
    """Tell the first page in a sentence or two what this is, from what and by whom it answers."""
    language = page_language()
    corpus = assistant.knowledge.current
    cascade = assistant.cascade
    demo = cascade.small.backend.profile.demo
    key = "demo" if demo else "both" if cascade.large else "alone"
    models = {"small": cascade.small.name, "large": cascade.large.name if cascade.large else ""}
    found = assistant.finder.found if assistant.finder else {}
    where = " · ".join(f"{models[role]}: {address}" for role, address in found.items())
    count = len(corpus.documents) if corpus else 0
    documents = say("documents", language, count=count)
    lines = [
        say("welcome.what", language, documents=documents),
        *([say("welcome.guide", language)] if corpus and corpus.guide else []),
        say(f"welcome.{key}", language, **models),
        *([say("welcome.found", language, where=where)] if where else []),
        *_lacking(assistant.finder, language),
    ]
    data = {"plumbline": "welcome", "lines": lines}
    await cl.context.emitter.send_window_message(data)


def _lacking(finder: ModelFinder | None, language: str) -> list[str]:
    """Tell of a server that was found without the wanted model, and what it has instead."""
    if finder is None or finder.lacking is None:
        return []
    where, models = finder.lacking
    others = shown_list(models) or "–"
    return [say("welcome.lacking", language, where=where, model=finder.wanted, models=others)]
