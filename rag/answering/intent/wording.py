"""A message cut into clauses and words, without its politeness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.answering.intent.phrases import (
    REMARK_OPENINGS,
    WISHES,
)

if TYPE_CHECKING:
    from rag.answering.intent.phrases import Phrases

_WORD = regex.compile(r"[\p{L}\p{N}]+(?:[-'’;.][\p{L}\p{N}]+)*")


PUNCTUATION = " ?!.,:;…"


CLAUSE_BREAK = regex.compile(r"[.!?;]+\s+|,\s+|\s+[–-]\s+|\s+and make\s+|\s*\(|\)\s*")


def is_remark(clause: str) -> bool:
    """Does a clause only tell something: "it is too long", "my colleague isn't technical"?"""
    words = words_of(clause)
    return not words or (words[0] in REMARK_OPENINGS and not set(words) & WISHES)


def core_of(text: str, phrases: Phrases) -> str:
    """A message in small letters without its politeness."""
    plain = " ".join(text.casefold().replace("’", "'").split()).strip(PUNCTUATION)
    before = ""
    while plain != before:
        before = plain
        if opening := phrases.polite.match(plain):
            plain = plain[opening.end() :].strip(" ,")
        for ending in phrases.polite.finditer(plain):
            if ending.end() == len(plain) and ending.start():
                plain = plain[: ending.start()].rstrip(" ,")
                break
    return plain.strip(PUNCTUATION)


def words_of(text: str) -> list[str]:
    """The words of a text in order."""
    return [match.group() for match in _WORD.finditer(text)]


def requests_in(text: str) -> list[str]:
    """The clauses of a message that are no remarks; all where nothing else is left."""
    clauses = [clause for clause in CLAUSE_BREAK.split(text.strip(PUNCTUATION)) if clause.strip()]
    return [clause for clause in clauses if not is_remark(clause.casefold())] or clauses
