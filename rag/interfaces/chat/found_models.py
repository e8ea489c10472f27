"""A model server was found without the wanted model: what it has instead can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chainlit as cl

from rag.interfaces.chat.memory import conversation, page_language
from rag.interfaces.chat.pickers import chosen, offer_modes
from rag.models.names import shown
from rag.presentation.markdown import code_span, escape
from rag.presentation.texts import say

if TYPE_CHECKING:
    from rag.answering.assistant import Assistant

BUTTONS = 6
"""More found models stand in the picker."""


async def offer_found(assistant: Assistant) -> None:
    """Offer what was found, once in a conversation, as long as the wanted model is lacking."""
    finder, kept = assistant.finder, conversation()
    if finder is None or finder.lacking is None or not finder.offered or kept.told_lacking:
        return
    kept.told_lacking = True
    language = page_language()
    where, _ = finder.lacking
    text = say("lacking_offer", language, where=where, model=escape(finder.wanted))
    if finder.fetch:
        text += f" {say('lacking_fetch', language, command=code_span(finder.fetch))}"
    actions = [
        cl.Action(
            name="use_model",
            payload={"model": name},
            label=say("use_model", language, model=shown(name)),
            tooltip=say("use_model_tip", language),
        )
        for name in finder.offered[:BUTTONS]
    ]
    await cl.Message(text, actions=actions).send()


async def use_model(assistant: Assistant, model: str) -> None:
    """Let a found model answer from now on, and say so."""
    finder, language = assistant.finder, page_language()
    if finder is None:
        return
    await finder.choose(model)
    await offer_modes(assistant, *chosen())
    key = "model_used" if assistant.cascade.small.name == model else "model_gone"
    await cl.Message(say(key, language, model=escape(shown(model)))).send()
