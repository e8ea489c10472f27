"""A sentence laid on the stretches of passages: how much of it stands there.

A stretch is up to three neighbouring sentences of a passage, one row of a table, or all rows.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.text.analysis import analyse
from rag.text.sentences import split_sentences
from rag.verification.claims import Claim, claim_of, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.domain.documents import Passage
    from rag.retrieval.evidence import Word

STRETCH_SENTENCES = 3
NEAR_LETTERS = 5
NEAR_SHARE = 0.6
NEAR_WORTH = 0.7
"""Share that a word counts for which no passage has, where one with the same beginning stands:
"beneficial" beside "benefit"."""
LONGER_COST = 0.03
"""A stretch with one sentence more must hold this much more of the claim to be the better one."""
AS_GOOD = 0.1
"""A stretch that holds this much less of the claim is still as good as the best one."""
ELSEWHERE = 0.25
"""A stretch that holds this much less of the claim says something else."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring sentences of a numbered passage, with what stands above them."""

    number: int
    start: int
    """Of its text in the passage."""
    sentences: int
    claim: Claim
    context: frozenset[str]
    columns: tuple[frozenset[str], ...] = ()
    """Of a table's row: the terms above each of its numbers."""
    relevance: float = 0.0
    """Share of the question's mass in it, of what the best stretch has."""
    merged: bool = False
    """All rows of a table, for what a sentence says of several; its numbers are the rows'."""

    def holds(self, term: str) -> bool:
        """Does a term stand in it, or above its passage?"""
        return term in self.claim.parts or term in self.context


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a sentence lies on a stretch."""

    stretch: Stretch
    coverage: float
    """Share of the sentence's idf mass that stands in the stretch or above it."""
    own: float
    """The same without what only the headings hold."""


def stretches_of(number: int, passage: Passage) -> Iterator[Stretch]:
    """Yield the stretches of a passage, in reading order."""
    context = frozenset(
        token.terms[0]
        for text in (passage.title, passage.heading, passage.table_header)
        for token in analyse(text, passage.language)
    )
    spans = list(split_sentences(passage.text))
    rows = [i for i, (start, _) in enumerate(spans) if passage.text[start] == "|"]
    claims = [claim_of(passage.text[start:end], passage.language) for start, end in spans]
    if len(rows) > 1:
        table = replace(joined([claims[row] for row in rows]), numbers=(), bounds=())
        start = spans[rows[0]][0]
        yield Stretch(number, start, STRETCH_SENTENCES, table, context, merged=True)
    head = next(iter(passage.table_header.splitlines()), "")
    for first, (start, end) in enumerate(spans):
        if passage.text[start] == "|":  # a row stands for itself
            row = passage.text[start:end]
            head = head if head.startswith("|") else row
            columns = tuple(_columns(row, head, claims[first], passage.language))
            yield Stretch(number, start, 1, claims[first], context, columns)
            continue
        head = "" if not passage.table_header else head
        for last in range(first + 1, min(first + STRETCH_SENTENCES, len(spans)) + 1):
            if any(passage.text[spans[i][0]] == "|" for i in range(first + 1, last)):
                break
            yield Stretch(number, start, last - first, joined(claims[first:last]), context)


def _columns(row: str, head: str, claim: Claim, language: str) -> Iterator[frozenset[str]]:
    """What stands above each number of a row, where the table has a head."""
    heads = [
        frozenset(token.terms[0] for token in analyse(cell, language)) for cell in head.split("|")
    ]
    for number in claim.numbers:
        column = row[: number.start].count("|")
        yield heads[column] if column < len(heads) and head != row else frozenset()


def weighed(stretches: list[Stretch], asked: Sequence[Word]) -> list[Stretch]:
    """Fill in how much of the question each stretch holds, the best one being 1."""
    masses = [
        sum(word.mass for word in asked if any(all(map(s.holds, way)) for way in word.ways))
        for s in stretches
    ]
    most = max(masses, default=0.0)
    return [
        replace(s, relevance=mass / most if most else 1.0)
        for s, mass in zip(stretches, masses, strict=True)
    ]


class Places:
    """Where each term stands in the stretches, and the terms near one that stands nowhere."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self.of_term: dict[str, list[int]] = defaultdict(list)
        for position, stretch in enumerate(stretches):
            for term in stretch.claim.parts | stretch.context:
                self.of_term[term].append(position)
        self._between: dict[tuple[str, str], set[str]] = defaultdict(set)
        for stretch in stretches:
            if stretch.sentences == 1:
                for first, middle, last in _triples(stretch.claim):
                    self._between[first, last].add(middle)
        self._beginning: dict[str, list[str]] = defaultdict(list)
        for term in self.of_term:
            if len(term) >= NEAR_LETTERS:
                self._beginning[term[:NEAR_LETTERS]].append(term)

    def holding(self, term: str) -> Mapping[int, float]:
        """The stretches that hold a term, or one derived from the same word, with its worth."""
        if term in self.of_term:
            return dict.fromkeys(self.of_term[term], 1.0)
        near = [t for t in self._beginning.get(term[:NEAR_LETTERS], ()) if _derived(t, term)]
        return {position: NEAR_WORTH for t in near for position in self.of_term[t]}

    def replaced(self, claim: Claim, stretch: Stretch) -> float:
        """Share of a claim's words that stand between two others where passages have another.

        A word that the stretch has elsewhere was moved, not replaced.
        """
        triples = list(_triples(claim))
        strange = sum(
            middle not in self._between.get((first, last), {middle}) and not stretch.holds(middle)
            for first, middle, last in triples
        )
        return strange / len(triples) if triples else 0.0

    def knows(self, term: str) -> bool:
        """Does any stretch hold a term, or one derived from the same word?"""
        return bool(self.holding(term))


def _triples(claim: Claim) -> Iterator[tuple[str, str, str]]:
    terms = [term for term, _ in claim.places]
    return zip(terms, terms[1:], terms[2:], strict=False)


def _derived(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= NEAR_SHARE * max(len(one), len(other))


def align(
    masses: Mapping[str, float], stretches: Sequence[Stretch], places: Places
) -> list[Alignment]:
    """Lay terms, with their masses, on stretches; the best alignment first."""
    total = sum(masses.values()) or 1.0
    coverages = [0.0] * len(stretches)
    for term, mass in masses.items():
        for position, worth in places.holding(term).items():
            coverages[position] += worth * mass / total
    ranked = sorted(
        (position for position, coverage in enumerate(coverages) if coverage),
        key=lambda p: (
            -coverages[p] + LONGER_COST * (stretches[p].sentences - 1),
            stretches[p].number,
            stretches[p].sentences,
        ),
    )
    return [
        Alignment(
            stretches[p], min(1.0, coverages[p]), coverages[p] - _lent(masses, stretches[p]) / total
        )
        for p in ranked
    ]


def _lent(masses: Mapping[str, float], stretch: Stretch) -> float:
    """The mass of the terms that only the headings hold; the head of a number's column is its."""
    lent = stretch.context - stretch.claim.parts - frozenset[str]().union(*stretch.columns)
    return sum(mass for term, mass in masses.items() if term in lent)
