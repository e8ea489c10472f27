"""Checks whether a text has the requested form; doubtful cases pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.domain.requests import Form
from rag.text.language_detection import detect_language
from rag.text.languages import LANGUAGES

if TYPE_CHECKING:
    from rag.domain.requests import Request

_TABLE = regex.compile(
    r"^(?=\|?[^\n|]+\|[^\n])[^\n]+\n[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+"
    r"(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+\n.*\|",
    regex.MULTILINE,
)
_ITEM = regex.compile(r"^[ \t]*+(?:[-*+•]|\d{1,2}[.)])[ \t]++\S", regex.MULTILINE)
_FENCED = regex.compile(
    r"\s*```(?:markdown|md|text)?[ \t]*\n(?P<inside>.*?)\n?```\s*", regex.DOTALL
)
_TELLING_WORDS = 4
"""The language of a shorter text cannot be detected reliably."""


def has_shape(request: Request, text: str, before: str) -> bool:
    """Return whether a rework of the text ``before`` has the requested form or language."""
    if request.form is Form.TABLE:
        return bool(_TABLE.search(text))
    if request.form is Form.LIST:
        return bool(_ITEM.search(text))
    if request.form is Form.SHORTER:
        return len(text) < len(before)
    if request.form is Form.TRANSLATION and request.language in LANGUAGES:
        tells = len(text.split()) >= _TELLING_WORDS
        return not tells or detect_language(text, request.language) == request.language
    return True


def unfenced(text: str) -> str:
    """Return a text without the code fence that some models put around it."""
    match = _FENCED.fullmatch(text)
    return match["inside"].strip() if match and "```" not in match["inside"] else text
