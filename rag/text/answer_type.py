"""The kind of answer that a question expects, by the patterns of all languages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import regex

from rag.text.languages import any_of, of_all
from rag.text.units import amount_of, asked_dimensions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.text.languages.schema import Language


def _measured(language: Language) -> Iterator[str]:
    questions = language.questions
    if questions.how:
        yield rf"{questions.how} (?:{'|'.join(sorted(questions.measures))})"


def _how(language: Language) -> Iterator[str]:
    questions = language.questions
    if questions.how:
        yield rf"{questions.how} (?!(?:{'|'.join(sorted(questions.measures))})\b)"


def _words(pattern: str) -> regex.Pattern[str]:
    return regex.compile(rf"\b{pattern}\b", regex.IGNORECASE)


_YES_NO = regex.compile(rf"^{any_of(lambda one: one.questions.yes_no)}\b", regex.IGNORECASE)
_VALUE = _words(any_of(lambda one: (*_measured(one), *one.questions.values)))
_NAME = _words(any_of(lambda one: one.questions.names))
_EXPLANATION = regex.compile(
    rf"^\W*(?:{any_of(_how)}|{any_of(lambda one: one.questions.explanations)}\b)", regex.IGNORECASE
)
_MEASURE = regex.compile(
    "|".join(
        rf"(?<=\b{how} )(?:{'|'.join(sorted(measures))})\b"
        for how, measures in of_all(lambda one: [(one.questions.how, one.questions.measures)])
        if how
    ),
    regex.IGNORECASE,
)
_A_VALUE = regex.compile(
    rf"\p{{N}}+(?:[.,:]\p{{N}}+)*|\b{any_of(lambda one: one.questions.counts)}\b", regex.IGNORECASE
)
_A_NAME = regex.compile(r"(?<!^)(?<![.!?]\s)\b\p{Lu}\p{L}+")
_DEFINITION = regex.compile(
    "|".join(
        pattern.replace("(?P<subject>", "(")
        for pattern in of_all(lambda one: one.questions.definitions)
    ),
    regex.IGNORECASE,
)
_DEFINING = any_of(lambda one: one.questions.defining)
_PERSON = _words(any_of(lambda one: one.questions.people))


class AnswerType(StrEnum):
    """The kind of answer expected."""

    VALUE = "value"
    NAME = "name"
    YES_NO = "yes_no"
    EXPLANATION = "explanation"
    OTHER = "other"


def answer_type_of(question: str) -> AnswerType:
    """Return whether a value, a name, yes or no, or an explanation is expected."""
    text = question.strip()
    if _VALUE.search(text) or asked_dimensions(text):
        return AnswerType.VALUE
    if _EXPLANATION.search(text):
        return AnswerType.EXPLANATION
    if _YES_NO.search(text):
        return AnswerType.YES_NO
    return AnswerType.NAME if _NAME.search(text) else AnswerType.OTHER


def without_measure(question: str) -> str:
    """Blank the measure word after "how", which does not occur in answers.

    "How long" is answered by "30 days", without "long".
    """
    return _MEASURE.sub(lambda match: " " * len(match.group()), question)


def gives(expected: AnswerType, question: str, text: str) -> bool:
    """Return whether a text has something of the expected kind that the question lacks.

    Where an amount of a dimension is asked for, such as a duration, only that will do. True for
    kinds that have no recognisable form.
    """
    if expected is AnswerType.VALUE and (dimensions := asked_dimensions(question)):
        return any(m.group() not in question for m in amount_of(dimensions).finditer(text))
    pattern = {AnswerType.VALUE: _A_VALUE, AnswerType.NAME: _A_NAME}.get(expected)
    if pattern is None:
        return True
    return any(match.group() not in question for match in pattern.finditer(text))


def defined_subject(question: str) -> str:
    """Return what a question wants defined: "quantization" in "What is quantization?"; else ""."""
    match = _DEFINITION.search(question.strip())
    return next((group for group in match.groups() if group), "") if match else ""


def defines(subject: str, text: str) -> bool:
    """Return whether a text begins with a subject and says what it is, or spells it out."""
    named = r"\W+".join(map(regex.escape, subject.split()))
    if subject.isupper() and _spells_out(subject, text):
        return True
    return bool(regex.match(rf"\W*(?:\w+ )?{named}s?\b[^.:]{{0,30}}?\W*{_DEFINING}", text, regex.I))


def _spells_out(abbreviation: str, text: str) -> bool:
    """Return whether a text has "Duty Engineer (DE)" or "DE (Duty Engineer)"."""
    word = rf"{abbreviation[0]}[\p{{L}}-]+(?:\s[\p{{L}}-]+){{0,{2 * len(abbreviation)}}}"
    short = regex.escape(abbreviation)
    return bool(regex.search(rf"\b{word}\s\(\W*{short}\b|\b{short}\W{{0,3}}\s\(\W*{word}", text))


def may_miss(question: str, text: str) -> bool:
    """Return whether a number or a person is asked for but not given.

    Places may be a menu or a folder, and what "what" and "which" ask for has any form.
    """
    expected = answer_type_of(question)
    if expected is AnswerType.NAME and not _PERSON.search(question):
        return False
    return not gives(expected, question, text)
