"""The visible part of a long conversation: the page takes some 35 ms per turn.

Opening 200 turns took 8 s, and each further turn 7 s; the last six take a second. A button shows
earlier ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainlit as cl

from rag.presentation.texts import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chainlit.types import ThreadDict

    from rag.corpus.snapshot import Snapshot

OPENED_TURNS = 6
"""More than fit on a screen."""
EARLIER_TURNS = 10
MOST_TURNS = 20
"""When a conversation exceeds this, the page is reduced to the last six."""
NOTE_ID = "earlier-turns"
Step = dict[str, Any]


def turns_of(steps: Sequence[Step]) -> list[list[Step]]:
    """Cut steps, oldest first, into turns, each beginning with a user's message.

    Steps before the first message belong to the first turn.
    """
    turns: list[list[Step]] = []
    asked = False
    for step in steps:
        if not turns or (asked and step["type"] == "user_message"):
            turns.append([])
        asked |= step["type"] == "user_message"
        turns[-1].append(step)
    return turns


def narrow(thread: ThreadDict, turns: int, language: str) -> int:
    """Keep only the last ``turns`` of a thread, under a note; return the number removed."""
    parts = turns_of(thread["steps"])
    hidden = max(0, len(parts) - turns)
    kept = [step for part in parts[hidden:] for step in part]
    ids = {step["id"] for step in kept}
    thread["elements"] = [e for e in thread["elements"] or () if e.get("forId") in ids]
    thread["steps"] = [_note(hidden, kept[0], language), *kept] if hidden else kept
    return hidden


def mark_outdated(thread: ThreadDict, corpus: Snapshot, language: str) -> None:
    """Mark passages of old answers whose file has changed or is gone."""
    for element in thread["elements"] or ():
        props = element.get("props") or {}
        path, sha256 = props.get("path") or props.get("document"), props.get("sha256")
        if not path or not sha256 or props.get("erased"):
            continue
        there = corpus.still_has(path, sha256)
        if there is not True:
            props["since"] = say("passage_gone" if there is None else "passage_changed", language)
            if there is None:
                props["file"] = ""


def _note(hidden: int, first: Step, language: str) -> Step:
    return {
        **dict.fromkeys(("input", "start", "end", "parentId", "language", "showInput")),
        "threadId": first["threadId"],
        "createdAt": first["createdAt"],
        "streaming": False,
        "isError": False,
        "metadata": {},
        "id": NOTE_ID,
        "name": "Plumbline",
        "type": "system_message",
        "output": f"*{say('earlier_note', language, count=hidden)}*",
    }


async def offer_earlier(hidden: int, language: str) -> None:
    """Show the button under the note."""
    if hidden:
        label = say("earlier", language, count=min(hidden, EARLIER_TURNS))
        await cl.Action(name="earlier", payload={}, label=label).send(for_id=NOTE_ID)


async def show(thread: ThreadDict, turns: int, language: str, latest: Sequence[Step] = ()) -> int:
    """Show the last ``turns`` of a thread; ``latest`` may not be stored yet."""
    ids = {step["id"] for step in latest}
    thread["steps"] = [s for s in thread["steps"] if s["id"] not in ids] + list(latest)
    hidden = narrow(thread, turns, language)
    await cl.context.emitter.resume_thread(thread)
    await offer_earlier(hidden, language)
    return hidden
