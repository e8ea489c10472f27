"""A sentence against the stretches of passages: how much of it stands there, and what does not fit.

A stretch is up to three neighbouring sentences of a passage, or one row of a table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.domain.answers import Problem, ProblemCode
from rag.text.analysis import analyse
from rag.text.languages import MONTHS, of_all
from rag.text.sentences import split_sentences
from rag.verification.claims import Claim, claim_of, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.domain.documents import Passage
    from rag.retrieval.evidence import Word

FULL_COVERAGE = 0.7
PARTIAL_COVERAGE = 0.4
OWN_COVERAGE = 0.4
"""A heading names the subject of its passage; it says nothing about it."""
SAME_SENTENCE = 0.8
"""A claim that shares this much with one sentence, but for a number or a name, changes that one."""
SAME_TERMS = 4
"""Fewer terms are shared by chance."""
STRETCH_SENTENCES = 3
MISMATCHES = frozenset(
    {
        ProblemCode.MISPLACED_NUMBER,
        ProblemCode.UNKNOWN_NAME,
        ProblemCode.DENIED,
        ProblemCode.NOT_DENIED,
        ProblemCode.OPPOSITE,
    }
)
"""Problems of a sentence that says something else than the passage does."""
_WRONG_NUMBER, _UNKNOWN_NAME, _WRONG_NEGATION = 0.6, 0.8, 0.85
"""What an alignment with such a fault is worth beside one without, when the best is chosen."""
_OPPOSITES = of_all(lambda one: one.opposites)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring sentences of a numbered passage, with what stands above them."""

    number: int
    sentences: int
    claim: Claim
    context: frozenset[str]
    relevance: float = 0.0
    """Share of the question's mass in it, of what the best stretch has."""

    def holds(self, term: str) -> bool:
        """Does a term stand in it, or above its passage?"""
        return term in self.claim.parts or term in self.context


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a sentence lies on a stretch; ``quality`` ranks alignments, a fault lowers it."""

    stretch: Stretch
    coverage: float
    quality: float
    problem: Problem | None
    own: float
    """The coverage without what only the headings hold."""


def stretches_of(number: int, passage: Passage) -> Iterator[Stretch]:
    """Yield the stretches of a passage, in reading order."""
    context = frozenset(
        token.terms[0]
        for text in (passage.title, passage.heading, passage.table_header)
        for token in analyse(text, passage.language)
    )
    spans = list(split_sentences(passage.text))
    claims = [claim_of(passage.text[start:end], passage.language) for start, end in spans]
    for first, (start, _) in enumerate(spans):
        size = 1 if passage.text[start] == "|" else STRETCH_SENTENCES  # a row stands for itself
        for end in range(first + 1, min(first + size, len(spans)) + 1):
            yield Stretch(number, end - first, joined(claims[first:end]), context)


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


def places_of(stretches: Sequence[Stretch]) -> dict[str, list[int]]:
    """Term -> the positions of the stretches that hold it."""
    places: dict[str, list[int]] = {}
    for position, stretch in enumerate(stretches):
        for term in stretch.claim.parts | stretch.context:
            places.setdefault(term, []).append(position)
    return places


def align(
    claim: Claim,
    masses: dict[str, float],
    stretches: Sequence[Stretch],
    places: Mapping[str, Sequence[int]],
) -> list[Alignment]:
    """Lay a claim, whose terms weigh ``masses``, on stretches; ``places`` are their terms'.

    Faults are looked for only where the best alignment can be.
    """
    total = sum(masses.values()) or 1.0
    coverages = [0.0] * len(stretches)
    for term, mass in masses.items():
        for position in places.get(term, ()):
            coverages[position] += mass / total
    least = _WRONG_NUMBER * max(coverages, default=0.0)
    return [
        _aligned(claim, masses, stretch, coverage, total)
        if coverage and coverage >= least
        else Alignment(stretch, coverage, coverage * _WRONG_NUMBER, None, 0.0)
        for stretch, coverage in zip(stretches, coverages, strict=True)
    ]


def _aligned(
    claim: Claim, masses: dict[str, float], stretch: Stretch, coverage: float, total: float
) -> Alignment:
    worth, problem = 1.0, None
    if number := _misplaced_number(claim, stretch):
        worth, problem = _WRONG_NUMBER, Problem(ProblemCode.MISPLACED_NUMBER, number)
    elif name := _unknown_name(claim, stretch):
        worth, problem = _UNKNOWN_NAME, Problem(ProblemCode.UNKNOWN_NAME, name)
    elif word := _opposite(claim, stretch.claim):
        worth, problem = _WRONG_NEGATION, Problem(ProblemCode.OPPOSITE, word)
    elif _denies_more(claim, stretch.claim):
        worth, problem = _WRONG_NEGATION, Problem(ProblemCode.NOT_DENIED)
    elif _denies_less(claim, stretch.claim):
        worth, problem = _WRONG_NEGATION, Problem(ProblemCode.DENIED)
    own = sum(mass for term, mass in masses.items() if term in stretch.claim.parts)
    return Alignment(stretch, min(1.0, coverage), coverage * worth, problem, own / total)


def contradiction_of(
    claim: Claim, masses: dict[str, float], aligned: Sequence[Alignment]
) -> Problem | None:
    """What the one sentence that says nearly the same says otherwise.

    A wider stretch may hold, in another sentence, the very value that this one contradicts.
    """
    single = max(
        (a for a in aligned if a.stretch.sentences == 1), key=lambda a: a.coverage, default=None
    )
    if swapped := _swapped_value(claim, masses, aligned):
        return swapped
    if single is None or single.coverage < FULL_COVERAGE:
        return None
    said = single.stretch.claim
    told = {number.value for number in claim.numbers}
    for number in sorted(claim.numbers - said.numbers, key=lambda n: n.value):
        instead = {n.value for n in said.numbers if n.unit == number.unit} - told
        if number.unit and instead and number.value not in {n.value for n in said.numbers}:
            return Problem(ProblemCode.MISPLACED_NUMBER, number.value)
    if said.months and claim.months - said.months:
        return Problem(ProblemCode.UNKNOWN_NAME, _month_name(min(claim.months - said.months)))
    if said.times - claim.times and claim.times - said.times:
        return Problem(ProblemCode.OPPOSITE, min(claim.times - said.times))
    if word := _opposite(claim, said):
        return Problem(ProblemCode.OPPOSITE, word)
    return None


def _swapped_value(
    claim: Claim, masses: dict[str, float], aligned: Sequence[Alignment]
) -> Problem | None:
    """A number or name in place of the one in the sentence that else says the very same."""
    for one in aligned:
        said = one.stretch.claim
        if one.stretch.sentences > 1:
            continue
        values = {number.value for number in claim.numbers}
        there = {number.value for number in said.numbers}
        kinds = (
            (values - there, there - values, ProblemCode.MISPLACED_NUMBER),
            (claim.nouns - said.parts, said.nouns - claim.parts, ProblemCode.UNKNOWN_NAME),
        )
        for strange, instead, code in kinds:
            if not strange or not instead:
                continue
            rest = {t: m for t, m in masses.items() if t not in strange}
            held = sum(m for t, m in rest.items() if t in said.parts)
            if len(rest) >= SAME_TERMS and held >= SAME_SENTENCE * sum(rest.values()):
                value = min(strange)
                return Problem(
                    code, value if code == ProblemCode.MISPLACED_NUMBER else value.capitalize()
                )
    return None


def _month_name(month: int) -> str:
    return next(name for name, number in MONTHS.items() if number == month).capitalize()


def _misplaced_number(claim: Claim, stretch: Stretch) -> str:
    """The first number of the claim that the stretch lacks, or gives to something else."""
    for number in sorted(claim.numbers, key=lambda n: (n.value, n.unit)):
        there = [n for n in stretch.claim.numbers if n.value == number.value]
        units = {n.unit for n in there}
        measures = {n.unit for n in there if n.measured}
        if number.measured and (measures or "" not in units):
            fits = number.unit in measures
        else:
            fits = not number.unit or number.unit in units or "" in units
            fits = fits or not stretch.holds(number.unit)
        if not there or not fits:
            return number.value
    return ""


def _opposite(claim: Claim, stretch: Claim) -> str:
    """A word of the claim whose opposite the stretch has in its place."""
    if claim.bounds and stretch.bounds and claim.bounds.isdisjoint(stretch.bounds):
        return next(iter(claim.bounds))
    for pair in _OPPOSITES:
        for word, other in (pair, pair[::-1]):
            mine = word in claim.words and other not in claim.words
            theirs = other in stretch.words and word not in stretch.words
            if mine and theirs:
                return word
    return ""


def _unknown_name(claim: Claim, stretch: Stretch) -> str:
    unknown = sorted(name for name in claim.names if not stretch.holds(name))
    if not unknown and claim.months - stretch.claim.months:
        unknown = [_month_name(min(claim.months - stretch.claim.months))]
    return unknown[0].capitalize() if unknown else ""


def _denies_more(claim: Claim, stretch: Claim) -> bool:
    """Does the claim deny something that the stretch does not deny?"""
    denied = {term for scope in stretch.negations for term in scope}
    return any(scope and denied.isdisjoint(scope) for scope in claim.negations)


def _denies_less(claim: Claim, stretch: Claim) -> bool:
    """Does the stretch deny something that the claim says?"""
    denied = {term for scope in claim.negations for term in scope}
    return any(
        scope and scope[0] in claim.terms and denied.isdisjoint(scope)
        for scope in stretch.negations
    )
