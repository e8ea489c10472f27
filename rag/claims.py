"""Text -> what it claims: content terms, numbers with their units, names, months, negations."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import regex

from rag.analysis import Token, analyse, is_stop_word
from rag.languages import BOUNDS, LANGUAGES, MAGNITUDES, MONTHS, TIMES, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}_.,])(?P<before>[$€£¥]\s?)?(?P<sign>[-−](?=\p{N}))?"
    r"(?P<digits>\p{N}+(?:[.,:]\p{N}+)*)(?:st|nd|rd|th|e|\.(?=\s\p{L}))?\b?(?P<after>\s?[%€$£¥])?"
)
_TENS = regex.compile(
    r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(\p{L}+)\b", regex.I
)
_DIGITS = regex.compile(r"\p{N}[\p{N}.,:]*(?:st|nd|rd|th|e)?")
_MINUS = regex.compile(r"\bminus (?=\p{N})", regex.I)
_ISO_DATE = regex.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}&]+(?:[\-'’.]\p{L}[\p{L}\p{N}]*)*")
_LEAD_IN = regex.compile(r"^\W*(?:yes|no|ja|nee|nein|oui|non|sí)\b\s*[,.!:;–-]\s*", regex.I)
_NO_DENIAL = regex.compile(
    r"\b(?:no|not) (?:more|later|less|fewer|earlier|longer) than\b|\bnot only\b"
    r"|\bnicht (?:mehr|später|weniger|länger) als\b|\bniet (?:meer|later|minder|langer) dan\b",
    regex.I,
)
_DECIMAL_COMMA = frozenset({"de", "nl", "fr", "es", "it", "pt"})
_BREAK = regex.compile(r"[,;:!?()|\n]|\.\s")
_SYMBOLS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "%": "percent"}
_UNIT_WORDS = 3
_NEGATION_SCOPE = 3
_CAPITALISED_NOUNS = frozenset({"de"})
"""In German every noun is written like a name."""
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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a stretch of text says."""

    terms: frozenset[str]
    """One a word: what the text has to be covered by."""
    parts: frozenset[str]
    """The terms with those of the words' parts: what others are covered by."""
    numbers: frozenset[Number]
    names: frozenset[str]
    """Terms of the names in it."""
    nouns: frozenset[str]
    """The same where all nouns are written like names, and tell names only beside each other."""
    months: frozenset[int]
    bounds: frozenset[str]
    """``max`` for "at most" and its like, ``min`` for "at least"."""
    words: frozenset[str]
    """All words as they stand, casefolded: opposites are often function words."""
    negations: tuple[tuple[str, ...], ...]
    """For each negation the content terms that it is about, the nearest first."""

    @property
    def times(self) -> frozenset[str]:
        """The measures of time that it names: "per week" is not "per month"."""
        return frozenset(UNITS[word] for word in self.words if word in UNITS) & TIMES


def joined(claims: Sequence[Claim]) -> Claim:
    """What neighbouring sentences say together."""
    if len(claims) == 1:
        return claims[0]
    return Claim(
        terms=frozenset().union(*(claim.terms for claim in claims)),
        parts=frozenset().union(*(claim.parts for claim in claims)),
        numbers=frozenset().union(*(claim.numbers for claim in claims)),
        names=frozenset().union(*(claim.names for claim in claims)),
        nouns=frozenset().union(*(claim.nouns for claim in claims)),
        months=frozenset().union(*(claim.months for claim in claims)),
        bounds=frozenset().union(*(claim.bounds for claim in claims)),
        words=frozenset().union(*(claim.words for claim in claims)),
        negations=tuple(scope for claim in claims for scope in claim.negations),
    )


def claim_of(text: str, language: str) -> Claim:
    """Read a sentence or a few; "Yes," and "No," before a sentence are not part of it."""
    text = _MINUS.sub("-", _ISO_DATE.sub(_spelled_date, _LEAD_IN.sub("", text)))
    tokens = list(analyse(text, language))
    numbers = frozenset(_numbers(text, language))
    values = frozenset(number.value for number in numbers)
    spoken = _number_words(language)
    counted = [t for t in tokens if _is_counted(t.word, spoken)]
    told = [t for t in tokens if not _is_counted(t.word, spoken)]
    words = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
    plain = f" {' '.join(words)} "
    return Claim(
        terms=frozenset(t.terms[0] for t in told) | values,
        parts=frozenset(term for t in (*told, *counted) for term in t.terms) | values,
        numbers=numbers,
        names=frozenset(_names(text, language, nouns=language not in _CAPITALISED_NOUNS)),
        nouns=frozenset(_names(text, language, nouns=True)),
        months=frozenset(_months(text)),
        bounds=frozenset(kind for phrase, kind in BOUNDS if f" {phrase} " in plain),
        words=frozenset(words),
        negations=tuple(_negations(text, language, tokens)),
    )


def _is_counted(word: str, spoken: dict[str, str]) -> bool:
    """Is a word part of a number, which is compared by its value?"""
    plain = word.casefold()
    return bool(_DIGITS.fullmatch(plain) or _TENS.fullmatch(plain)) or (
        plain in spoken or plain in MAGNITUDES
    )


def _number_words(language: str) -> dict[str, str]:
    data = LANGUAGES.get(language)
    return data.numbers if data else {}


def _spelled_date(match: regex.Match[str]) -> str:
    year, month, day = match.groups()
    name = next((n for n, number in MONTHS.items() if number == int(month)), month)
    return f"{int(day)} {name.capitalize()} {year}"


def _numbers(text: str, language: str) -> Iterator[Number]:
    words = _number_words(language)
    for match in _NUMBER.finditer(text):
        value = _canonical(match["digits"], language)
        symbol = (match["before"] or match["after"] or "").strip()
        yield _measured(
            f"{'-' if match['sign'] else ''}{value}", symbol, text[match.end() :], language
        )
    spoken = [(m.end(), m.start(), m.group().casefold()) for m in _WORD.finditer(text)]
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
    following = [m.group().casefold() for m in _WORD.finditer(near)][:_UNIT_WORDS]
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
    group, point = (".", ",") if language in _DECIMAL_COMMA else (",", ".")
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


def _names(text: str, language: str, *, nouns: bool) -> Iterator[str]:
    """``nouns``: also words with nothing but their first letter written large."""
    for match in _NAME.finditer(text):
        name = match.group()
        inner_capital = name[1:] != name[1:].lower()
        if not inner_capital and (not nouns or _opens_sentence(text, match.start())):
            continue
        if name.casefold() not in MONTHS and not is_stop_word(name, language):
            yield from (token.terms[0] for token in analyse(name, language))


def _months(text: str) -> Iterator[int]:
    """Months by name; "may" and "mei" only beside a number, where they are no other word."""
    for match in _WORD.finditer(text):
        word = match.group()
        number = MONTHS.get(word.casefold())
        around = text[max(0, match.start() - 6) : match.end() + 6]
        if number and word[0].isupper() and (len(word) > 3 or any(map(str.isdigit, around))):  # noqa: PLR2004 - "May"
            yield number


def _opens_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \t\"'“”‘(*_-#>|")
    return not before or before[-1] in ".!?:\n…"


def _negations(text: str, language: str, tokens: list[Token]) -> Iterator[tuple[str, ...]]:
    data = LANGUAGES.get(language)
    if data is None:
        return
    harmless = [match.span() for match in _NO_DENIAL.finditer(text)]
    for match in _WORD.finditer(text):
        word = match.group().casefold().replace("’", "'")
        if any(start <= match.start() < end for start, end in harmless):
            continue
        if word in data.negations or word.endswith("n't"):
            after = [token.terms[0] for token in tokens if token.start >= match.end()]
            before = [token.terms[0] for token in tokens if token.end <= match.start()]
            yield tuple((after or before[::-1])[:_NEGATION_SCOPE])
