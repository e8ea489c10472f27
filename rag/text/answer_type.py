"""What kind of answer a question expects; deterministic, in English, Dutch and German."""

from __future__ import annotations

from enum import StrEnum

import regex

_YES_NO = regex.compile(
    r"^(is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had|am"
    r"|kan|mag|moet|heeft|heb|hebben|wordt|zijn|zal"
    r"|ist|sind|war|kann|darf|muss|hat|haben|wird|gibt es)\b",
    regex.IGNORECASE,
)


_VALUE = regex.compile(
    r"\b(how (many|much|long|often|far|old|big|large|tall|high|fast|soon|late)|when|what (time|date|year"
    r"|day|number|size|price|port|percentage)|hoeveel|hoe (lang|vaak|ver|oud|groot|hoog|snel|laat)|wanneer"
    r"|wie ?viele?|wie (lange?|oft|weit|alt|groß|hoch|schnell|spät)|wann)\b",
    regex.IGNORECASE,
)


_NAME = regex.compile(
    r"\b(who|whom|whose|where|which|what|wie is|waar|welke?|wat|was"
    r"|wer|wem|wen|wo|welche[rsnm]?)\b",
    regex.IGNORECASE,
)


_EXPLANATION = regex.compile(
    r"^\W*(how (?!many|much|long|often|far|old|big|large|tall|high|fast|soon|late)|why|explain|describe"
    r"|hoe (?!lang|vaak|ver|oud|groot|hoog|snel|laat)|waarom|leg uit|beschrijf"
    r"|wie (?!viel|lange?|oft|weit|alt|groß|hoch|schnell|spät)|warum|erkläre?|beschreibe?)\b",
    regex.IGNORECASE,
)


_A_VALUE = regex.compile(
    r"\p{N}+(?:[.,:]\p{N}+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|hundred|thousand"
    r"|million|billion|half|dozen|once|twice|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf"
    r"|hundert|tausend|twee|drie|vijf|zes|zeven|acht|negen|tien|twaalf|honderd|duizend"
    r"|miljoen|Millionen?)\b",
    regex.IGNORECASE,
)


_A_NAME = regex.compile(r"(?<!^)(?<![.!?]\s)\b\p{Lu}\p{L}+")


_WANTS_NAME = regex.compile(
    r"\b(who|whom|whose|where|wie is|wie was|waar|wer|wem|wen|wo)\b", regex.IGNORECASE
)


class AnswerType(StrEnum):
    """What an answer has to be for its length to fit."""

    VALUE = "value"
    NAME = "name"
    YES_NO = "yes_no"
    EXPLANATION = "explanation"
    OTHER = "other"


def answer_type_of(question: str) -> AnswerType:
    """Return whether a value, a name, yes or no, or an explanation is asked for."""
    text = question.strip()
    if _VALUE.search(text):
        return AnswerType.VALUE
    if _EXPLANATION.search(text):
        return AnswerType.EXPLANATION
    if _YES_NO.search(text):
        return AnswerType.YES_NO
    return AnswerType.NAME if _NAME.search(text) else AnswerType.OTHER


def gives(expected: AnswerType, question: str, text: str) -> bool:
    """Has a text something of the kind asked for that the question itself does not have?

    True for kinds that cannot be told by their form.
    """
    pattern = {AnswerType.VALUE: _A_VALUE, AnswerType.NAME: _A_NAME}.get(expected)
    if pattern is None:
        return True
    return any(match.group() not in question for match in pattern.finditer(text))


def may_miss(question: str, text: str) -> bool:
    """Is a number, a person or a place asked for, and none given?"""
    expected = answer_type_of(question)
    if expected is AnswerType.NAME and not _WANTS_NAME.search(question):
        return False  # "what" and "which" ask for things of any form
    return not gives(expected, question, text)
