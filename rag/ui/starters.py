"""First questions to try."""

from __future__ import annotations

import chainlit as cl

_ABOUT_THE_GUIDE = (
    ("Connect a model server", "How do I connect Ollama?"),
    ("When does it escalate?", "When is a draft escalated to the large model?"),
    ("Is it private?", "Does anything leave this machine?"),
    ("Something it can't know", "What is the capital of Mongolia?"),
)


def starters(*, guide: bool) -> list[cl.Starter]:
    """Questions that the shipped guide answers, and one that it does not."""
    if not guide:
        return []
    return [cl.Starter(label=label, message=message) for label, message in _ABOUT_THE_GUIDE]
