"""Text -> what it claims: content terms, numbers with their units, names, negations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from rag.analysis import Token, analyse, is_stop_word
from rag.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = regex.compile(r"(?<![\p{L}\p{N}_])\p{N}+(?:[.,:/]\p{N}+)*")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*")
_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}&]+(?:[\-'’.]\p{L}[\p{L}\p{N}]*)*")
_THOUSANDS = regex.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_ZERO_FRACTION = regex.compile(r"(?<=\d)\.0+$")
_BREAK = regex.compile(r"[.,;:!?()|\n]")
_UNIT_CHARACTERS = 40
_NEGATION_SCOPE = 3
_CAPITALISED_NOUNS = frozenset({"de"})
"""In German every noun is written like a name."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, written the same way whatever its spelling, and the term that it counts."""

    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a stretch of text says."""

    terms: frozenset[str]
    numbers: frozenset[Number]
    names: frozenset[str]
    """Terms of the names in it."""
    negations: tuple[tuple[str, ...], ...]
    """For each negation the content terms that it is about, the nearest first."""


def claim_of(text: str, language: str) -> Claim:
    """Read a sentence or a few."""
    tokens = list(analyse(text, language))
    data = LANGUAGES.get(language)
    digits = data.numbers if data else {}
    return Claim(
        terms=frozenset(digits.get(t.word.casefold(), t.terms[0]) for t in tokens),
        numbers=frozenset(_numbers(text, language)),
        names=frozenset(_names(text, language)),
        negations=tuple(_negations(text, language, tokens)),
    )


def _numbers(text: str, language: str) -> Iterator[Number]:
    data = LANGUAGES.get(language)
    words = data.numbers if data else {}
    found = [(match.end(), _canonical(match.group())) for match in _NUMBER.finditer(text)]
    found += [
        (match.end(), words[match.group().casefold()])
        for match in _WORD.finditer(text)
        if match.group().casefold() in words
    ]
    for end, value in found:
        after = text[end : end + _UNIT_CHARACTERS]
        unit = next(analyse(after, language), None)
        adjacent = unit is not None and not _BREAK.search(after[: unit.start])
        yield Number(value, unit.terms[0] if unit is not None and adjacent else "")


def _canonical(number: str) -> str:
    return _ZERO_FRACTION.sub("", _THOUSANDS.sub("", number))


def _names(text: str, language: str) -> Iterator[str]:
    for match in _NAME.finditer(text):
        name = match.group()
        inner_capital = name[1:] != name[1:].lower()
        if not inner_capital and (
            language in _CAPITALISED_NOUNS or _opens_sentence(text, match.start())
        ):
            continue
        if not is_stop_word(name, language):
            yield from (token.terms[0] for token in analyse(name, language))


def _opens_sentence(text: str, position: int) -> bool:
    before = text[:position].rstrip(" \t\"'“”‘(*_-#>|")
    return not before or before[-1] in ".!?:\n…"


def _negations(text: str, language: str, tokens: list[Token]) -> Iterator[tuple[str, ...]]:
    data = LANGUAGES.get(language)
    if data is None:
        return
    for match in _WORD.finditer(text):
        word = match.group().casefold().replace("’", "'")
        if word in data.negations or word.endswith("n't"):
            after = [token.terms[0] for token in tokens if token.start >= match.end()]
            before = [token.terms[0] for token in tokens if token.end <= match.start()]
            yield tuple((after or before[::-1])[:_NEGATION_SCOPE])
