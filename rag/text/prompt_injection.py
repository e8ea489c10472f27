"""Detection of text in documents that addresses a model (prompt injection).

Passages are data. Instructions to a model in them are flagged in the ledger, and neither sent to a
model, nor quoted, nor believed. The patterns are those of published prompt injections (Greshake et
al. 2023, "Not what you've signed up for"; OWASP LLM01), in the languages that have some; they are
looked for in the text as a model reads it: without emphasis, invisible characters and look-alikes.
A paraphrase that none of them describes is not seen.
"""

from __future__ import annotations

import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from rag.text.languages import any_of
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

FLAG = "instructions"
MASK = "[…]"
_DATA = tomllib.loads((Path(__file__).parent / "prompt_injection.toml").read_text("utf-8"))
_LOOK_ALIKES = str.maketrans(_DATA["look_alikes"]["foreign"], _DATA["look_alikes"]["latin"])
_CONTROL: str = _DATA["control"]["pattern"]
_BETWEEN_WORDS, _ALSO_MARKS = r"\s+", r"(?:\.{2,}+|(?![.!?]\s)\p{P}|[\s|])++"
"""Marks between the words of an order do not make it another one; a sentence's end does."""
_SPEAKS = regex.compile(
    f"{any_of(lambda one: one.orders.patterns).replace(_BETWEEN_WORDS, _ALSO_MARKS)} | {_CONTROL}",
    regex.IGNORECASE | regex.VERBOSE | regex.MULTILINE,
)
_STRUCTURE = regex.compile(r"(?m)^[ \t>#*+-]++|[*`~]++|(?<![^\W])_++|(?<!_)_++(?![^\W_])")
"""Marks of quotations, lists, emphasis and code, between the words of a sentence."""
_TAGS = range(0xE0020, 0xE007F)
"""Invisible characters that stand for ASCII (Unicode, section 23.9)."""


def speaks_to_a_model(text: str) -> bool:
    """Return whether a text gives instructions to a model."""
    return bool(_orders(text))


def without_orders(text: str, *, in_place: bool = False) -> str:
    """Return the text with the sentences that instruct a model replaced by a mark.

    An order may reach over several sentences, lines or blocks: all that it touches is replaced. If
    ``in_place``, it is replaced by spaces, so that what follows stays where it was.
    """
    spans = _orders(text)
    if not spans:
        return text
    kept, position = [], 0
    sentences = list(split_sentences(text))
    for start, end in spans:
        touched = [(a, b) for a, b in sentences if a < end and start < b]
        first = max(position, min([start, *(a for a, _ in touched)]))
        last = max([end, *(b for _, b in touched)])
        if last > position:
            kept += [text[position:first], " " * (last - first) if in_place else MASK]
            position = last
    return "".join([*kept, text[position:]])


@lru_cache(maxsize=4096)
def _orders(text: str) -> tuple[tuple[int, int], ...]:
    """Return where instructions stand, in order; passages are asked for again and again."""
    plain, places = _as_read(text)
    spans = _matches(plain, places)
    if not plain.isascii():
        alike, indices = _as_it_looks(plain)
        if alike != plain:
            spans |= _matches(alike, [places[index] for index in indices])
    return tuple(sorted(spans))


def _matches(text: str, places: Sequence[int]) -> set[tuple[int, int]]:
    """Return the spans of orders; ``places``: where each character stands in the original."""
    spans = (match.span() for match in _SPEAKS.finditer(text))
    return {(places[start], places[max(start, end - 1)] + 1) for start, end in spans}


def _as_it_looks(text: str) -> tuple[str, list[int]]:
    """Return a text in Latin letters without accents, and where each of them stands in it."""
    characters: list[str] = []
    indices: list[int] = []
    for index, character in enumerate(text):
        letter = unicodedata.normalize("NFD", character)[0]
        if unicodedata.category(letter) != "Mn":
            characters.append(letter.translate(_LOOK_ALIKES))
            indices.append(index)
    return "".join(characters), [*indices, len(text)]


def _as_read(text: str) -> tuple[str, list[int] | range]:
    """Return a text as a model reads it, and where each of its characters stands in ``text``."""
    if text.isascii() and not _STRUCTURE.search(text):
        return text, range(len(text) + 1)
    hidden = bytearray(len(text))
    for match in _STRUCTURE.finditer(text):
        for index in range(*match.span()):
            hidden[index] = 1
    characters: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        if hidden[index]:
            continue
        code = ord(character)
        if code in _TAGS:
            written = chr(code - 0xE0000)
        elif character.isascii():
            written = character
        elif unicodedata.category(character) == "Cf":
            continue
        else:
            written = unicodedata.normalize("NFKC", character)
        characters.append(written)
        places.extend([index] * len(written))
    return "".join(characters), [*places, len(text)]
