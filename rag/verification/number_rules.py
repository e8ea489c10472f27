"""Rules for numbers: a number of a sentence belongs to what the passages give it for.

In prose a number belongs to the words nearest to it, in a table to the heads of its row and column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain.answers import Problem, ProblemCode
from rag.text.languages import of_all
from rag.verification.alignment import AS_GOOD, ELSEWHERE, Alignment
from rag.verification.numbers import SHARE, Number, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.verification.alignment import Stretch
    from rag.verification.claims import Claim

BREAK_CHARACTERS = 30
"""The distance that the end of a clause adds."""
CLEARLY, LEAST_OWNED = 1.2, 0.2
"""A number belongs to other words if these weigh so much more than the ones claimed, and so much of
the whole claim."""
ABOUT = 0.05
"""The relative difference that "about" allows."""
BEFORE_ALL = 0.5
"""The weight of words before the first number, which may be the subject of all of them."""
ELSEWHERE_IN_TABLE = 0.05
"""Rows of a table differ in little but their subject."""
_CURRENCIES = frozenset(["euro", "dollar", "pound"])
_AGGREGATES = frozenset(of_all(lambda one: one.aggregates))


def misplaced_number(
    claim: Claim, masses: Mapping[str, float], aligned: Sequence[Alignment]
) -> Problem | None:
    """A number of the claim that the passages give, but to something else; or none of them has."""
    rows = [a.coverage for a in aligned if a.stretch.columns]
    several = any(
        a.stretch.merged and a.coverage > max(rows, default=1.0) + ELSEWHERE for a in aligned
    )
    aligned = [a for a in aligned if not a.stretch.merged] or aligned
    for number in claim.numbers:
        having = [a for a in aligned if _has(a.stretch, number, claim)]
        if not having and _is_no_amount(number, aligned):
            continue
        if not having:
            return Problem(ProblemCode.ABSENT_NUMBER, number.written or number.value)
        best = max(having, key=lambda a: a.coverage)
        first = aligned[0].stretch
        least = ELSEWHERE_IN_TABLE if first.columns and not several else ELSEWHERE
        if aligned[0].coverage - best.coverage > least and _has_another(first, number):
            return Problem(ProblemCode.MISPLACED_NUMBER, number.written or number.value)
        good = [a.stretch for a in having if a.coverage >= best.coverage - AS_GOOD]
        if all(_belongs_elsewhere(number, claim, masses, stretch) for stretch in good):
            return Problem(ProblemCode.MISPLACED_NUMBER, number.written or number.value)
    return None


def places_of_numbers(claim: Claim, stretches: Sequence[Stretch]) -> list[Alignment]:
    """Return where a claim stands that consists of numbers alone: the answer "1992."."""
    return [
        Alignment(stretch, 1.0, 1.0)
        for stretch in sorted(stretches, key=lambda s: -s.relevance)
        if claim.numbers and all(_has(stretch, number, claim) for number in claim.numbers)
    ]


def _is_no_amount(number: Number, aligned: Sequence[Alignment]) -> bool:
    """Is a number part of an identifier there, or an order where the passages order nothing?"""
    if number.ordinal:
        others = [n for a in aligned for n in a.stretch.claim.numbers]
        return not any(other.ordinal and other.unit == number.unit for other in others)
    return any(number.bare in a.stretch.claim.inner for a in aligned)


def _has(stretch: Stretch, number: Number, claim: Claim) -> bool:
    """Does a stretch give that number, in a table under a head that the claim names?"""
    for position, said in enumerate(stretch.claim.numbers):
        if not (same(number, said) or _same_share(number, said) or _is_about(number, said, claim)):
            continue
        if not stretch.columns:
            return True
        above = stretch.columns[position]
        named = above & (claim.terms | claim.parts) or number.unit in above
        if not named and _names_another_column(stretch, position, number, claim):
            continue
        sums = claim.words & _AGGREGATES - stretch.claim.words
        if not sums and (named or not above or said.measured):
            return True
    return False


def _names_another_column(stretch: Stretch, position: int, number: Number, claim: Claim) -> bool:
    """Does a claim name the head of another column, of which it gives no other number?"""
    above = stretch.columns[position]
    columns = list(zip(stretch.claim.numbers, stretch.columns, strict=True))
    others = [said for said, head in columns if head != above]
    if any(same(n, said) for n in claim.numbers if n != number for said in others):
        return False
    return any((head - above) & claim.parts for _, head in columns)


def _is_about(number: Number, said: Number, claim: Claim) -> bool:
    """Is "about" this number near that one?"""
    bounds = dict(zip(claim.numbers, claim.bounds, strict=True))
    if bounds[number] != "about" or number.unit != said.unit:
        return False
    try:
        return abs(float(number.value) - float(said.value)) <= ABOUT * abs(float(said.value))
    except ValueError:
        return False


def _same_share(number: Number, said: Number) -> bool:
    """92 % is 0.92, and 92 in a column of per cents; 23 cents are 0.23 of a currency."""
    if "cents" in {number.unit, said.unit} and number.unit != said.unit:
        cents, money = (number, said) if number.unit == "cents" else (said, number)
        return money.unit in _CURRENCIES and _times_hundred(money, cents)
    if SHARE not in {number.unit, said.unit} or (number.measured and said.measured):
        return False
    return (
        number.value == said.value or _times_hundred(number, said) or _times_hundred(said, number)
    )


def _times_hundred(share: Number, bare: Number) -> bool:
    try:
        return share.measured and abs(float(share.value) * 100 - float(bare.value)) < 1e-9  # noqa: PLR2004
    except ValueError:
        return False


def _has_another(stretch: Stretch, number: Number) -> bool:
    return any(
        said.value != number.value
        and (said.unit == number.unit or not number.unit or bool(stretch.columns))
        for said in stretch.claim.numbers
    )


def _belongs_elsewhere(
    number: Number, claim: Claim, masses: Mapping[str, float], stretch: Stretch
) -> bool:
    """Do the claim's words stand nearer to another number of the kind than to this one?

    "24 months for the RelayBox and 36 for the HydroLink": each word belongs to the number that is
    nearest to it.
    """
    if stretch.columns:
        return False
    rivals = [n for n in stretch.claim.numbers if n.unit == number.unit or same(number, n)]
    if len({n.value for n in rivals}) < 2:  # noqa: PLR2004 - a choice
        return False
    mine = others = 0.0
    said = _owners(stretch.claim, rivals)
    for term, (owners, share) in _owners(claim, claim.numbers).items():
        given, given_share = said.get(term, ((), 0.0))
        if owners == (number.value,) and len(given) == 1 and term in masses:
            worth = masses[term] * share * given_share
            if given[0] in {n.value for n in rivals if same(number, n)}:
                mine += worth
            else:
                others += worth
    return others > CLEARLY * mine and others >= LEAST_OWNED * sum(masses.values())


def _owners(claim: Claim, numbers: Sequence[Number]) -> dict[str, tuple[tuple[str, ...], float]]:
    """Term -> the values of the numbers nearest to its places, and how surely it is theirs."""
    first = min((n.start for n in numbers), default=0)
    found: dict[str, tuple[tuple[str, ...], float]] = {}
    for term, place in claim.places:
        if numbers:
            nearest = min(numbers, key=lambda n: _distance(n, place, claim.breaks)).value
            owners = found.get(term, ((), 0.0))[0]
            surely = 1.0 if place > first or len(numbers) == 1 else BEFORE_ALL
            found[term] = (tuple(dict.fromkeys((*owners, nearest))), surely)
    return found


def _distance(number: Number, place: int, breaks: Sequence[int]) -> int:
    """In characters; the end of a clause between is as far as some words."""
    first, last = sorted((number.start, place))
    return last - first + BREAK_CHARACTERS * sum(first < at < last for at in breaks)
