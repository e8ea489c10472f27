"""Requests to change the last answer."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import regex

from rag.answering.intent.wording import (
    LANGUAGE_NAMES,
    PUNCTUATION,
    core_of,
    form_words,
    requests_in,
    words_of,
)
from rag.domain.requests import Form, Intent, Request
from rag.text.languages import any_of, of_all

if TYPE_CHECKING:
    from rag.text.languages.schema import Requests

_RECIPIENT = regex.compile(rf"\b{any_of(lambda one: one.requests.recipients)} \p{{L}}+\b")
_PURPOSE = regex.compile(rf"^(?P<request>.{{8,}}?) {any_of(lambda one: one.requests.purposes)} .+$")
_PLAIN_LANGUAGE = regex.compile(rf"\b{any_of(lambda one: one.requests.plain_language)}\W+\p{{L}}+$")
_QUESTION_OPENINGS = frozenset(of_all(lambda one: one.requests.question_openings))
_COPULAS = frozenset(of_all(lambda one: one.requests.copulas))
_ONE_WORD_TASKS = frozenset(of_all(lambda one: one.requests.one_word_tasks))
_CAPABILITY = regex.compile(
    rf"^\W*{any_of(lambda one: one.requests.capabilities)}", regex.IGNORECASE
)
_FORMS = (Form.TABLE, Form.EMAIL, Form.LIST, Form.SIMPLER, Form.LONGER, Form.SHORTER, Form.OTHER)
"""In order of precedence: a "short e-mail" is an e-mail."""


def rework_of(text: str, requests: Requests) -> Request | None:
    """Return the rework request in a message, or in its only clause that is not a remark."""
    if _CAPABILITY.search(text):
        return None
    if found := _reworked(text, requests):
        return found
    clauses = requests_in(text)
    return _reworked(clauses[0], requests) if len(clauses) == 1 else None


def _reworked(text: str, requests: Requests) -> Request | None:
    core = core_of(text, requests)
    words = words_of(core)
    if form_words(requests, Form.EMAIL) & set(words):
        words = words_of(_RECIPIENT.sub(" ", core))
    if (purpose := _PURPOSE.search(core)) and requests.last_answer & set(
        words_of(purpose["request"])
    ):
        core = purpose["request"]
        words = words_of(core)
    shapes = frozenset(chain.from_iterable(requests.forms.values()))
    if words and words[0] in _QUESTION_OPENINGS:
        return None
    known = (
        _COPULAS
        | requests.glue
        | requests.last_answer
        | requests.reworks
        | shapes
        | set(LANGUAGE_NAMES)
    )
    if not words or not set(words) <= known:
        return None
    asked_nicely = core != text.casefold().strip(PUNCTUATION)
    if len(words) == 1 and not _is_whole_task(words[0], requests, polite=asked_nicely):
        return None
    languages = [word for word in words if word in LANGUAGE_NAMES]
    if languages and not _PLAIN_LANGUAGE.search(core):
        return Request(Intent.REWORK, Form.TRANSLATION, LANGUAGE_NAMES[languages[-1]])
    form = next((form for form in _FORMS if form_words(requests, form) & set(words)), None)
    return Request(Intent.REWORK, form) if form else None


def _is_whole_task(word: str, requests: Requests, *, polite: bool) -> bool:
    """Whether one word alone asks for a rework: "shorter", "rephrase", "Dutch, please"."""
    if polite and (word in LANGUAGE_NAMES or word in form_words(requests, Form.LIST)):
        return True
    return word.endswith("er") or word in requests.reworks or word in _ONE_WORD_TASKS
