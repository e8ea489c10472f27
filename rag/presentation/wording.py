"""Wording of reasons, problems and places."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import regex

from rag.domain.answers import ReasonCode
from rag.domain.documents import PRIVATE, SHIPPED_GUIDE, source_of
from rag.presentation.texts import say

if TYPE_CHECKING:
    from rag.domain.answers import Change, Reason, Sentence
    from rag.domain.documents import Passage

_CONTROL = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]")
_COUNTS_PART = frozenset({ReasonCode.REMOVED, ReasonCode.SHORT})
"""The codes whose text refers to the part; others refer to the whole."""


FILES_PATH = "/corpus/"
"""The address of the corpus' files in the chat."""


def reason_text(reason: Reason, language: str = "en") -> str:
    """Return a reason as a sentence."""
    if reason.code is ReasonCode.UNREACHABLE and not reason.detail:
        return say("reason.no_large", language)
    return detailed(f"reason.{reason.code}", reason, language)


def detailed(key: str, reason: Reason, language: str) -> str:
    """Fill a text with a reason's detail or counts."""
    share = share_text(reason.part, reason.whole, language) if reason.whole else reason.detail
    count = reason.part if reason.code in _COUNTS_PART else reason.whole
    return say(key, language, detail=share, count=count)


def change_text(change: Change, language: str = "en") -> str:
    """Return what would have reversed a decision, as a sentence."""
    key = "more_supported" if change.count else f"without_{change.code}"
    return say(f"change.{key}", language, detail=change.count, count=change.count)


def share_text(part: int, whole: int, language: str) -> str:
    """Return "part of whole" in words."""
    return say("value.of", language, full=part, count=whole)


def problem_text(sentence: Sentence, language: str = "en") -> str:
    """Return why a sentence is not fully supported; empty if it is."""
    if sentence.problem is None:
        return ""
    return say(f"problem.{sentence.problem.code}", language, detail=sentence.problem.detail)


def single_line(text: str) -> str:
    """Return a text in which nothing breaks a line: a name may hold a break, and forge a line."""
    return _CONTROL.sub("�", text)


def shown_path(path: str, language: str = "en") -> str:
    """Return a document's path in readable form."""
    shown = single_line(path)
    if path.startswith(SHIPPED_GUIDE):
        return say("guide_document", language, name=shown.removeprefix(SHIPPED_GUIDE))
    if not path.startswith(PRIVATE):
        return shown
    return say("private_document", language, name=shown.removeprefix(PRIVATE))


def file_path(path: str, conversation: str = "") -> str:
    """Return the address of a document's file in the chat."""
    own = f"?conversation={quote(conversation)}" if path.startswith(PRIVATE) else ""
    return f"{FILES_PATH}{quote(path)}{own}"


def picture_path(passage: Passage, conversation: str = "") -> str:
    """Return the address of the passage's page as a picture; empty if its file has no pages."""
    if passage.page is None:
        return ""
    address = file_path(passage.document, conversation)
    page = f"picture={passage.page}&passage={passage.start}"
    return f"{address}{'&' if '?' in address else '?'}{page}"


def place(passage: Passage, language: str = "en") -> str:
    """Return the location of a passage: file, page, headings."""
    page = f", {say('page', language, page=passage.page)}" if passage.page is not None else ""
    source = source_of(passage)
    return f"{shown_path(passage.document, language)}{page}" + (f" · {source}" if source else "")


def local_time(moment: str) -> str:
    """Return a moment (ISO 8601) in this machine's time, as ``2026-11-27 14:03 CET``."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M %Z}"
