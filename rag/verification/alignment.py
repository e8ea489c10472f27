"""A sentence against the stretches of passages: how much of it stands there, and what contradicts.

A stretch is up to three neighbouring sentences of a passage, or one row of a table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.domain.answers import Problem, ProblemCode
from rag.text.analysis import analyse
from rag.text.languages import MONTHS, of_all
from rag.text.sentences import split_sentences
from rag.verification.claims import Claim, claim_of, joined
from rag.verification.numbers import SHARE, Number, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.domain.documents import Passage
    from rag.retrieval.evidence import Word

STRETCH_SENTENCES = 3
NEAR_LETTERS = 5
NEAR_SHARE = 0.6
NEAR_WORTH = 0.7
"""A word that no passage has counts for this share where one with the same beginning stands:
"beneficial" beside "benefit"."""
LONGER_COST = 0.03
"""A stretch of one sentence more has to hold more than this of the claim to be the better one."""
BREAK_CHARACTERS = 30
OPPOSITE_SENTENCE, LIKE_SENTENCE, SAME_SENTENCE = 0.5, 0.6, 0.75
"""A claim that shares this much with one sentence, but for a word, changes that one."""
SAME_BUT_A_NAME = 0.9
SAME_TERMS = 3
"""Fewer terms are shared by chance."""
ELSEWHERE = 0.25
"""A number fits where at most this share of the claim less stands than at the best place."""
CLEARLY, LEAST_OWNED = 1.2, 0.2
"""A number belongs to words that weigh so much more than those near the one claimed, and so much of
the claim."""
REASON_SHARE = 0.5
"""A reason of which less stands there is another one."""
ABOUT = 0.05
"""Share by which "about" may differ."""
AS_GOOD = 0.1
"""A place with so much less of the claim is as good as the best."""
BEFORE_ALL = 0.5
"""What stands before the first number may be the subject of them all."""
ELSEWHERE_IN_TABLE = 0.05
"""Rows differ in little but their subject."""
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
_PAIRS = of_all(lambda one: one.opposites)
_OPPOSITES = {
    word: frozenset(other for pair in _PAIRS if word in pair for other in pair if other != word)
    for word in {word for pair in _PAIRS for word in pair}
}
_CURRENCIES = frozenset(["euro", "dollar", "pound"])
_AGGREGATES = frozenset(of_all(lambda one: one.aggregates))


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
            stretches[p],
            min(1.0, coverages[p]),
            coverages[p] - _lent(masses, stretches[p]) / total,
        )
        for p in ranked
    ]


def _lent(masses: Mapping[str, float], stretch: Stretch) -> float:
    """The mass of the terms that only the headings hold."""
    lent = stretch.context - stretch.claim.parts
    return sum(mass for term, mass in masses.items() if term in lent)


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
    return _times_hundred(number, said) or _times_hundred(said, number)


def _times_hundred(share: Number, bare: Number) -> bool:
    try:
        return share.measured and abs(float(share.value) * 100 - float(bare.value)) < 1e-9  # noqa: PLR2004
    except ValueError:
        return False


def _has_another(stretch: Stretch, number: Number) -> bool:
    return any(
        said.value != number.value and (said.unit == number.unit or not number.unit)
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


def contradiction_of(
    claim: Claim, masses: Mapping[str, float], aligned: Sequence[Alignment]
) -> Problem | None:
    """What a sentence that says nearly the same says otherwise: denied, opposite, bounded."""
    single = [one for one in aligned if one.stretch.sentences == 1]
    for one in single:
        if one.coverage < single[0].coverage - ELSEWHERE:
            continue
        said = one.stretch.claim
        if bound := _other_bound(claim, said):
            return Problem(ProblemCode.OPPOSITE, bound)
        if one.coverage < OPPOSITE_SENTENCE or len(masses) + len(claim.numbers) < SAME_TERMS - 1:
            continue
        if word := _opposite(claim, said):
            return Problem(ProblemCode.OPPOSITE, word)
        if one.coverage < LIKE_SENTENCE:
            continue
        near = one.coverage >= SAME_SENTENCE
        same_words = one.coverage >= SAME_BUT_A_NAME
        if _denies(claim, said, near=same_words) and not _denied_too(claim, aligned):
            return Problem(ProblemCode.NOT_DENIED)
        if near and _other_times(claim, said):
            return Problem(ProblemCode.OPPOSITE, min(claim.times - said.times))
        if _denies(said, claim, near=same_words) and (near or not _said_too(said, claim, single)):
            return Problem(ProblemCode.DENIED)
        if near:
            return None
    return None


def gives_reason(claim: Claim, masses: Mapping[str, float], aligned: Sequence[Alignment]) -> bool:
    """Does the best place, or its neighbourhood, have the reason that a claim gives?"""
    total = sum(masses.get(term, 0.0) for term in claim.reason)
    if not total:
        return True
    near = [a.stretch for a in aligned if a.coverage >= aligned[0].coverage - AS_GOOD]
    held = max(sum(masses.get(t, 0.0) for t in claim.reason if s.holds(t)) for s in near)
    return held >= REASON_SHARE * total


def swapped_word(
    claim: Claim, masses: Mapping[str, float], aligned: Sequence[Alignment], places: Places
) -> Problem | None:
    """A name in place of the one in the sentence that else says the very same."""
    for one in aligned:
        said = one.stretch.claim
        if one.stretch.sentences > 1:
            continue
        strange, instead = claim.nouns - said.parts - one.stretch.context, said.nouns - claim.parts
        unknown = not instead and not any(map(places.knows, strange))
        if not _is_one_name(strange, claim) or not (unknown or _is_one_name(instead, said)):
            continue
        rest = {t: m for t, m in masses.items() if t not in strange}
        held = sum(m for t, m in rest.items() if t in said.parts)
        enough = len(rest) + len(claim.numbers) >= SAME_TERMS
        if enough and held >= SAME_BUT_A_NAME * sum(rest.values()):
            return Problem(ProblemCode.UNKNOWN_NAME, min(strange).capitalize())
    return None


def _is_one_name(terms: frozenset[str], claim: Claim) -> bool:
    """Do these terms stand together, as the words of one name?"""
    order = [term for term, _ in claim.places]
    at = sorted({order.index(term) for term in terms if term in order})
    return 0 < len(at) == len(terms) and at[-1] - at[0] < len(at)


def unknown_month(claim: Claim, stretch: Stretch) -> Problem | None:
    """A month that the stretch, which names others, does not name."""
    if stretch.claim.months and claim.months - stretch.claim.months:
        month = min(claim.months - stretch.claim.months)
        name = next(name for name, number in MONTHS.items() if number == month)
        return Problem(ProblemCode.UNKNOWN_NAME, name.capitalize())
    return None


def _other_times(claim: Claim, said: Claim) -> bool:
    """ "Per week" for "per month"; a number of one may be given in the other."""
    if any(number.unit in {"duration", "months"} for number in claim.numbers):
        return False
    return bool(said.times - claim.times and claim.times - said.times)


def _other_bound(claim: Claim, said: Claim) -> str:
    """A number bounded from above in one and from below in the other."""
    for number, bound in zip(claim.numbers, claim.bounds, strict=True):
        for other, limit in zip(said.numbers, said.bounds, strict=True):
            if {bound, limit} == {"min", "max"} and same(number, other):
                return number.written or number.value
    return ""


def _opposite(claim: Claim, stretch: Claim) -> str:
    """A word of the claim whose opposite the stretch has in its place."""
    for word in sorted(claim.words - stretch.words):
        if (_OPPOSITES.get(word, frozenset()) & stretch.words) - claim.words:
            return word
    return ""


def _denied_too(claim: Claim, aligned: Sequence[Alignment]) -> bool:
    """Does some place deny what the claim denies?"""
    scopes = {term for denial in claim.denials for term in denial.scope}
    return any(
        not scopes.isdisjoint(denial.scope) for a in aligned for denial in a.stretch.claim.denials
    )


def _said_too(denying: Claim, claim: Claim, single: Sequence[Alignment]) -> bool:
    """Does another sentence say what one denies, as the claim does?"""
    pairs = claim.pairs & frozenset().union(*(denial.pairs for denial in denying.denials))
    return any(pairs & a.stretch.claim.pairs for a in single if not a.stretch.claim.denials)


def _denies(one: Claim, other: Claim, *, near: bool) -> bool:
    """Does one deny something that the other says?

    Where they are ``near`` the first word denied is enough, else two that are neighbours in both.
    """
    denied = {term for denial in other.denials for term in denial.scope}
    return any(
        (near and denial.scope[0] in other.parts) or denial.pairs & other.pairs
        for denial in one.denials
        if denial.scope and denied.isdisjoint(denial.scope)
    )
