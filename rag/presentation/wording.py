"""Reasons, problems and places in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import regex

from rag.domain.documents import PRIVATE, source_of
from rag.presentation.texts import say

if TYPE_CHECKING:
    from rag.domain.answers import Reason, Sentence
    from rag.domain.documents import Passage

_COUNTED = regex.compile(r"(?:\d+/)?(\d+)")


FILES_PATH = "/corpus/"
"""Where the chat serves the corpus' files."""


def reason_text(reason: Reason, language: str = "en") -> str:
    """Say a reason in a sentence."""
    if reason.code == "unreachable" and not reason.detail:
        return say("reason.no_large", language)
    return detailed(f"reason.{reason.code}", reason, language)


def detailed(key: str, reason: Reason, language: str) -> str:
    """Fill a text with a reason's detail; of ``4`` and ``2/4`` the last number is the count."""
    number = _COUNTED.fullmatch(reason.detail)
    count = int(number[1]) if number else 0
    return say(key, language, detail=share_text(reason.detail, language), count=count)


def share_text(value: str, language: str) -> str:
    """Say ``2/3`` in words; other values as they are."""
    if "/" not in value or not _COUNTED.fullmatch(value):
        return value
    full, _, count = value.partition("/")
    return say("value.of", language, full=full, count=count)


def problem_text(sentence: Sentence, language: str = "en") -> str:
    """Say what keeps a sentence from full support; empty where nothing does."""
    if sentence.problem is None:
        return ""
    return say(f"problem.{sentence.problem.code}", language, detail=sentence.problem.detail)


def shown_path(path: str, language: str = "en") -> str:
    """A document's path as people read it."""
    if not path.startswith(PRIVATE):
        return path
    return say("private_document", language, name=path.removeprefix(PRIVATE))


def file_path(path: str, conversation: str = "") -> str:
    """Where the chat serves a document's file."""
    own = f"?conversation={quote(conversation)}" if path.startswith(PRIVATE) else ""
    return f"{FILES_PATH}{quote(path)}{own}"


def place(passage: Passage, language: str = "en") -> str:
    """Where a passage stands: file, page, headings."""
    page = f", {say('page', language, page=passage.page)}" if passage.page is not None else ""
    source = source_of(passage)
    return f"{shown_path(passage.document, language)}{page}" + (f" · {source}" if source else "")
