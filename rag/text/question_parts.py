"""A question with more than one part -> its parts, each a question of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from rag.text.languages import any_of, of_all
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PARTS = 4
_CONJUNCTION = "|".join(sorted(of_all(lambda one: one.questions.conjunctions)))
_ASKING = any_of(
    lambda one: (*one.questions.names, *one.questions.values, *filter(None, [one.questions.how]))
)
_CLAUSE = regex.compile(
    rf"(?<!\s)[,;]?\s++(?:{_CONJUNCTION})\s++(?=(?:\p{{L}}{{1,40}}+\s{{1,5}})?{_ASKING}\b)",
    regex.IGNORECASE,
)
"""Where the next question begins: ", and which port ..."."""
_NAMED = r"(?=[\p{L}\p{N}._/-]{0,60}[\p{Lu}\p{N}_])[\p{L}\p{N}][\p{L}\p{N}._/-]{0,60}(?<![.])"
_NAME = rf"(?>`[^`]{{1,100}}`|{_NAMED}(?:\s{_NAMED}){{0,3}})"
_BEFORE = r"(?:\p{Ll}+\s(?:the\s|der\s|de\s)?)?"
"""A preposition that is said again: "of A and of B"."""
_LIST = regex.compile(
    rf"(?<=\s)(?P<items>{_NAME}(?:,\s?{_BEFORE}{_NAME}){{0,12}},?\s+(?:{_CONJUNCTION})\s+{_BEFORE}{_NAME})"
)
_ITEM = regex.compile(rf"(?:,\s*+|(?<!\s),?\s++(?:{_CONJUNCTION})\s++){_BEFORE}(?={_NAME})")
_COMPARING = regex.compile(rf"\b{any_of(lambda one: one.questions.comparing)}", regex.IGNORECASE)
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One part of a question."""

    text: str
    leans_on: str = ""
    """The part before, to which it may refer."""
    listed: str = ""
    """The list of names that it is taken from; text that has it whole knows them as one."""


def parts_of(question: str) -> tuple[QuestionPart, ...]:
    """Return the parts of a question, in order; a single one is the question itself.

    Several sentences that ask, clauses that a conjunction connects ("..., and which port ..."), and
    names in a list ("the default of A and of B", "compare A and B") are parts.
    """
    asked = [piece for piece in _sentences(question) if piece.endswith("?") or not _asks(question)]
    clauses = [clause for sentence in asked or [question] for clause in _clauses(sentence)]
    if len(clauses) > 1:
        pairs = zip(clauses, ["", *clauses], strict=False)
        return tuple(QuestionPart(one, before) for one, before in pairs)[:MOST_PARTS]
    return tuple(_each_named(question))[:MOST_PARTS]


def _asks(text: str) -> bool:
    return "?" in text


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def _clauses(sentence: str) -> list[str]:
    """Cut where another question begins, if both sides say something."""
    pieces = [piece.strip(" ,;") for piece in _CLAUSE.split(sentence)]
    if any(len(piece.split()) < _FEWEST_WORDS for piece in pieces):
        return [sentence]
    return [piece if piece.endswith("?") else f"{piece}?" for piece in pieces]


def _each_named(question: str) -> Iterator[QuestionPart]:
    """Yield the question once for each of the names that it lists; itself if it lists none."""
    match = _LIST.search(question)
    if not match:
        yield QuestionPart(question)
        return
    before, after = question[: match.start()], question[match.end() :]
    if _COMPARING.match(question):
        before, after = "", after.rstrip(" ?.")
    for item in _ITEM.split(match["items"]):
        yield QuestionPart(f"{before}{item}{after}", listed=match["items"])
