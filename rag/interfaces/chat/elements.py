"""Chips, buttons and steps of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chainlit as cl
from chainlit.utils import utc_now

from rag.domain.answers import Answer, Outcome
from rag.domain.requests import SMALL_TALK
from rag.presentation.lines import summary_line
from rag.presentation.texts import say
from rag.presentation.trace_card import passage_props

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from rag.domain.search import Hit

    StepKind = Literal["retrieval", "llm", "tool"]

_ICONS = {"retrieval": "search", "llm": "pen-line", "tool": "list-checks"}
"""Without an icon, Chainlit requests an avatar named like the step."""


def chip(hit: Hit, answer: Answer) -> cl.CustomElement:
    """Return the element that a number in the text opens; "side" is the sidebar."""
    return cl.CustomElement(
        name=f"[{hit.number}]", display="side", props=passage_props(hit, answer)
    )


def actions_of(answer: Answer, large: str = "") -> list[cl.Action]:
    """Return the buttons under an answer; ``large`` is the name of the large model, if any."""
    language = answer.language
    if answer.intent in SMALL_TALK:
        return []
    actions = []
    if answer.outcome is Outcome.REFUSED and not answer.attempts:
        actions.append(action("ask_anyway", answer))
    if answer.outcome is Outcome.REFUSED and answer.scope:
        actions.append(action("search_everywhere", answer))
    if answer.hits or answer.attempts or answer.outcome is Outcome.REFUSED:
        label, tip = summary_line(answer), say("trace_tip", language)
        actions.append(cl.Action(name="trace", payload={}, label=label, tooltip=tip))
    if answer.attempts or answer.outcome is Outcome.FAILED:
        actions.append(action("regenerate", answer, icon="refresh-cw"))
    if large and answer.attempts and answer.attempts[-1].role != "large":
        actions.append(action("retry_large", answer, icon="arrow-up-right", model=large))
    return actions


def action(name: str, answer: Answer, icon: str | None = None, **values: str) -> cl.Action:
    """Return a button under an answer."""
    return cl.Action(
        name=name,
        payload={},
        label=say(name, answer.language, **values),
        tooltip=say(f"{name}_tip", answer.language),
        icon=icon,
    )


def of_message(message_id: str, actions: Sequence[cl.Action]) -> list[cl.Action]:
    """Give buttons ids of their message, so that a page that has them replaces them."""
    for one in actions:
        one.id = f"{message_id}-{one.name}"
    return list(actions)


def _run_id() -> str | None:
    """The run of the messages; a step outside of it would appear below the answer."""
    step = cl.context.current_step
    return str(step.id) if step else None


async def started_step(name: str, parent_id: str | None = None) -> cl.Step:
    """Open a step that is still running."""
    step = cl.Step(
        name=name,
        type="llm",
        show_input=False,
        icon=_ICONS["llm"],
        parent_id=parent_id or _run_id(),
    )
    step.start = utc_now()
    await step.send()
    return step


async def finish_step(step: cl.Step, name: str) -> None:
    """Close a step under its final name."""
    step.name = name
    step.end = utc_now()
    await step.update()


async def finished_step(
    name: str,
    kind: StepKind,
    output: str,
    parent_id: str | None = None,
    documents: Sequence[str] = (),
) -> str:
    """Show a completed step; return its id."""
    step = cl.Step(
        name=name, type=kind, show_input=False, icon=_ICONS[kind], parent_id=parent_id or _run_id()
    )
    step.start = step.end = utc_now()
    step.output = output
    step.metadata = {"documents": list(documents)} if documents else {}
    await step.send()
    return str(step.id)
