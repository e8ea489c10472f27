"""Text -> what it claims: content terms, numbers with their units, names, months, negations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from rag.text.analysis import AnalysedWord, analyse, is_stop_word
from rag.text.languages import LANGUAGES, MONTHS, UNITS, any_of, of_all
from rag.verification.numbers import (
    ISO_DATE,
    MINUS,
    WORD,
    Number,
    is_counted_name,
    numbers_of,
    spell_out_numbers,
    spelled_date,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}&]+(?:[\-'’.]\p{L}[\p{L}\p{N}]*)*")
_LEAD_IN = regex.compile(
    rf"^\W*{any_of(lambda one: one.lead_ins)}\b\s*[,.!:;–-]\s*", regex.IGNORECASE
)
_NO_DENIAL = regex.compile(rf"\b{any_of(lambda one: one.harmless_negations)}\b", regex.IGNORECASE)
_BOUNDS = of_all(lambda one: [(p, kind) for kind, ps in one.bounds.items() for p in ps])
_TIMES = frozenset(["second", "minute", "hour", "day", "week", "month", "year"])
_NEGATION_SCOPE = 3


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
        return frozenset(UNITS[word] for word in self.words if word in UNITS) & _TIMES


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
    text = MINUS.sub("-", ISO_DATE.sub(spelled_date, _LEAD_IN.sub("", text)))
    tokens = list(analyse(text, language))
    numbers = frozenset(numbers_of(text, language))
    values = frozenset(number.value for number in numbers)
    spoken = spell_out_numbers(language)
    counted = [t for t in tokens if is_counted_name(t.word, spoken)]
    told = [t for t in tokens if not is_counted_name(t.word, spoken)]
    words = [match.group().casefold().replace("’", "'") for match in WORD.finditer(text)]
    plain = f" {' '.join(words)} "
    return Claim(
        terms=frozenset(t.terms[0] for t in told) | values,
        parts=frozenset(term for t in (*told, *counted) for term in t.terms) | values,
        numbers=numbers,
        names=frozenset(_names(text, language, nouns=not _capitalises(language))),
        nouns=frozenset(_names(text, language, nouns=True)),
        months=frozenset(_months(text)),
        bounds=frozenset(kind for phrase, kind in _BOUNDS if f" {phrase} " in plain),
        words=frozenset(words),
        negations=tuple(_negations(text, language, tokens)),
    )


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
    for match in WORD.finditer(text):
        word = match.group()
        number = MONTHS.get(word.casefold())
        around = text[max(0, match.start() - 6) : match.end() + 6]
        if number and word[0].isupper() and (len(word) > 3 or any(map(str.isdigit, around))):  # noqa: PLR2004 - "May"
            yield number


def _opens_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \t\"'“”‘(*_-#>|")
    return not before or before[-1] in ".!?:\n…"


def _negations(text: str, language: str, tokens: list[AnalysedWord]) -> Iterator[tuple[str, ...]]:
    data = LANGUAGES.get(language)
    if data is None:
        return
    harmless = [match.span() for match in _NO_DENIAL.finditer(text)]
    for match in WORD.finditer(text):
        word = match.group().casefold().replace("’", "'")
        if any(start <= match.start() < end for start, end in harmless):
            continue
        if word in data.negations or _ends(word, data.negation_suffix):
            after = [token.terms[0] for token in tokens if token.start >= match.end()]
            before = [token.terms[0] for token in tokens if token.end <= match.start()]
            yield tuple((after or before[::-1])[:_NEGATION_SCOPE])


def _ends(word: str, suffix: str) -> bool:
    return bool(suffix) and word.endswith(suffix)


def _capitalises(language: str) -> bool:
    """Is every noun written like a name?"""
    data = LANGUAGES.get(language)
    return data is not None and data.capitalised_nouns
