"""Sentences that are true or false by construction, to measure the support check with.

From a question, its answer and the document that holds it: the sentence with the answer and the
question followed by the answer are true; with a value replaced, a negation added or taken away, or
from another document, a sentence is false.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import regex

from rag.text.language_detection import detect_language
from rag.text.languages import LANGUAGES
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from rag.evaluation.beir import Asked, Text

_NUMBER = regex.compile(r"(?<![\p{L}\p{N}.,])\p{N}+(?:[.,]\p{N}+)*(?![\p{L}\p{N}])")
_NAME = regex.compile(r"(?<=[\p{L},;] )\p{Lu}\p{Ll}{2,}(?: \p{Lu}\p{Ll}{2,})*")
_ABSENT_NAMES = ("Brondal", "Quillmere", "Tarvisch", "Ostrevel", "Mandrick")
_YEAR = range(1000, 2100)


class Construction(StrEnum):
    """How a sentence was made."""

    ANSWERED = "question and answer"
    GOLD = "sentence with the answer"
    ABSENT_VALUE = "a value that no passage has"
    OTHER_VALUE = "another value of the passage"
    NEGATED = "negation added or removed"
    OTHER_DOCUMENT = "sentence of another document"

    @property
    def is_true(self) -> bool:
        """Does the document say it?"""
        return self in {Construction.ANSWERED, Construction.GOLD}


@dataclass(frozen=True, slots=True)
class SyntheticClaim:
    """A sentence, and whether it is true."""

    made: Construction
    text: str


def synthetic_claims(
    question: Asked, gold: Text, other: Text, passages: str, rng: Random
) -> Iterator[SyntheticClaim]:
    """Yield what can be made of a question whose answer stands in ``gold``.

    ``other`` is about something else; ``passages`` are the texts that will be checked against.
    """
    answer = question.answers[0]
    yield SyntheticClaim(Construction.ANSWERED, f"{question.text} {answer}.")
    sentence = _sentence_with(gold.text, answer)
    if not sentence:
        return
    yield SyntheticClaim(Construction.GOLD, sentence)
    for pattern in (_NUMBER, _NAME):
        values = [match.group() for match in pattern.finditer(sentence)]
        if not values:
            continue
        value = rng.choice(values)
        yield SyntheticClaim(
            Construction.ABSENT_VALUE, _with(sentence, value, _absent(value, passages, rng))
        )
        alike = sorted(
            {
                match.group()
                for match in pattern.finditer(gold.text)
                if match.group() not in sentence and _alike(match.group(), value)
            }
        )
        if alike:
            yield SyntheticClaim(
                Construction.OTHER_VALUE, _with(sentence, value, rng.choice(alike))
            )
    if negated := _negated(sentence, detect_language(gold.text)):
        yield SyntheticClaim(Construction.NEGATED, negated)
    elsewhere = [other.text[start:end] for start, end in split_sentences(other.text)]
    if elsewhere:
        yield SyntheticClaim(Construction.OTHER_DOCUMENT, rng.choice(elsewhere))


def _sentence_with(text: str, answer: str) -> str:
    position = text.find(answer)
    for start, end in split_sentences(text):
        if start <= position < end:
            return text[start:end]
    return ""


def _with(sentence: str, value: str, instead: str) -> str:
    return regex.sub(
        rf"(?<![\p{{L}}\p{{N}}]){regex.escape(value)}(?![\p{{L}}\p{{N}}])",
        lambda _: instead,
        sentence,
        count=1,
    )


def _absent(value: str, passages: str, rng: Random) -> str:
    """A value of the same kind that stands nowhere in the passages."""
    if not value[0].isdigit():
        return rng.choice([name for name in _ABSENT_NAMES if name not in passages])
    while True:
        made = "".join(rng.choice("123456789") if c.isdigit() else c for c in value)
        if made not in passages:
            return made
        value += "1"


def _alike(one: str, other: str) -> bool:
    """Are both years, or neither?"""
    return _is_year(one) == _is_year(other)


def _is_year(value: str) -> bool:
    return value.isdigit() and int(value) in _YEAR


def _negated(sentence: str, language: str) -> str:
    """The sentence denied, or its denial taken away; empty where it has no verb for that."""
    data = LANGUAGES.get(language)
    if data is None or not data.auxiliaries:
        return ""
    verbs, denial = "|".join(sorted(data.auxiliaries)), data.denial
    denied = regex.compile(rf"\b({verbs}) {denial}\b")
    if denied.search(sentence):
        return denied.sub(r"\1", sentence, count=1)
    plain = regex.compile(rf"\b({verbs})\b(?!n't)")
    return plain.sub(rf"\1 {denial}", sentence, count=1) if plain.search(sentence) else ""
