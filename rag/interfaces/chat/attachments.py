"""Files attached to messages, which are private to the conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import chainlit as cl

from rag.domain.documents import PRIVATE, FileStatus
from rag.domain.errors import UploadError
from rag.presentation.markdown import escape
from rag.presentation.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.answering.assistant import Assistant
    from rag.corpus.uploads import Uploads
    from rag.domain.documents import LedgerEntry


async def take_attachments(assistant: Assistant, message: cl.Message, language: str) -> bool:
    """Add a message's files to the conversation and report the result of each.

    Return whether there were any.
    """
    files = [(e.name, Path(e.path)) for e in message.elements or () if e.path]
    uploads = assistant.uploads
    if not files or uploads is None:
        return False
    lines, added = [], []
    for name, path in files:
        try:
            entry = await asyncio.to_thread(_add, uploads, name, path)
        except UploadError as error:
            lines.append(f"- {escape(error.sentence)}")
        else:
            added.append(entry)
            lines.append(f"- {_added(entry, language)}")
    text = say("attached" if added else "not_attached", language)
    await cl.Message("\n".join([text, "", *lines]), actions=_actions(added, language)).send()
    return True


def _add(uploads: Uploads, name: str, path: Path) -> LedgerEntry:
    return uploads.add(cl.context.session.thread_id, name, path)


def _added(entry: LedgerEntry, language: str) -> str:
    line = f"**{escape(entry.path)}** · {say('passages', language, count=entry.passages)}"
    return f"{line} · {escape(entry.reason)}" if entry.status is FileStatus.PARTLY else line


def _actions(added: Iterable[LedgerEntry], language: str) -> list[cl.Action]:
    return [
        cl.Action(
            name="promote",
            payload={"path": f"{PRIVATE}{entry.path}"},
            label=say("promote", language, name=entry.path),
            tooltip=say("promote_tip", language),
            icon="share-2",
        )
        for entry in added
    ]


async def ask_to_share(path: str, language: str) -> None:
    """Ask whether a private document is to be shared with everybody."""
    name = path.removeprefix(PRIVATE)
    actions = [
        cl.Action(name="share", payload={"path": path}, label=say("share_yes", language)),
        cl.Action(name="keep", payload={}, label=say("share_no", language)),
    ]
    await cl.Message(say("share_sure", language, name=escape(name)), actions=actions).send()


async def remove_message(message_id: str) -> None:
    """Remove a question that has been answered."""
    for message in cl.chat_context.get():
        if message.id == message_id:
            await message.remove()


async def share(assistant: Assistant, path: str, language: str) -> None:
    """Move a private document into the shared corpus, and report it."""
    uploads, conversation = assistant.uploads, cl.context.session.thread_id
    if uploads is None:
        return
    try:
        name = await asyncio.to_thread(
            uploads.promote, conversation, path, assistant.knowledge.folder
        )
    except UploadError as error:
        await cl.ErrorMessage(error.sentence).send()
        return
    _shared().add(name)
    undo = cl.Action(name="take_back", payload={"name": name}, label=say("panel.undo", language))
    await cl.Message(say("promoted", language, name=escape(name)), actions=[undo]).send()


async def take_back(assistant: Assistant, name: str, language: str) -> bool:
    """Move a document that this page has shared back, and report it; return whether it could."""
    uploads, conversation = assistant.uploads, cl.context.session.thread_id
    if uploads is None or name not in _shared():
        return False
    try:
        await asyncio.to_thread(uploads.take_back, conversation, name, assistant.knowledge.folder)
    except UploadError as error:
        await cl.ErrorMessage(error.sentence).send()
        return False
    _shared().discard(name)
    await cl.Message(say("taken_back", language, name=escape(name))).send()
    return True


def _shared() -> set[str]:
    """The documents that this page has shared; it may take back no others."""
    names = cl.user_session.get("shared")
    if not isinstance(names, set):
        names = set()
        cl.user_session.set("shared", names)
    return names
