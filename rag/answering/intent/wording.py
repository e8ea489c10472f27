"""Splits messages into clauses and words without politeness; the vocabulary of requests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import regex

from rag.text.languages import LANGUAGES, any_of, of_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.domain.requests import Form
    from rag.text.languages.schema import Requests

_WORD = regex.compile(r"[\p{L}\p{N}]+(?:[-'’;.][\p{L}\p{N}]+)*")
PUNCTUATION = " ?!.,:;…"
CLAUSE_BREAK = regex.compile(
    rf"(?<![.!?;])[.!?;]++\s+|,\s+"
    rf"|(?<!\s)\s++(?:[–-]|{any_of(lambda one: one.requests.clause_breaks)})\s+"
    r"|(?<!\s)\s*+\(|\)\s*"
)
_REMARKS = frozenset(of_all(lambda one: one.requests.remarks))
_WISHES = frozenset(of_all(lambda one: one.requests.wishes))
LANGUAGE_NAMES = {
    name: code
    for language in LANGUAGES.values()
    for code, names in language.language_names.items()
    for name in names
}
"""Name of a language, in any language -> ISO 639-1."""


def most_likely_first(language: str) -> Iterator[tuple[str, Requests]]:
    """Yield all languages' requests, this one's first: short messages are hard to identify."""
    known = ((code, one.requests) for code, one in LANGUAGES.items() if one.requests.polite)
    yield from sorted(known, key=lambda pair: pair[0] != language)


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """Compile a pattern of a language's file, once."""
    return regex.compile(pattern.strip(), regex.IGNORECASE)


def form_words(requests: Requests, form: Form) -> frozenset[str]:
    """Return the words that name a form."""
    return requests.forms.get(form, frozenset())


def is_remark(clause: str) -> bool:
    """Return whether a clause only states something: "it is too long"."""
    words = words_of(clause)
    return not words or (words[0] in _REMARKS and not set(words) & _WISHES)


def core_of(text: str, requests: Requests) -> str:
    """Return a message in lower case without its politeness."""
    polite = compiled(requests.polite)
    plain = " ".join(text.casefold().replace("’", "'").split()).strip(PUNCTUATION)
    before = ""
    while plain != before:
        before = plain
        if opening := polite.match(plain):
            plain = plain[opening.end() :].strip(" ,")
        for ending in polite.finditer(plain):
            if ending.end() == len(plain) and ending.start():
                plain = plain[: ending.start()].rstrip(" ,")
                break
    return plain.strip(PUNCTUATION)


def words_of(text: str) -> list[str]:
    """Return the words of a text in order."""
    return [match.group() for match in _WORD.finditer(text)]


def requests_in(text: str) -> list[str]:
    """Return the clauses of a message that are not remarks, or all if there are no others."""
    clauses = [clause for clause in CLAUSE_BREAK.split(text.strip(PUNCTUATION)) if clause.strip()]
    return [clause for clause in clauses if not is_remark(clause.casefold())] or clauses
