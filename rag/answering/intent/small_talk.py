"""Greetings, thanks and calls for help."""

from __future__ import annotations

import regex

from rag.answering.intent.wording import CLAUSE_BREAK, is_remark, words_of
from rag.domain.requests import Intent
from rag.text.languages import any_of

_NAME = "plumbline"
_GREETING = regex.compile(
    rf"{any_of(lambda one: one.requests.greetings)}"
    rf"(?: (?:{any_of(lambda one: one.requests.greeted)}|{_NAME}))*"
    rf"(?: {any_of(lambda one: one.requests.how_are_you)})?"
)
_THANKS = regex.compile(
    rf"{any_of(lambda one: one.requests.praise)}"
    rf"|(?:{any_of(lambda one: one.requests.thanks)}"
    rf"(?: {any_of(lambda one: one.requests.thanked)})*"
    rf"(?: {any_of(lambda one: one.requests.praised)})?)"
)
_HELP = regex.compile(any_of(lambda one: one.requests.help))


def small_talk_of(text: str) -> Intent | None:
    """Return the kind of small talk a message is, or None if it asks for something."""
    plain = regex.sub(r"[^\p{L}\p{N}' ]+", " ", text.casefold().replace("’", "'"))
    plain = " ".join(plain.split())
    for pattern, intent in (
        (_GREETING, Intent.GREETING),
        (_THANKS, Intent.THANKS),
        (_HELP, Intent.HELP),
    ):
        if pattern.fullmatch(plain):
            return intent
    clauses = [" ".join(words_of(part)) for part in CLAUSE_BREAK.split(text.casefold())]
    clauses = [clause for clause in clauses if clause]
    if clauses and all(map(_HELP.fullmatch, clauses)):
        return Intent.HELP
    others = [clause for clause in clauses if not _THANKS.fullmatch(clause)]
    if len(others) < len(clauses) and all(map(is_remark, others)) and "?" not in text:
        return Intent.THANKS
    return None
