"""Abbreviations that a text explains: "Duty Engineer (DE)", "DE (Duty Engineer)".

The long form is found as Schwartz and Hearst do ("A simple algorithm for identifying abbreviation
definitions in biomedical text", PSB 2003): each letter of the abbreviation stands in the words
before it, in order, and the first begins a word. Where they are the initials of the last words, it
is those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORT = r"\p{Lu}[\p{L}\p{N}&-]{0,8}\p{Lu}[\p{L}\p{N}]{0,2}"
_AFTER = regex.compile(rf"(?<=[\p{{L}}\p{{N}}])\s\((?P<short>{_SHORT})\)")
_BEFORE = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])(?P<short>{_SHORT})\s\((?P<long>[\p{{L}}][^()\n]{{3,80}})\)"
)
_LOOK_BACK = 120
_SMALL = 3
"""The most letters of words such as "of" and "und", which abbreviations leave out."""
_PART = regex.compile(r"[\p{L}\p{N}]+")
_WORD = regex.compile(r"\S+")
_CLAUSE_END = regex.compile(r"[.;:!?()\n]\s*")


def explained_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield (abbreviation, what it stands for) as the text writes them."""
    for match in _AFTER.finditer(text):
        before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        if long := _long_form(match["short"], _CLAUSE_END.split(before)[-1]):
            yield match["short"], long
    for match in _BEFORE.finditer(text):
        if long := _long_form(match["short"], match["long"]):
            yield match["short"], long


def _long_form(short: str, before: str) -> str:
    """The words at the end of a text that an abbreviation is made of; "" if it is not of them."""
    most = min(len(short) + 5, len(short) * 2)
    words = [match.start() for match in _WORD.finditer(before)][-most:]
    if not words:
        return ""
    letters = [letter for letter in short.casefold() if letter.isalnum()]
    plain = before.casefold()
    if len(plain) != len(before):
        return ""
    if (start := _initials_from(letters, plain)) is not None:
        return before[start:].strip()
    place = len(plain)
    for number, letter in enumerate(reversed(letters), start=1):
        first = number == len(letters)
        place -= 1
        while place >= words[0] and not (plain[place] == letter and (not first or place in words)):
            place -= 1
        if place < words[0]:
            return ""
    found = before[place:].strip()
    return found if len(found) > len(short) else ""


def _initials_from(letters: list[str], text: str) -> int | None:
    """Where the words begin whose initials these are; small words between may have none."""
    left = list(letters)
    for match in reversed(list(_PART.finditer(text))):
        if match.group()[0] == left[-1]:
            left.pop()
            if not left:
                return match.start()
        elif len(match.group()) > _SMALL:
            return None
    return None
