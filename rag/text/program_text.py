"""Sentences that are no prose: commands, settings, parts of programs, and what programs print."""

from __future__ import annotations

import regex

from rag.text.prompt_injection import speaks_to_a_model

_CODE = regex.compile(
    r"^\s*(?:[$>]|[A-Z_]+=|(?:from|import|def|class|return|print|raise|set|export|cd|pip|npm|docker"
    r"|curl|git|winget|sudo|python3?|ollama|cmake)\b|[\\|{}\[\]\"']|-e\s|\.[\\/])|[\\{(\[,]\s*$|\w\(.*\)\s*$"
    r"|^\s*[\w.]+\s*=\s*\S|-{3,}"
)
"""Commands, settings, program text and bars of tables."""


_OUTPUT = regex.compile(r"={5,}|^\W*\[[A-Z]+\]|^\W*Attempt \d+/\d+|\berror: |Traceback \(")
"""Lines that a program printed: progress, logs, errors."""


def is_code(text: str) -> bool:
    """Return whether a sentence is no prose, but a command, a setting or a part of a program."""
    return bool(_CODE.search(text))


def is_no_statement(text: str) -> bool:
    """Return whether it is a heading, a question, an order to a model, or a program's output."""
    if _OUTPUT.search(text):
        return True
    return text.startswith("#") or text.rstrip().endswith("?") or speaks_to_a_model(text)
