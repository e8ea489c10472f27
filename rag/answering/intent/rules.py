"""Deterministic classification of messages, in the languages that have request words.

When in doubt it is a question: any other request is recognised only if all of its words belong to
it (``rag/text/languages`` has the words).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from rag.answering.intent.documents import about_a_document
from rag.answering.intent.follow_up import leans_on_history
from rag.answering.intent.rework import rework_of
from rag.answering.intent.small_talk import small_talk_of
from rag.answering.intent.wording import compiled, core_of, most_likely_first, words_of
from rag.domain.requests import Intent, Request
from rag.text.analysis import terms_of
from rag.text.languages import of_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.domain.conversation import Turn
    from rag.text.language_detection import MessageLanguage
    from rag.text.languages.schema import Requests

_BRIEF = regex.compile(r"/brief(?P<priority>!)?\s+(?P<topic>\S.*)", regex.DOTALL)
"""A command, the same in every language; with ``!`` the large model refines in any case."""
_EVERYTHING = frozenset(of_all(lambda one: one.requests.everything))
_ASKING = frozenset(of_all(lambda one: one.requests.asking))


def request_of(
    text: str,
    language: MessageLanguage,
    history: Sequence[Turn] = (),
    documents: Mapping[str, str] | None = None,
    focus: str = "",
) -> Request:
    """Return what ``text`` asks for, given the turns before it.

    ``documents`` maps paths to titles; ``focus`` is the one that "this document" means.
    """
    documents = documents or {}
    if brief := _BRIEF.fullmatch(text.strip()):
        topic, prioritised = brief["topic"].strip(), bool(brief["priority"])
        return Request(Intent.BRIEF, topic=topic, prioritised=prioritised)
    if small_talk := small_talk_of(text):
        return Request(small_talk)
    answered = any(turn.answer for turn in history)
    for code, requests in most_likely_first(language.reply):
        found = (
            about_a_document(text, requests, documents, focus, answered=answered)
            or _about_the_corpus(text, requests, code)
            or rework_of(text, requests)
        )
        if found:
            return replace(found, spoken=code)
    if history and leans_on_history(text, language.spoken):
        return Request(Intent.FOLLOW_UP)
    return Request(Intent.QUESTION)


def _about_the_corpus(text: str, requests: Requests, language: str) -> Request | None:
    core = core_of(text, requests)
    for pattern in requests.mentioning:
        if match := compiled(pattern).fullmatch(core):
            topic = _as_written(match["topic"].strip("\"'“”„«»‘’ "), text)
            return Request(Intent.CORPUS, topic=topic) if terms_of(topic, language) else None
    words = set(words_of(core))
    newest = words & requests.newest
    asks = words & requests.listing or newest
    if not asks or not words <= requests.listing | requests.newest | requests.documents | _ASKING:
        return None
    named = words & (requests.documents | _EVERYTHING) or len(newest) > 1
    return Request(Intent.CORPUS, newest_first=bool(newest)) if named else None


def _as_written(topic: str, text: str) -> str:
    position = text.casefold().find(topic)
    return text[position : position + len(topic)] if position >= 0 else topic
