"""Things of several words or signs that are written in many ways: dates, grouped digits, versions.

Each gets one canonical term beside the terms of its parts, so that "5 March 2026" is found by
"2026-03-05", "1 250 000" by "1,250,000", and "v2.10.0" by "2.10".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.text.languages import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.text.languages.schema import Language

_YEAR = r"(?:1[5-9]|20)\d\d"
_AFTER = r"(?![\p{N}\p{L}])"
_THING = regex.compile(
    rf"""(?:
    (?P<year>{_YEAR})(?P<sign>[-/.])(?P<month>\d{{1,2}})(?P=sign)(?P<day>\d{{1,2}}){_AFTER}
    |(?P<year>{_YEAR})年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日
    |(?P<first>\d{{1,2}})(?P<mark>[./-])[ ]?(?P<second>\d{{1,2}})(?P=mark)[ ]?
        (?P<year>{_YEAR}|\d\d){_AFTER}
    |(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s(?:(?:of|de)\s)?(?P<name>\p{{L}}{{3,12}})\.?,?\s
        (?:(?:of|de)\s)?(?P<year>{_YEAR}){_AFTER}
    |(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>{_YEAR}){_AFTER}
    |(?P<grouped>\d{{1,3}}(?:[ \u00a0\u202f'’]\d{{3}})+){_AFTER}
    )""",
    regex.VERBOSE,
)
_MONTH_BEFORE = regex.compile(r"(?<!\p{L})(?P<name>\p{L}{3,12})\.?\s$")
_LOOK_BACK = 16
_FIRST_DIGIT = regex.compile(r"(?<![\p{N}\p{L}.,])\d")
_SHARP = regex.compile(r"(?<![\p{L}\p{N}])\p{L}(?:\+\+|#)(?![\p{L}\p{N}])")
_GROUPED = regex.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_POINTED = regex.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?")
_POINTED_ONCE = regex.compile(r"\d{1,3}\.\d{3}")
_DECIMAL = regex.compile(r"\d+,\d+")
_VERSION = regex.compile(r"[vV]?(?P<short>\d+\.\d+)(?:\.\d+)+")
_TWO_DIGITS, _CENTURY_TURN = 2, 70
"""Two digits from 70 on are a year of the last century."""
_MONTHS, _DAYS = 12, 31


def things_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and canonical term of each thing that is written in many ways."""
    sharp = _SHARP.finditer(text) if "+" in text or "#" in text else ()
    named = [(match.start(), match.end(), match.group().casefold()) for match in sharp]
    yield from sorted([*named, *_numbered(text)]) if named else _numbered(text)


def _numbered(text: str) -> Iterator[tuple[int, int, str]]:
    end = 0
    for digit in _FIRST_DIGIT.finditer(text):
        if digit.start() >= end and (match := _THING.match(text, digit.start())):
            end = match.end()
            if thing := _thing(text, match):
                yield thing


def _thing(text: str, match: regex.Match[str]) -> tuple[int, int, str] | None:
    found = match.groupdict()
    start, name = match.start(), found["name"]
    if found["grouped"]:
        return start, match.end(), "".join(filter(str.isdigit, found["grouped"]))
    if found["first"]:
        order = _in_order(found["first"], found["mark"], found["second"])
        return (start, match.end(), _date(found["year"], *order)) if order else None
    if not found["month"] and not name:  # "March 5, 2026"
        before = _MONTH_BEFORE.search(text[max(0, start - _LOOK_BACK) : start])
        if before is None:
            return None
        name = before["name"]
        start -= before.end() - before.start()
    month = int(found["month"] or _month(name))
    if not (0 < month <= _MONTHS and 0 < int(found["day"]) <= _DAYS):
        return None
    return start, match.end(), _date(found["year"], int(found["day"]), month)


def _in_order(first: str, mark: str, second: str) -> tuple[int, int] | None:
    """Day and month; None where the order is open, as in "03/05/2026", or where it is no date."""
    one, other = int(first), int(second)
    if not (min(one, other) > 0 and max(one, other) <= _DAYS and min(one, other) <= _MONTHS):
        return None
    if other > _MONTHS:
        return other, one
    return None if mark == "/" and one <= _MONTHS and one != other else (one, other)


def _month(name: str) -> int:
    """The number of a month by its name or the beginning of it; 0 if it is none."""
    plain = name.casefold()
    if plain in MONTHS:
        return MONTHS[plain]
    found = {number for month, number in MONTHS.items() if month.startswith(plain)}
    return found.pop() if len(found) == 1 else 0


def _date(year: str, day: int, month: int) -> str:
    if len(year) == _TWO_DIGITS:
        year = f"{19 if int(year) >= _CENTURY_TURN else 20}{year}"
    return f"{year}-{month:02}-{day:02}"


def number_terms(number: str, language: Language | None) -> tuple[str, ...]:
    """Return the terms of a number in digits, with what separates them, or of a version.

    One point before three digits is a decimal point, or where commas are, a separator.
    """
    if version := _VERSION.fullmatch(number):
        if _POINTED.fullmatch(number):
            return (number.replace(".", ""),)
        return number.lstrip("vV"), version["short"]
    if _POINTED.fullmatch(number):
        return (number.replace(".", "").replace(",", "."),)
    if _POINTED_ONCE.fullmatch(number) and language is not None and language.decimal_comma:
        return number.replace(".", ""), number
    if _DECIMAL.fullmatch(number) and not _GROUPED.fullmatch(number):
        return (number.replace(",", "."),)
    return (number.replace(",", ""),)
