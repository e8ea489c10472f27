"""Questions that the passages found cannot answer, although they share words with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.answering.quotation import quote
from rag.domain.search import EvidenceLevel
from rag.text.answer_type import may_miss
from rag.verification.claims import claim_of
from rag.verification.exact import ExactTexts, exact_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.domain.search import Evidence, Hit, Query

FEWEST_LABELS = 2
"""Of different numbers after a noun, from which it is one that things are numbered by."""
_LABEL = regex.compile(r"\b(?P<noun>\p{L}{3,})\s(?P<number>\d{1,3})\b(?![.,:%]\d|\s?%)")
_DIGITS = regex.compile(r"\d+")
_RANGE = regex.compile(r"(\d+)\s?(?:[-–]|to|bis|tot)\s?(\d+)")
DOUBTFUL = frozenset({EvidenceLevel.WEAK, EvidenceLevel.SOME})


def cannot_answer(  # noqa: PLR0913 - one argument per thing that is weighed
    question: str,
    language: str,
    query: Query,
    hits: Sequence[Hit],
    evidence: Evidence,
    idf_of: Callable[[str], float],
) -> bool:
    """Return whether the passages lack the one thing that the question turns on.

    That is an identifier, address or version of the question; a numbered thing; a name, where
    evidence is not strong; or, where it is weak, the kind of answer that is asked for.
    """
    if absent_exact(question, hits) or absent_labels(question, texts_of(hits)):
        return True
    if evidence.level not in DOUBTFUL:
        return False
    if _lacks_name(question, language, texts_of(hits), evidence):
        return True
    if evidence.level is not EvidenceLevel.WEAK:
        return False
    quoted = " ".join(piece.text for piece in quote(question, query, hits, idf_of))
    return may_miss(question, quoted)


def absent_exact(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the identifiers, addresses and versions of a question that no passage found has."""
    exact = ExactTexts(texts_of(hits))
    return tuple(
        item.text for item in exact_in(question) if not item.quoted and not exact.holds(item)
    )


def absent_labels(question: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return what a question names by a number that the texts do not have, such as "Module 11".

    Only where the texts number the same things: "Modules 3-5", "Module08". A range holds what is
    in it.
    """
    absent = []
    for match in _LABEL.finditer(question):
        numbered = regex.compile(
            rf"\b{regex.escape(match['noun'])}s?[ _-]?(?P<numbers>\d{{1,3}}(?!\d|[.,:]\d)"
            rf"(?:\s?(?:[-–,&]|and|und|en|to|bis|tot)\s?\d{{1,3}}(?!\d|[.,:]\d))*)",
            regex.IGNORECASE,
        )
        found = [number for text in texts for number in numbered.finditer(text)]
        held = set[int]().union(*(_held(number["numbers"]) for number in found))
        if len(held) >= FEWEST_LABELS and int(match["number"]) not in held:
            absent.append(match.group())
    return tuple(absent)


def _held(numbers: str) -> set[int]:
    """The numbers of "1, 3-5": with those between the ends of a range."""
    found = set(map(int, _DIGITS.findall(numbers)))
    for start, end in _RANGE.findall(numbers):
        found |= set(range(int(start), int(end)))
    return found


def texts_of(hits: Sequence[Hit]) -> list[str]:
    """Return what each passage says, with its title and headings."""
    return [f"{h.passage.title}\n{h.passage.heading}\n{h.passage.text}" for h in hits]


def _lacks_name(question: str, language: str, texts: Sequence[str], evidence: Evidence) -> bool:
    """Return whether no passage has a name of the question, in whatever inflection."""
    claim = claim_of(question, language)
    missing = {word for word in evidence.missing if word[:1].isupper()}
    found = frozenset().union(*(claim_of(text, language).parts for text in texts))
    return any(
        (own := claim_of(f"x {word}", language)).nouns & claim.nouns and not own.nouns & found
        for word in missing
    )
