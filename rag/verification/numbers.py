"""Numbers in one notation: words as digits, hours as minutes, measures in their base unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

import regex
import text_to_num

from rag.text.analysis import analyse
from rag.text.languages import LANGUAGES, MAGNITUDES, MONTHS, UNITS, of_all
from rag.text.units import MEASURES, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.text.languages.schema import Language

CLOCK, SHARE = "clock", "share"
_DIMENSIONS = frozenset(kind for kind, _ in MEASURES.values()) | {CLOCK}
_SPELLED = ("en", "de", "nl", "fr", "es", "pt", "it", "da")
"""Languages whose number words text2num knows."""
_ORDINAL = "|".join(of_all(lambda one: one.ordinal_endings))
_GROUPED = r"\p{N}{1,3}(?:[ \u00a0\u2009\u202f'’]\p{N}{3})+(?!\p{N})"
_NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}_.,:/])(?P<before>[$€£¥]\s?)?(?P<sign>[-−](?=\p{N}))?"
    rf"(?P<digits>{_GROUPED}(?:[.,]\p{{N}}+)?|\p{{N}}++(?:[.,:]\p{{N}}++)*+)"
    rf"(?:(?:{_ORDINAL})\b|\.(?=\s\p{{L}}))?(?P<half> and a half\b| ½)?(?P<after>\s?[%€$£¥])?"
)
_SPACES = regex.compile(r"(?<=\p{N})[ \u00a0\u2009\u202f'’](?=\p{N}{3})")
_MINUS = regex.compile(r"\bminus (?=\p{N})", regex.IGNORECASE)
_ISO_DATE = regex.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_DOTTED_DATE = regex.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})\b")
_MULTIPLIED = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}_.,:/])(\p{{N}}+(?:[.,]\p{{N}}+)*) ({'|'.join(sorted(MAGNITUDES))})\b",
    regex.IGNORECASE,
)
_RANGE = regex.compile(r"\s*+(?:[-–/]|to|or|and|bis|oder|und|tot|of|en)?\s*", regex.IGNORECASE)
_HALF_UNIT = regex.compile(
    r"\bhalf an? (?=hour\b|day\b|year\b)|\ban? half[ -](?=hour\b|day\b|year\b)", regex.IGNORECASE
)
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’.][\p{L}\p{M}]+)*\.?")
_BREAK = regex.compile(r"[,;:!?()|\n]|\.\s")
_FREQUENCIES = {
    word: often for language in LANGUAGES.values() for word, often in language.frequencies.items()
}
_DIGIT = regex.compile(r"\p{N}")
_DIGITS = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*")
_UNIT_WORDS = 3
_NOON, _DAY = 12, 24
_ABBREVIATED = {*of_all(lambda one: one.morning), *of_all(lambda one: one.afternoon)}
_PART_OF_DAY = {
    **dict.fromkeys(of_all(lambda one: one.morning), "am"),
    **dict.fromkeys(of_all(lambda one: one.afternoon), "pm"),
    **dict.fromkeys(of_all(lambda one: one.clock), "clock"),
}
_PARTS = "|".join(r"[. ]?".join(p) if p in _ABBREVIATED else p for p in _PART_OF_DAY)
_CLOCKS = rf"(?:{'|'.join(of_all(lambda one: one.clock)) or '(?!)'})"
_HOUR = regex.compile(
    r"(?<![\p{L}\p{N}_.,:/])(?P<hour>\p{N}{1,2})(?:[:.](?P<minute>\p{N}{2}))?\s?"
    rf"(?:{_CLOCKS}\s)?(?:['’]s\s)?(?P<part>{_PARTS})\b\.?",
    regex.IGNORECASE,
)
_TIME = regex.compile(
    r"(?<![\p{L}\p{N}_.,:/])(?P<hour>[01]?\p{N}|2[0-3]):(?P<minute>[0-5]\p{N})(?![:\p{N}])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, written the same way whatever its spelling, and what it counts."""

    value: str
    """In the base unit of its dimension."""
    unit: str
    """A dimension such as ``duration``, else the term that follows, else empty."""
    bare: str = field(default="", compare=False)
    """The value as it stands, whatever its measure."""
    written: str = field(default="", compare=False)
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    """Of the digits in the normalised text."""

    @property
    def ordinal(self) -> bool:
        """Is it a place in an order?"""
        return not self.measured and self.written[-1:].isalpha()

    @property
    def measured(self) -> bool:
        """Is the unit a dimension, so that another one is another claim?"""
        return self.unit in _DIMENSIONS


def normalised(text: str, language: str) -> str:
    """A text with its numbers in digits: number words, ISO dates, halves."""
    text = _MINUS.sub("-", _DOTTED_DATE.sub(_spelled_date, _ISO_DATE.sub(_spelled_date, text)))
    text = _MULTIPLIED.sub(lambda match: _multiplied(match, language), _HALF_UNIT.sub("0.5 ", text))
    data = LANGUAGES.get(language)
    if data and data.questions.counts:
        text = _hyphened(data).sub(r"\1 ", text)
    if language in _SPELLED and any(character.isalpha() for character in text):
        text = _spelled(text, language, data)
    return _frequent(data).sub(_often, text) if data and data.frequencies else text


def _spelled(text: str, language: str, data: Language | None) -> str:
    """Number words as digits, but for "these two" and "the other one", which give no amount."""
    if not data:
        return str(text_to_num.alpha2digit(text, language, threshold=0))
    pieces = _kept_words(data).split(text)
    return "".join(
        piece if position % 2 else text_to_num.alpha2digit(piece, language, threshold=0)
        for position, piece in enumerate(pieces)
    )


@cache
def _kept_words(language: Language) -> regex.Pattern[str]:
    """Number words that stay words."""
    definites = "|".join(sorted(language.definites)) or "(?!)"
    uncounted = "|".join(language.uncounted) or "(?!)"
    measures = [*language.magnitudes, *language.questions.counts]
    measures += [word for words in language.units.values() for word in words]
    return regex.compile(
        rf"(\b(?:{definites}) \p{{L}}+\b"
        rf"|(?<![\p{{L}}-])(?:{uncounted})(?![\p{{L}}-])(?!\s+(?:{'|'.join(sorted(measures))})\b))",
        regex.IGNORECASE,
    )


@cache
def _hyphened(language: Language) -> regex.Pattern[str]:
    """A number word before a hyphen: "a five-stage vehicle"."""
    counts = "|".join(sorted(language.questions.counts))
    return regex.compile(rf"\b({counts})-(?=\p{{L}})", regex.IGNORECASE)


@cache
def _frequent(language: Language) -> regex.Pattern[str]:
    return regex.compile(rf"\b(?:{'|'.join(language.frequencies)})\b", regex.IGNORECASE)


def _often(match: regex.Match[str]) -> str:
    return _FREQUENCIES[match.group().casefold()]


def _spelled_date(match: regex.Match[str]) -> str:
    year, month, day = match["year"], match["month"], match["day"]
    if not 1 <= int(month) <= len(range(12)):
        return match.group()
    name = next((n for n, number in MONTHS.items() if number == int(month)), month)
    return f"{int(day)} {name.capitalize()} {year}"


def numbers_of(text: str, language: str) -> Iterator[Number]:
    """Yield the numbers of a normalised text with their units, in order."""
    taken: list[tuple[int, int]] = []
    for pattern in (_HOUR, _TIME):
        for match in pattern.finditer(text):
            if (found := _time_of_day(match)) and not _inside(match.start(), taken):
                taken.append(match.span())
                yield found
    data = LANGUAGES.get(language)
    for match in _NUMBER.finditer(text):
        if _inside(match.start("digits"), taken):
            continue
        value = _canonical(match["digits"], data)
        if match["half"] and _is_number(value):
            value = _plain(Decimal(value) + Decimal("0.5"))
        sign = "-" if match["sign"] else ""
        symbol = (match["before"] or match["after"] or "").strip()
        yield _measured(sign + value, symbol, match, text, language)


def _multiplied(match: regex.Match[str], language: str) -> str:
    value = _canonical(match[1], LANGUAGES.get(language))
    if not _is_number(value):
        return match.group()
    return _plain(Decimal(value) * MAGNITUDES[match[2].casefold()])


def _inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _time_of_day(match: regex.Match[str]) -> Number | None:
    """Minutes since midnight; None where it is no time of the day."""
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    word = match.groupdict().get("part") or ""
    if match["minute"] is None and UNITS.get(word.casefold()) == "hour":
        return None
    part = _PART_OF_DAY.get(word.casefold().replace(".", "").replace(" ", ""), "clock")
    if hour > _DAY or (part != "clock" and hour > _NOON):
        return None
    if part == "pm" and hour < _NOON:
        hour += _NOON
    if part == "am" and hour == _NOON:
        hour = 0
    minutes = str(hour * 60 + minute)
    return Number(minutes, CLOCK, minutes, match.group(), match.start(), match.end())


def _measured(value: str, symbol: str, match: regex.Match[str], text: str, language: str) -> Number:
    """Find what is counted: a symbol, a measure among the next words, or the next term."""
    start, end = match.start("digits"), match.end()
    after = text[end : end + 60]
    break_at = _BREAK.search(after)
    near = (after[: break_at.start()] if break_at else after).lstrip("-– ")
    if digits := _DIGITS.search(near):
        ranged = _RANGE.fullmatch(near[: digits.start()])
        near = _DIGIT.split(near[digits.end() :])[0] if ranged else near[: digits.start()]
    words = [m.group().rstrip(".") for m in _WORD.finditer(near)][:_UNIT_WORDS]
    following = [word.casefold() if len(word) > 1 or word == "W" else word for word in words]
    unit = SYMBOLS.get(symbol) or _unit_among(following)
    if unit in MEASURES and _is_number(value):
        dimension, size = MEASURES[unit]
        written = f"{match.group().strip()} {following[0] if following and not symbol else ''}"
        base = _plain(Decimal(value) * size)
        return Number(base, dimension, value, written.strip(), start, end)
    counted = next(analyse(near, language), None)
    named = counted is not None and not counted.word[0].isdigit()
    term = counted.terms[0] if counted is not None and named else ""
    return Number(value, term, value, match.group().strip(), start, end)


def _unit_among(words: Sequence[str]) -> str:
    """The first measure; a letter is one only where it stands first: 20 tokens/s is no time."""
    found = (UNITS[w] for i, w in enumerate(words) if w in UNITS and (len(w) > 1 or i == 0))
    return next(found, "")


def _canonical(digits: str, language: Language | None) -> str:
    """Write a number the same way whatever its separators: ``10.000`` is 10000 in German."""
    digits = _SPACES.sub("", digits)
    if ":" in digits:
        return digits.lstrip("0") or "0"
    comma = language is not None and language.decimal_comma
    group, point = (".", ",") if comma else (",", ".")
    grouped = regex.fullmatch(
        rf"\p{{N}}{{1,3}}(?:\{group}\p{{N}}{{3}})+(?:\{point}\p{{N}}+)?", digits
    )
    if grouped:
        digits = digits.replace(group, "")
    digits = digits.replace(point, ".")
    return _plain(Decimal(digits)) if _is_number(digits) else digits


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.lstrip("0") or "0" if not text.startswith(("0.", "-", "0")) else text


def same(claimed: Number, said: Number) -> bool:
    """Are two numbers the same quantity, as far as their own words tell?

    A share is the same as its bare fraction: 92 % is 0.92. A bare number may be of any unit that
    stands elsewhere, as in a table's head; two measures are of one dimension or differ.
    """
    if claimed.measured == said.measured:
        return claimed.value == said.value and (claimed.unit == said.unit or not claimed.measured)
    return claimed.bare == said.bare and not (claimed.measured and said.unit)
