"""Rules for contradictions: what a nearly equal sentence of the passages says differently."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rag.domain.answers import Problem, ProblemCode
from rag.text.languages import MONTHS, of_all
from rag.verification.alignment import AS_GOOD, ELSEWHERE
from rag.verification.numbers import same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.verification.alignment import Alignment, Places, Stretch
    from rag.verification.claims import Claim

OPPOSITE_SENTENCE, LIKE_SENTENCE, SAME_SENTENCE, SAME_WORDS = 0.5, 0.6, 0.75, 0.9
"""Shares of a claim in one sentence from which an opposite word, a denial of two neighbouring
words, another unit of time, and a denial of one word contradict it. Below these, true paraphrases
were taken for contradictions (judged answers, the fitted half)."""
SAME_TERMS = 3
"""Fewer terms are shared by chance."""
SAME_SHARE, SWAPPED_WORDS, COMPARED_SENTENCES = 0.8, 3, 3
"""Sentences that share this much, in order, differ in a name or number of up to so many words;
only the best few are compared."""
REASON_SHARE = 0.5
"""The share of a reason that the passages must have."""
MISMATCHES = frozenset(
    {
        ProblemCode.MISPLACED_NUMBER,
        ProblemCode.UNKNOWN_NAME,
        ProblemCode.DENIED,
        ProblemCode.NOT_DENIED,
        ProblemCode.OPPOSITE,
    }
)
"""Problems of sentences that contradict the passages."""
_PAIRS = of_all(lambda one: one.opposites)
_OPPOSITES = {
    word: frozenset(other for pair in _PAIRS if word in pair for other in pair if other != word)
    for word in {word for pair in _PAIRS for word in pair}
}


def contradiction_of(
    claim: Claim, masses: Mapping[str, float], aligned: Sequence[Alignment]
) -> Problem | None:
    """Return how a nearly equal sentence differs: a bound, a word, a unit of time, a denial."""
    single = [one for one in aligned if one.stretch.sentences == 1]
    enough = len(masses) + len(claim.numbers) >= SAME_TERMS - 1
    for one in single:
        if one.coverage < single[0].coverage - ELSEWHERE:
            continue
        if bound := _other_bound(claim, one.stretch.claim):
            return Problem(ProblemCode.OPPOSITE, bound)
        if enough and one.coverage >= OPPOSITE_SENTENCE:
            word = _opposite(claim, one.stretch.claim)
            if word:
                return Problem(ProblemCode.OPPOSITE, word)
        if enough and (found := _other_polarity(claim, one, aligned)):
            return found
        if one.coverage >= SAME_SENTENCE:
            return None
    return None


def _other_polarity(claim: Claim, one: Alignment, aligned: Sequence[Alignment]) -> Problem | None:
    """Return a denial in one of two sentences, or another unit of time."""
    if one.coverage < LIKE_SENTENCE:
        return None
    said, same_words = one.stretch.claim, one.coverage >= SAME_WORDS
    if _denies(claim, said, same_words=same_words) and (
        same_words or not _is_denied(claim, aligned)
    ):
        return Problem(ProblemCode.NOT_DENIED)
    if one.coverage >= SAME_SENTENCE and _has_other_times(claim, said):
        return Problem(ProblemCode.OPPOSITE, min(claim.times - said.times))
    if _denies(said, claim, same_words=same_words):
        alone = one.coverage >= SAME_SENTENCE or not _is_said(said, claim, aligned)
        return Problem(ProblemCode.DENIED) if alone else None
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
        if enough and held >= SAME_WORDS * sum(rest.values()):
            return Problem(ProblemCode.UNKNOWN_NAME, min(strange).capitalize())
    return None


def replaced_value(claim: Claim, aligned: Sequence[Alignment]) -> Problem | None:
    """Return a name or number that stands where a sentence, otherwise the same, has another."""
    mine = _sequence(claim)
    single = [a for a in aligned if a.stretch.sentences == 1 and a.coverage >= SAME_SENTENCE]
    for one in single[:COMPARED_SENTENCES]:
        said = one.stretch.claim
        theirs = _sequence(said)
        matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
        if sum(block.size for block in matcher.get_matching_blocks()) < SAME_SHARE * len(mine):
            continue
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind != "replace" or b - a > SWAPPED_WORDS or d - c > SWAPPED_WORDS:
                continue
            new = {t for t in mine[a:b] if mine.count(t) > theirs.count(t)}
            old = {t for t in theirs[c:d] if theirs.count(t) > mine.count(t)}
            values = {number.value for number in said.numbers}
            if old & values and any(n.value in new for n in claim.numbers):
                return Problem(ProblemCode.MISPLACED_NUMBER, min(new))
            if new & claim.nouns and old & said.nouns:
                return Problem(ProblemCode.UNKNOWN_NAME, min(new & claim.nouns).capitalize())
    return None


def _sequence(claim: Claim) -> list[str]:
    """Return the terms and the numbers' values in the order of the text."""
    numbers = [(number.start, number.value) for number in claim.numbers]
    return [value for _, value in sorted([*((place, t) for t, place in claim.places), *numbers])]


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


def _has_other_times(claim: Claim, said: Claim) -> bool:
    """Whether one says "per week" and the other "per month"; durations may be converted."""
    if any(number.unit in {"duration", "months"} for number in claim.numbers):
        return False
    return bool(said.times - claim.times and claim.times - said.times)


def adds_bound(claim: Claim, aligned: Sequence[Alignment]) -> bool:
    """Return whether the claim excludes a number ("more than 30") that every place has plain."""
    for number in claim.numbers:
        if number.start not in claim.excluded:
            continue
        given = [
            limit
            for a in aligned
            for other, limit in zip(a.stretch.claim.numbers, a.stretch.claim.bounds, strict=True)
            if same(number, other)
        ]
        if given and not any(given):
            return True
    return False


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


def _is_denied(claim: Claim, aligned: Sequence[Alignment]) -> bool:
    """Does some place deny what the claim denies?"""
    scopes = {term for denial in claim.denials for term in denial.scope}
    return any(
        not scopes.isdisjoint(denial.scope) for a in aligned for denial in a.stretch.claim.denials
    )


def _is_said(denying: Claim, claim: Claim, aligned: Sequence[Alignment]) -> bool:
    """Does another sentence say what one denies, as the claim does?"""
    pairs = claim.pairs & frozenset().union(*(denial.pairs for denial in denying.denials))
    return any(
        pairs & a.stretch.claim.pairs
        for a in aligned
        if a.stretch.sentences == 1 and not a.stretch.claim.denials
    )


def _denies(one: Claim, other: Claim, *, same_words: bool) -> bool:
    """Does one deny something that the other says?

    With the ``same_words`` the first word denied is enough, else two that are neighbours in both.
    """
    denied = {term for denial in other.denials for term in denial.scope}
    return any(
        (same_words and denial.scope[0] in other.parts) or denial.pairs & other.pairs
        for denial in one.denials
        if denial.scope and denied.isdisjoint(denial.scope)
    )
