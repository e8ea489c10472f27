"""A spreadsheet's number as people see it: 0.125 with the format ``0.0%`` is "12.5%".

The formats are those of ECMA-376 Part 1, 18.8.30: up to four sections for positive numbers,
negative numbers, zero and text. Colours, conditions and locales are passed over.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTIONS = regex.compile(r"(?:\"[^\"]{0,255}\"|\\.|\[[^\]]{0,100}\]|[^;])+|(?<=;)(?=;|$)|^(?=;)")
_TOKEN = regex.compile(
    r"\"(?P<quoted>[^\"]{0,255})\"|\\(?P<escaped>.)|_.|\*."
    r"|\[\$(?P<currency>[^\]-]{0,20})[^\]]{0,100}\]|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]{0,100}\]"
    r"|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?,*(?:[Ee][+-][0#?]+)?|\.[0#?]+)|(?P<percent>%)"
    r"|(?P<ampm>AM/PM|A/P)|(?P<date>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<text>@)|(?P<other>.)",
    regex.IGNORECASE,
)
_DATE_KINDS = frozenset({"date", "elapsed", "ampm"})
_MONTHS = "January February March April May June July August September October November December"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_SHORT = 3
_NOON = 12
_LARGEST_DENOMINATOR = 99
_MOST, _MOST_PLACES = 1e15, 12
"""Excel keeps 15 digits."""

_FORMATS = 256
"""Kept in their parts: a sheet has few formats, and hundreds of thousands of cells."""

Token = tuple[str, str]


def shown(value: object, number_format: str) -> str:
    """Return a cell's value as a spreadsheet shows it; empty for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return _moment(value, _tokens(_sections(number_format)[0]))
    if not isinstance(value, int | float):
        return str(value)
    sections = _sections(number_format)
    negative = value < 0
    section = sections[1] if negative and len(sections) > 1 else sections[0]
    if value == 0 and len(sections) > _SHORT - 1:
        section = sections[2]
    signed = negative and len(sections) == 1
    if section.strip().casefold() in {"general", "@", ""} or abs(value) >= _MOST:
        return _general(value)
    return ("-" if signed else "") + _number(abs(value), _tokens(section))


@lru_cache(_FORMATS)
def _sections(number_format: str) -> list[str]:
    return _SECTIONS.findall(number_format) or ["General"]


@lru_cache(_FORMATS)
def _tokens(section: str) -> list[Token]:
    return [
        (kind, match[kind] or "")
        for match in _TOKEN.finditer(section)
        if (kind := match.lastgroup) is not None
    ]


def _general(value: float) -> str:
    """At most eleven significant digits, as the format "General" has."""
    return str(value) if isinstance(value, int) else f"{value:.11g}"


def _number(value: float, tokens: list[Token]) -> str:
    kinds = [kind for kind, _ in tokens]
    scaled = Decimal(repr(value)) * Decimal(100) ** kinds.count("percent")
    patterns = [text for kind, text in tokens if kind == "number"]
    if ("other", "/") in tokens:
        return _fraction(scaled)
    single = len(patterns) < 2  # noqa: PLR2004
    groups = iter([_digits(scaled, "".join(patterns))] if single else _spread(scaled, patterns))
    pieces = [next(groups) if kind == "number" else text for kind, text in tokens]
    return "".join(pieces).strip()


def _fraction(value: Decimal) -> str:
    whole, rest = divmod(Fraction(value).limit_denominator(_LARGEST_DENOMINATOR), 1)
    return " ".join(str(part) for part in (whole, rest) if part) or "0"


def _spread(value: Decimal, patterns: list[str]) -> Iterator[str]:
    """Yield the digits in groups, as a code such as ``000-00-0000`` has them."""
    digits = str(int(value)).zfill(sum(map(len, patterns)))
    first = len(digits) - sum(map(len, patterns[1:]))
    position = 0
    for size in [first, *map(len, patterns[1:])]:
        yield digits[position : position + size]
        position += size


def _digits(value: Decimal, pattern: str) -> str:
    """Digits by a pattern such as ``#,##0.00``; each comma at its end divides by a thousand."""
    mantissa, _, exponent = pattern.partition("E") if "E" in pattern else pattern.partition("e")
    if exponent:
        places = len(mantissa.partition(".")[2])
        return f"{value:.{places}E}"
    whole, _, fraction = pattern.partition(".")
    thousands = len(pattern) - len(pattern.rstrip(","))
    value /= Decimal(1000) ** thousands
    whole, fraction = whole.rstrip(","), fraction.rstrip(",")[:_MOST_PLACES]
    rounded = value.quantize(Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP)
    left, _, right = f"{rounded:f}".partition(".")
    left = left.zfill(whole.count("0"))
    if "," in whole:
        left = f"{int(left):,}".zfill(whole.count("0"))
    while right and fraction[len(right) - 1] in "#?" and right.endswith("0"):
        right = right[:-1]
    return f"{left}.{right}" if right else left


def _moment(value: dt.datetime | dt.date | dt.time | dt.timedelta, tokens: list[Token]) -> str:
    """A date, a time or a duration by its format; without one as ISO 8601."""
    if isinstance(value, dt.timedelta):
        return _elapsed(value, tokens)
    if not any(kind in _DATE_KINDS for kind, _ in tokens):
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    half_day = any(kind == "ampm" for kind, _ in tokens)
    pieces = []
    for position, (kind, text) in enumerate(tokens):
        if kind == "elapsed" and isinstance(value, dt.time | dt.datetime):
            pieces.append(f"{value.hour:0{len(text)}d}" if text[0] in "hH" else str(value.minute))
        elif kind == "date":
            minutes = text[0] in "mM" and _is_minutes(tokens, position)
            pieces.append(_part(value, text.casefold(), minutes=minutes, half_day=half_day))
        elif kind == "ampm":
            pieces.append("PM" if getattr(value, "hour", 0) >= _NOON else "AM")
        else:
            pieces.append(text)
    return "".join(pieces).strip()


def _is_minutes(tokens: list[Token], position: int) -> bool:
    """Whether an "m" is between hours and seconds, not a month."""
    dates = [n for n, (kind, _) in enumerate(tokens) if kind in {"date", "elapsed"}]
    place = dates.index(position)
    before = tokens[dates[place - 1]][1][0] if place else ""
    after = tokens[dates[place + 1]][1][0] if place + 1 < len(dates) else ""
    return (before in "hH" and before != "") or (after in "sS" and after != "")


def _part(
    value: dt.datetime | dt.date | dt.time, code: str, *, minutes: bool, half_day: bool
) -> str:
    letter, size = code[0], len(code)
    if letter in "hs" or minutes:
        hour = getattr(value, "hour", 0)
        hour = (hour - 1) % _NOON + 1 if half_day else hour
        found = getattr(value, "minute", 0) if minutes else hour
        if letter == "s":
            found = getattr(value, "second", 0)
        return f"{found:0{min(size, 2)}d}"
    if not isinstance(value, dt.date):
        return ""
    if letter == "y":
        return f"{value.year:04d}" if size > 2 else f"{value.year % 100:02d}"  # noqa: PLR2004
    names = _MONTHS.split() if letter == "m" else _DAYS.split()
    name = names[value.month - 1 if letter == "m" else value.weekday()]
    number = value.month if letter == "m" else value.day
    if size < _SHORT:
        return f"{number:0{size}d}"
    return name[:_SHORT] if size == _SHORT else name


def _elapsed(value: dt.timedelta, tokens: list[Token]) -> str:
    """Hours and minutes, which may be more than a day has."""
    seconds = round(value.total_seconds())
    hours, rest = divmod(seconds, 3600)
    with_seconds = any(kind == "date" and text[0] in "sS" for kind, text in tokens)
    clock = f"{hours}:{rest // 60:02d}"
    return f"{clock}:{rest % 60:02d}" if with_seconds else clock
