"""What a message asks for; deterministic, in English, Dutch and German.

When in doubt it is a question: only a message whose every word belongs to a request for something
else is taken for one (``rag.answering.intent.phrases`` has the words).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from rag.answering.intent.documents import about_a_document
from rag.answering.intent.follow_up import leans_on_history
from rag.answering.intent.phrases import (
    ASKING,
    GREETING,
    HELP,
    PHRASES,
    THANKS,
)
from rag.answering.intent.rework import rework_of
from rag.answering.intent.wording import CLAUSE_BREAK, core_of, is_remark, words_of
from rag.domain.requests import Intent, Request
from rag.text.analysis import terms_of
from rag.text.language_detection import detect_language, reply_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.answering.intent.phrases import Phrases
    from rag.domain.conversation import Turn

_EVERYTHING = frozenset({"everything", "alles"})


def request_of(
    text: str,
    history: Sequence[Turn] = (),
    documents: Mapping[str, str] | None = None,
    focus: str = "",
    default: str = "en",
) -> Request:
    """Return what ``text`` asks for, after the turns before it.

    ``documents`` are the corpus' (path -> title); ``focus`` is the one that "this document" means;
    ``default`` is the language of a message that does not tell its own.
    """
    documents = documents or {}
    if small_talk := _small_talk(text):
        return Request(small_talk)
    language = reply_language(text, default)
    answered = any(turn.answer for turn in history)
    for code, phrases in _most_likely_first(language):
        found = (
            about_a_document(text, phrases, documents, focus, answered=answered)
            or _about_the_corpus(text, phrases)
            or rework_of(text, phrases)
        )
        if found:
            return replace(found, spoken=code)
    if history and leans_on_history(text):
        return Request(Intent.FOLLOW_UP)
    return Request(Intent.QUESTION)


def _small_talk(text: str) -> Intent | None:
    plain = regex.sub(r"[^\p{L}\p{N}' ]+", " ", text.casefold().replace("’", "'"))
    plain = " ".join(plain.split())
    for pattern, intent in (
        (GREETING, Intent.GREETING),
        (THANKS, Intent.THANKS),
        (HELP, Intent.HELP),
    ):
        if pattern.fullmatch(plain):
            return intent
    clauses = [" ".join(words_of(part)) for part in CLAUSE_BREAK.split(text.casefold())]
    clauses = [clause for clause in clauses if clause]
    if clauses and all(map(HELP.fullmatch, clauses)):
        return Intent.HELP
    others = [clause for clause in clauses if not THANKS.fullmatch(clause)]
    if len(others) < len(clauses) and all(map(is_remark, others)) and "?" not in text:
        return Intent.THANKS
    return None


def _most_likely_first(language: str) -> Iterator[tuple[str, Phrases]]:
    """A short message hardly tells its language, so all are tried."""
    yield from sorted(PHRASES.items(), key=lambda pair: pair[0] != language)


def _about_the_corpus(text: str, phrases: Phrases) -> Request | None:
    core = core_of(text, phrases)
    for pattern in phrases.mentioning:
        if match := pattern.fullmatch(core):
            topic = _as_written(match["topic"].strip("\"'“”„«»‘’ "), text)
            return Request(Intent.CORPUS, topic=topic) if _has_content(topic) else None
    words = set(words_of(core))
    newest = words & phrases.newest
    asks = words & phrases.listing or newest
    if not asks or not words <= phrases.listing | phrases.newest | phrases.documents | ASKING:
        return None
    named = words & (phrases.documents | _EVERYTHING) or len(newest) > 1
    return Request(Intent.CORPUS, newest_first=bool(newest)) if named else None


def _as_written(topic: str, text: str) -> str:
    position = text.casefold().find(topic)
    return text[position : position + len(topic)] if position >= 0 else topic


def _has_content(topic: str) -> bool:
    return bool(terms_of(topic, detect_language(topic)))
