"""Measures with their dimensions, and the questions that ask for an amount of one."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

import regex

from rag.text.languages import MONTHS, UNITS, of_all

_DATA = tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))
MEASURES = {name: (kind, Decimal(size)) for name, (kind, size) in _DATA["measures"].items()}
"""Measure -> its dimension, and how many of the dimension's base unit it is."""
SYMBOLS: dict[str, str] = _DATA["symbols"]
"""Symbol -> measure."""
_ASKED = [
    (
        regex.compile(rf"\b(?:{'|'.join(asked['patterns'])})\b", regex.IGNORECASE),
        frozenset[str](asked["dimensions"]),
    )
    for asked in _DATA["asked"]
]
_DATE = "date"
_FORMS = {
    "version": r"(?<![\p{N}.])v?\p{N}+(?:\.\p{N}+)+\+?",
    "identifier": r"\b\p{L}\w*_\w+|(?<!\S)--?[a-z][\w-]+|`[^`\s]+`",
    "clock": r"(?<!\p{N})\p{N}{1,2}:\p{N}{2}(?!\p{N})",
}
"""What no unit shows."""
_NUMBER = r"\p{N}+(?:[.,]\p{N}+)*"
_BETWEEN = r"[\s\u00a0+~-]{0,2}"
_YEAR = r"(?<!\p{N})(?:1[5-9]|20)\p{N}\p{N}(?!\p{N})"
_COUNTS = "|".join(sorted(of_all(lambda one: one.questions.counts)))


def asked_dimensions(question: str) -> frozenset[str]:
    """Return the dimensions of which a question asks an amount; empty if it asks for none."""
    return frozenset().union(
        *(dimensions for pattern, dimensions in _ASKED if pattern.search(question))
    )


@cache
def amount_of(dimensions: frozenset[str]) -> regex.Pattern[str]:
    """Return what matches an amount of any of these dimensions in a text."""
    words = [word for word, unit in UNITS.items() if _is_of(unit, dimensions)]
    symbols = [regex.escape(sign) for sign, unit in SYMBOLS.items() if _is_of(unit, dimensions)]
    number = rf"(?:{_NUMBER}|\b(?:{_COUNTS})\b)"
    patterns = []
    if words:
        unit = "|".join(sorted(words))
        patterns.append(rf"{number}{_BETWEEN}(?:\p{{L}}+ )?(?:{unit})(?!\p{{L}})")
    if symbols:
        sign = "|".join(symbols)
        patterns += [rf"(?:{sign})\s?{_NUMBER}", rf"{_NUMBER}\s?(?:{sign})"]
    patterns += [form for name, form in _FORMS.items() if name in dimensions]
    if _DATE in dimensions:
        patterns += [_YEAR, rf"\p{{N}}\.?\s(?:{'|'.join(MONTHS)})|(?:{'|'.join(MONTHS)})\s\p{{N}}"]
    elif words or symbols:
        patterns.append(rf"\w\s?=\s?{_NUMBER}\b")  # a setting's value has no unit
    return regex.compile("|".join(patterns), regex.IGNORECASE)


def _is_of(unit: str, dimensions: frozenset[str]) -> bool:
    return unit in MEASURES and MEASURES[unit][0] in dimensions
