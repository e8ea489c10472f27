"""Text -> what it claims: content terms, numbers with their units, names, months, negations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from rag.text.analysis import AnalysedWord, analyse, is_stop_word
from rag.text.languages import LANGUAGES, MAGNITUDES, MONTHS, UNITS, any_of, of_all
from rag.verification.exact import IDENTIFIER
from rag.verification.numbers import Number, normalised, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.text.languages.schema import Language

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}&]+(?:[\-'’.]\p{L}[\p{L}\p{N}]*)*")
_LEAD_IN = regex.compile(
    rf"^\W*{any_of(lambda one: one.lead_ins)}\b\s*[,.!:;–-]\s*", regex.IGNORECASE
)
_NO_DENIAL = regex.compile(rf"\b{any_of(lambda one: one.harmless_negations)}\b", regex.IGNORECASE)
_BOUNDS = dict(of_all(lambda one: [(p, kind) for kind, ps in one.bounds.items() for p in ps]))
_BOUND = regex.compile(
    rf"\b({'|'.join(sorted(map(regex.escape, _BOUNDS), key=len, reverse=True))})\b\W*(?:\w+\W+)?$"
)
_SYMBOL_BEFORE = regex.compile(r"([<≤>≥])=?\s*$")
_AFTER = dict(of_all(lambda one: [(p, kind) for kind, ps in one.bounds_after.items() for p in ps]))
_AT_MOST = frozenset(phrase for phrase, kind in _AFTER.items() if kind == "max")
_AFTER_PHRASES = "|".join(sorted(map(regex.escape, _AFTER), key=len, reverse=True))
_BOUND_AFTER = regex.compile(rf"(?:\s?[\p{{L}}%€$]{{1,40}}+)?\s?(\+|{_AFTER_PHRASES})(?!\p{{L}})")
_EXCLUDING = frozenset(of_all(lambda one: one.excluding))
_NEGATED_BOUND = {"max": "min", "min": "max", "about": "about"}
CACHED_CLAIMS = 2_000
"""Sentences kept as they were read: the same passages are found again in a conversation."""
_BEFORE = 48
"""Characters before a number in which its bound stands."""
_LABEL = regex.compile(r"^\W*\p{Lu}[^:.!?\n]{1,80}:\s|^\W*\p{Lu}[^:.!?\n]{1,60}\s[–-]\s")
"""A list item's label, whose words are written like names."""
_CLAUSE = regex.compile(r"[,;:()|–](?!\p{N})")
_CLAUSE_END = regex.compile(r"[.;:!?|\n]\s")
_TIMES = frozenset(["second", "minute", "hour", "day", "week", "month", "year"])
_ABBREVIATED = regex.compile(r"(?<![\p{L}\p{N}.,])(\d+(?:\.\d+)?)\s?([kKMB])\b")
_THOUSANDS = {"k": 10**3, "m": 10**6, "b": 10**9}
_NEGATION_SCOPE = 3
_NEGATED_WITHIN = 3
_APART = 1_000
"""Characters between the sentences of a joined claim: no word belongs to a number of another one,
where its own sentence has one."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One negation."""

    scope: tuple[str, ...]
    """The content terms that it is about, the nearest first."""
    pairs: frozenset[tuple[str, str]]
    """Neighbours among those and the term before."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a stretch of text says."""

    terms: frozenset[str]
    """One a word: what the text has to be covered by."""
    parts: frozenset[str]
    """The terms with those of the words' parts: what others are covered by."""
    pairs: frozenset[tuple[str, str]]
    """Terms that are neighbours."""
    numbers: tuple[Number, ...]
    inner: frozenset[str]
    """Numbers within identifiers: the 4 of "4-bit"."""
    bounds: tuple[str, ...]
    """Of each number: ``max`` for "at most" and its like, ``min`` for "at least", ``about`` for
    "about", else empty."""
    excluded: frozenset[int]
    """Starts of the numbers that their own bound excludes: "more than"."""
    places: tuple[tuple[str, int], ...]
    """Each term with where it stands in the text, numbers left out."""
    breaks: tuple[int, ...]
    """Where the text's clauses end."""
    names: frozenset[str]
    """Terms of the names in it."""
    nouns: frozenset[str]
    """The same where all nouns are written like names, and tell names only beside each other."""
    reason: frozenset[str]
    """Terms of the clause that gives a reason."""
    months: frozenset[int]
    words: frozenset[str]
    """All words as they stand, casefolded: opposites are often function words."""
    denials: tuple[Denial, ...]

    @property
    def times(self) -> frozenset[str]:
        """The measures of time that it names: "per week" is not "per month"."""
        return frozenset(UNITS[word] for word in self.words if word in UNITS) & _TIMES


def joined(claims: Sequence[Claim]) -> Claim:
    """What neighbouring sentences say together."""
    if len(claims) == 1:
        return claims[0]
    apart = [(claim, _APART * position) for position, claim in enumerate(claims)]
    return Claim(
        terms=frozenset().union(*(claim.terms for claim in claims)),
        parts=frozenset().union(*(claim.parts for claim in claims)),
        pairs=frozenset().union(*(claim.pairs for claim in claims)),
        numbers=tuple(
            replace(number, start=number.start + shift, end=number.end + shift)
            for claim, shift in apart
            for number in claim.numbers
        ),
        inner=frozenset().union(*(claim.inner for claim in claims)),
        bounds=tuple(bound for claim in claims for bound in claim.bounds),
        excluded=frozenset(at + shift for claim, shift in apart for at in claim.excluded),
        places=tuple((t, place + shift) for claim, shift in apart for t, place in claim.places),
        breaks=tuple(at + shift for claim, shift in apart for at in claim.breaks),
        names=frozenset().union(*(claim.names for claim in claims)),
        nouns=frozenset().union(*(claim.nouns for claim in claims)),
        reason=frozenset().union(*(claim.reason for claim in claims)),
        months=frozenset().union(*(claim.months for claim in claims)),
        words=frozenset().union(*(claim.words for claim in claims)),
        denials=tuple(denial for claim in claims for denial in claim.denials),
    )


@lru_cache(maxsize=CACHED_CLAIMS)
def claim_of(text: str, language: str) -> Claim:
    """Read a sentence or a few; "Yes," and "No," before a sentence are not part of it."""
    text = normalised(_LEAD_IN.sub("", text), language)
    inside = [match.span() for match in IDENTIFIER.finditer(text)]
    every = list(numbers_of(text, language))
    inner = {n for n in every if any(start <= n.start < end for start, end in inside)}
    numbers = tuple(number for number in every if number.measured or number not in inner)
    spans = [(number.start, number.end) for number in numbers]
    tokens = [t for t in analyse(text, language) if not _is_number(t, spans)]
    words = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
    tokens = [t for t in tokens if not _is_negation(t.word.casefold(), language)]
    first = [token.terms[0] for token in tokens]
    return Claim(
        terms=frozenset(first),
        parts=frozenset(term for token in tokens for term in token.terms),
        pairs=frozenset(pairwise(first)),
        numbers=numbers,
        inner=frozenset(number.bare for number in inner) | _abbreviated(text),
        bounds=tuple(_bound(text, number, language) for number in numbers),
        excluded=frozenset(n.start for n in numbers if _excludes(text, n, language)),
        places=tuple((token.terms[0], token.start) for token in tokens),
        breaks=tuple(match.start() for match in _CLAUSE.finditer(text)),
        names=frozenset(_names(text, language, nouns=not _capitalises(language))),
        nouns=frozenset(_names(text, language, nouns=True)),
        reason=_reason(text, language, tokens),
        months=frozenset(_months(text)),
        words=frozenset(words),
        denials=tuple(_denials(text, language, tokens)),
    )


def _abbreviated(text: str) -> frozenset[str]:
    """Numbers such as 330M and 3.8B in full."""
    return frozenset(
        format((Decimal(m[1]) * _THOUSANDS[m[2].lower()]).normalize(), "f")
        for m in _ABBREVIATED.finditer(text)
    )


def _is_number(token: AnalysedWord, spans: Sequence[tuple[int, int]]) -> bool:
    """Is a word part of a number, or does it multiply one? Numbers are compared by value."""
    if token.word.casefold() in MAGNITUDES:
        return True
    return token.word[0].isdigit() and any(start <= token.start < end for start, end in spans)


def _bound(text: str, number: Number, language: str) -> str:
    """Is a number bounded from above or below by the words before it? "Not above" is below."""
    before = text[max(0, number.start - _BEFORE) : number.start].casefold()
    if symbol := _SYMBOL_BEFORE.search(before):
        return "max" if symbol[1] in "<≤" else "min"
    if match := _BOUND_AFTER.match(text[number.end :].casefold()):
        return "max" if match[1] in _AT_MOST else "min"
    clause = _CLAUSE_END.split(before)[-1]
    match = _BOUND.search(clause)
    if not match:
        return ""
    kind = _BOUNDS[match[1]]
    nearby = [m.group() for m in _WORD.finditer(clause[: match.start()])][-_NEGATED_WITHIN:]
    negated = any(_is_negation(word, language) for word in nearby)
    return _NEGATED_BOUND[kind] if negated else kind


def _excludes(text: str, number: Number, language: str) -> bool:
    """Return whether the words before a number exclude it, without a negation."""
    before = text[max(0, number.start - _BEFORE) : number.start].casefold()
    match = _BOUND.search(_CLAUSE_END.split(before)[-1])
    if not match or match[1] not in _EXCLUDING:
        return False
    words = [m.group() for m in _WORD.finditer(before[: before.rfind(match[1])])]
    return not any(_is_negation(word, language) for word in words[-_NEGATED_WITHIN:])


def _names(text: str, language: str, *, nouns: bool) -> Iterator[str]:
    """``nouns``: also words with nothing but their first letter written large."""
    label = _LABEL.match(text)
    for match in _NAME.finditer(text, label.end() if label else 0):
        name = match.group()
        inner_capital = name[1:] != name[1:].lower()
        if not inner_capital and (not nouns or _opens_sentence(text, match.start())):
            continue
        if name.casefold() not in MONTHS and not is_stop_word(name, language):
            for token in analyse(name, language):
                yield from token.terms[1:] or token.terms


def _reason(text: str, language: str, tokens: list[AnalysedWord]) -> frozenset[str]:
    """The terms between a word such as "because" and the end of its clause."""
    data = LANGUAGES.get(language)
    if data is None or not data.reasons:
        return frozenset()
    match = _given(data).search(text)
    if not match:
        return frozenset()
    end = next((m.start() for m in _CLAUSE.finditer(text, match.end())), len(text))
    return frozenset(t.terms[0] for t in tokens if match.end() <= t.start < end)


@cache
def _given(language: Language) -> regex.Pattern[str]:
    return regex.compile(rf"\b(?:{'|'.join(language.reasons)})\b", regex.IGNORECASE)


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


def _denials(text: str, language: str, tokens: list[AnalysedWord]) -> Iterator[Denial]:
    harmless = [match.span() for match in _NO_DENIAL.finditer(text)]
    for match in _WORD.finditer(text):
        if any(start <= match.start() < end for start, end in harmless):
            continue
        if text[match.end() : match.end() + 1] == "-":  # a no-show
            continue
        if _is_negation(match.group().casefold().replace("’", "'"), language):
            after = [token.terms[0] for token in tokens if token.start >= match.end()]
            before = [token.terms[0] for token in tokens if token.end <= match.start()]
            scope = tuple((after or before[::-1])[:_NEGATION_SCOPE])
            around = [*before[-1:], *scope] if after else scope[::-1]
            yield Denial(scope, frozenset(pairwise(around)))


def _is_negation(word: str, language: str) -> bool:
    data = LANGUAGES.get(language)
    if data is None:
        return False
    suffix = data.negation_suffix
    return word in data.negations or (bool(suffix) and word.endswith(suffix))


@cache
def _capitalises(language: str) -> bool:
    """Is every noun written like a name?"""
    data = LANGUAGES.get(language)
    return data is not None and data.capitalised_nouns
