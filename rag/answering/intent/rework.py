"""Requests to change the last answer."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import regex

from rag.answering.intent.phrases import (
    LANGUAGE_NAMES,
)
from rag.answering.intent.wording import PUNCTUATION, core_of, requests_in, words_of
from rag.domain.requests import Form, Intent, Request

if TYPE_CHECKING:
    from rag.answering.intent.phrases import Phrases

_RECIPIENT = regex.compile(
    r"\b(?:(?:to|for|aan|voor|für)(?: (?:a|an|the|my|our|de|het|een|mijn|onze|den|die|das|eine[nmr]?|meine[nmr]?|unsere[nmr]?))?"
    r"|an (?:den|die|das|eine[nmr]?|meine[nmr]?|unsere[nmr]?)) \p{L}+\b"
)


_PURPOSE = regex.compile(r"^(?P<request>.{8,}?) (?:for|voor|für|i can|i could) .+$")


_PLAIN_LANGUAGE = regex.compile(r"\b(?:plain|simple|gewoon|einfachem)\W+\p{L}+$")


_ASKS = frozenset({"is", "are", "does", "do", "ist", "sind", "zijn"})
"""A sentence that begins so asks for something; "that is too long" does not."""


_TASKS_OF_ONE_WORD = frozenset({"tldr", "tl;dr", "summary", "samenvatting", "zusammenfassung"})


_FORMS = (
    *(Form.TABLE, Form.EMAIL, Form.LIST, Form.SIMPLER, Form.LONGER, Form.SHORTER, Form.OTHER),
)
"""In this order: a "short e-mail" is an e-mail."""


def rework_of(text: str, phrases: Phrases) -> Request | None:
    """The whole message, or a clause of it while the others only remark on the answer."""
    if found := _reworked(text, phrases):
        return found
    requests = requests_in(text)
    return _reworked(requests[0], phrases) if len(requests) == 1 else None


def _reworked(text: str, phrases: Phrases) -> Request | None:
    core = core_of(text, phrases)
    words = words_of(core)
    if phrases.forms[Form.EMAIL] & set(words):
        words = words_of(_RECIPIENT.sub(" ", core))
    if (purpose := _PURPOSE.search(core)) and phrases.last_answer & set(
        words_of(purpose["request"])
    ):
        core = purpose["request"]
        words = words_of(core)
    shapes = frozenset(chain.from_iterable(phrases.forms.values()))
    if words and words[0] in _ASKS:
        return None
    known = (
        {"is", "ist"}
        | phrases.glue
        | phrases.last_answer
        | phrases.reworks
        | shapes
        | set(LANGUAGE_NAMES)
    )
    if not words or not set(words) <= known:
        return None
    asked_nicely = core != text.casefold().strip(PUNCTUATION)
    if len(words) == 1 and not _is_whole_task(words[0], phrases, nicely=asked_nicely):
        return None
    languages = [word for word in words if word in LANGUAGE_NAMES]
    if languages and not _PLAIN_LANGUAGE.search(core):
        return Request(Intent.REWORK, Form.TRANSLATION, LANGUAGE_NAMES[languages[-1]])
    form = next((form for form in _FORMS if phrases.forms[form] & set(words)), None)
    return Request(Intent.REWORK, form) if form else None


def _is_whole_task(word: str, phrases: Phrases, *, nicely: bool) -> bool:
    """Does one word alone ask for work on the answer: "shorter", "rephrase", "Dutch, please"?"""
    if nicely and (word in LANGUAGE_NAMES or word in phrases.forms[Form.LIST]):
        return True
    return word.endswith("er") or word in phrases.reworks or word in _TASKS_OF_ONE_WORD
