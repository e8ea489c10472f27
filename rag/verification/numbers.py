"""Numbers with their units, in one notation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import regex

from rag.text.analysis import analyse
from rag.text.languages import LANGUAGES, MAGNITUDES, MONTHS, UNITS, of_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ORDINAL = "|".join(of_all(lambda one: one.ordinal_endings))
_NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}_.,])(?P<before>[$€£¥]\s?)?(?P<sign>[-−](?=\p{N}))?"
    rf"(?P<digits>\p{{N}}+(?:[.,:]\p{{N}}+)*)(?:{_ORDINAL}|\.(?=\s\p{{L}}))?\b?"
    r"(?P<after>\s?[%€$£¥])?"
)
_TENS = regex.compile(
    r"\b("
    + "|".join(
        of_all(lambda one: (w for n in range(20, 100, 10) for w in one.numbers.get(str(n), ())))
    )
    + r")-(\p{L}+)\b",
    regex.IGNORECASE,
)
_DIGITS = regex.compile(rf"\p{{N}}[\p{{N}}.,:]*(?:{_ORDINAL})?")
MINUS = regex.compile(r"\bminus (?=\p{N})", regex.I)
ISO_DATE = regex.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_BREAK = regex.compile(r"[,;:!?()|\n]|\.\s")
_SYMBOLS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "%": "percent"}
_UNIT_WORDS = 3
_KNOWN_UNITS = frozenset(UNITS.values()) | frozenset(_SYMBOLS.values())


@dataclass(frozen=True, slots=True)
class Number:
    """A number, written the same way whatever its spelling, and what it counts."""

    value: str
    unit: str
    """A measure such as ``day``, else the term that follows, else empty."""

    @property
    def measured(self) -> bool:
        """Is the unit a known measure, so that another one is another claim?"""
        return self.unit in _KNOWN_UNITS


def is_counted_name(word: str, spoken: Mapping[str, str]) -> bool:
    """Is a word part of a number, which is compared by its value?"""
    plain = word.casefold()
    return bool(_DIGITS.fullmatch(plain) or _TENS.fullmatch(plain)) or (
        plain in spoken or plain in MAGNITUDES
    )


def spell_out_numbers(language: str) -> Mapping[str, str]:
    """Number words of a language -> digits."""
    data = LANGUAGES.get(language)
    return data.number_words if data else {}


def spelled_date(match: regex.Match[str]) -> str:
    """An ISO date with the month in words."""
    year, month, day = match.groups()
    name = next((n for n, number in MONTHS.items() if number == int(month)), month)
    return f"{int(day)} {name.capitalize()} {year}"


def numbers_of(text: str, language: str) -> Iterator[Number]:
    """Yield the numbers of a text with their units."""
    words = spell_out_numbers(language)
    for match in _NUMBER.finditer(text):
        value = _canonical(match["digits"], language)
        symbol = (match["before"] or match["after"] or "").strip()
        yield _measured(
            f"{'-' if match['sign'] else ''}{value}", symbol, text[match.end() :], language
        )
    spoken = [(m.end(), m.start(), m.group().casefold()) for m in WORD.finditer(text)]
    tens = {m.end(): (m.group(1).casefold(), m.group(2).casefold()) for m in _TENS.finditer(text)}
    inside = {m.start() for m in _TENS.finditer(text)} | {m.start(2) for m in _TENS.finditer(text)}
    for end, start, word in spoken:
        if end in tens and tens[end][1] in words:
            ten, one = tens[end]
            yield _measured(str(int(words[ten]) + int(words[one])), "", text[end:], language)
        elif word in words and start not in inside:
            yield _measured(words[word], "", text[end:], language)


def _measured(value: str, symbol: str, after: str, language: str) -> Number:
    """Find what is counted: a symbol, a measure among the next words, or the next term."""
    break_at = _BREAK.search(after)
    near = after[: break_at.start()] if break_at else after
    following = [m.group().casefold() for m in WORD.finditer(near)][:_UNIT_WORDS]
    if following and following[0] in MAGNITUDES and _is_number(value):
        value = _plain(Decimal(value) * MAGNITUDES[following[0]])
        following = following[1:]
    if symbol:
        return Number(value, _SYMBOLS[symbol])
    for word in following:
        if word in UNITS:
            return Number(value, UNITS[word])
    if ":" in value:
        return Number(value, "")
    unit = next(analyse(near, language), None)
    named = unit is not None and not _DIGITS.fullmatch(unit.terms[0])
    return Number(value, unit.terms[0] if unit is not None and named else "")


def _canonical(digits: str, language: str) -> str:
    """Write a number the same way whatever its separators: ``10.000`` is 10000 in German."""
    if ":" in digits:
        return digits.removesuffix(":00").lstrip("0") or "0"
    group, point = (".", ",") if _writes_decimal_comma(language) else (",", ".")
    grouped = regex.fullmatch(
        rf"\p{{N}}{{1,3}}(?:\{group}\p{{N}}{{3}})+(?:\{point}\p{{N}}+)?", digits
    )
    if grouped:
        digits = digits.replace(group, "")
    digits = digits.replace(point, ".")
    return _plain(Decimal(digits)) if _is_number(digits) else digits


def _is_number(text: str) -> bool:
    return bool(regex.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text))


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _writes_decimal_comma(language: str) -> bool:
    data = LANGUAGES.get(language)
    return data is not None and data.decimal_comma
