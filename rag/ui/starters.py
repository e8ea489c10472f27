"""First questions to try, drawn from what there is to answer from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chainlit as cl

from rag.corpus import GUIDE_FOLDER
from rag.present.texts import say

if TYPE_CHECKING:
    from rag.generation import Generation

_ABOUT_THE_GUIDE = (
    ("Connect a model server", "How do I connect Ollama?"),
    ("When does it escalate?", "When is a draft escalated to the large model?"),
    ("Is it private?", "Does anything leave this machine?"),
    ("Something it can't know", "What is the capital of Mongolia?"),
)
_SHOWN = 4


def starters(corpus: Generation | None) -> list[cl.Starter]:
    """Own documents first, one question each; then the shipped guide, where it is there."""
    documents = corpus.documents if corpus else ()
    own = [d for d in documents if not d.path.startswith(f"{GUIDE_FOLDER}/")]
    found = [
        cl.Starter(label=d.title, message=say("starter", d.language, title=d.title))
        for d in own[:_SHOWN]
    ]
    if len(own) < len(documents):
        found += [cl.Starter(label=label, message=text) for label, text in _ABOUT_THE_GUIDE]
    return found[:_SHOWN]
