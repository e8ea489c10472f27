"""Is each sentence of an answer supported? Decided by code over the answer and the passages.

A sentence is aligned to the stretch of up to three neighbouring passage sentences that holds most
of its idf mass. Full support also needs every number with what it counts, every name, and the
same negation in that stretch; a number that stands in no passage is never supported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from rag.analysis import analyse, detect_language
from rag.claims import Claim, claim_of
from rag.domain import Reason, Sentence, Support
from rag.languages import MONTHS, OPPOSITES
from rag.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.domain import Passage
    from rag.evidence import Word

FULL_COVERAGE = 0.7
PARTIAL_COVERAGE = 0.4
OWN_COVERAGE = 0.4
"""A heading names the subject of its passage; it says nothing about it."""
STRETCH_SENTENCES = 3
SECOND_CITATION_GAIN = 0.2
"""A second passage is cited when it adds this share of the sentence's mass."""

NO_PASSAGE, PARTLY, ABSENT_NUMBER = "no_passage", "partly", "absent_number"
MISPLACED_NUMBER, UNKNOWN_NAME = "misplaced_number", "unknown_name"
DENIED, NOT_DENIED, OPPOSITE = "denied", "not_denied", "opposite"
MISMATCHES = frozenset({MISPLACED_NUMBER, UNKNOWN_NAME, DENIED, NOT_DENIED, OPPOSITE})
"""Problems of a sentence that says something else than the passage does."""

_WRONG_NUMBER, _UNKNOWN_NAME, _WRONG_NEGATION = 0.6, 0.8, 0.85
"""What an alignment with such a fault is worth beside one without, when the best is chosen."""
_LANGUAGE_CHARACTERS = 120
"""A shorter answer does not tell its language: the question's is taken."""

MARKER = regex.compile(r"[ \t]*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]")
_LEAD_IN = regex.compile(r"(?:yes|no|ja|nee|nein|oui|non|sí)[,.!]?|\d{1,2}[.)]", regex.IGNORECASE)


_PLEASANTRY = regex.compile(
    r"(?:(?:please )?let me know|feel free|i hope (?:this|that)"
    r"|if you have (?:any )?(?:more |other |further )?questions"
    r"|laat het (?:me|mij) weten|ik hoop dat"
    r"|lass(?:en sie)? (?:es )?mich wissen|ich hoffe)\b.*"
    r"|(?:sources?|bron(?:nen)?|quellen?):.*",
    regex.IGNORECASE | regex.DOTALL,
)
"""What models add out of politeness, or as a list of sources of their own: no part of an answer."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Neighbouring sentences of a numbered passage, with what stands above them."""

    number: int
    sentences: int
    claim: Claim
    context: frozenset[str]
    relevance: float = 0.0
    """Share of the question's mass in it, of what the best stretch has."""

    def holds(self, term: str) -> bool:
        return term in self.claim.parts or term in self.context


@dataclass(frozen=True, slots=True)
class _Alignment:
    stretch: _Stretch
    coverage: float
    quality: float
    problem: Reason | None
    own: float
    """The coverage without what only the headings hold."""


class Grounding:
    """The numbered passages of one answer, ready to hold sentences against."""

    def __init__(
        self,
        passages: Sequence[tuple[int, Passage]],
        idf_of: Callable[[str], float],
        language: str = "en",
        asked: Sequence[Word] = (),
    ) -> None:
        self._idf_of = idf_of
        self._language = language
        self._stretches = _weighed(
            [s for number, passage in passages for s in _stretches(number, passage)], asked
        )
        self._values = {n.value for s in self._stretches for n in s.claim.numbers}

    def check(self, answer: str) -> tuple[Sentence, ...]:
        """Split an answer into sentences and say of each what carries it.

        Markers such as ``[2]`` are taken out of the sentences' texts and not believed.
        """
        long_enough = len(answer) >= _LANGUAGE_CHARACTERS
        language = detect_language(answer) if long_enough else self._language
        texts = (
            (MARKER.sub("", answer[start:end]).strip(), start, end)
            for start, end in _claim_spans(answer)
        )
        return tuple(
            self._check_sentence(text, start, end, language)
            for text, start, end in texts
            if any(character.isalnum() for character in text)
        )

    def _check_sentence(self, text: str, start: int, end: int, language: str) -> Sentence:
        claim = claim_of(text, language)
        masses = {term: self._idf_of(term) for term in claim.terms}
        aligned = sorted(
            (_align(claim, masses, stretch) for stretch in self._stretches),
            key=lambda a: (-a.quality, a.stretch.number, a.stretch.sentences),
        )
        values = sorted({number.value for number in claim.numbers} - self._values)
        if values:
            absent = Reason(ABSENT_NUMBER, ", ".join(values))
            return Sentence(text, start, end, Support.NONE, problem=absent)
        if not aligned or not masses or aligned[0].coverage < PARTIAL_COVERAGE:
            return Sentence(text, start, end, Support.NONE, problem=Reason(NO_PASSAGE))
        best = aligned[0]
        coverage = round(best.coverage, 3)
        fault = best.problem or _contradicted(claim, aligned)
        full = best.coverage >= FULL_COVERAGE and best.own >= OWN_COVERAGE and not fault
        return Sentence(
            text,
            start,
            end,
            Support.FULL if full else Support.PARTIAL,
            _cited(masses, aligned),
            coverage,
            None if full else fault or Reason(PARTLY),
            round(best.stretch.relevance, 3),
        )


def _stretches(number: int, passage: Passage) -> Iterator[_Stretch]:
    context = frozenset(
        token.terms[0]
        for text in (passage.title, passage.heading, passage.table_header)
        for token in analyse(text, passage.language)
    )
    spans = list(split_sentences(passage.text))
    for first, (start, _) in enumerate(spans):
        size = 1 if passage.text[start] == "|" else STRETCH_SENTENCES  # a row stands for itself
        for last in range(first, min(first + size, len(spans))):
            text = passage.text[spans[first][0] : spans[last][1]]
            yield _Stretch(number, last - first + 1, claim_of(text, passage.language), context)


def _weighed(stretches: list[_Stretch], asked: Sequence[Word]) -> list[_Stretch]:
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


def _align(claim: Claim, masses: dict[str, float], stretch: _Stretch) -> _Alignment:
    total = sum(masses.values())
    held = sum(mass for term, mass in masses.items() if stretch.holds(term))
    coverage = held / total if total else 0.0
    worth, problem = 1.0, None
    if number := _misplaced_number(claim, stretch):
        worth, problem = _WRONG_NUMBER, Reason(MISPLACED_NUMBER, number)
    elif name := _unknown_name(claim, stretch):
        worth, problem = _UNKNOWN_NAME, Reason(UNKNOWN_NAME, name)
    elif word := _opposite(claim, stretch.claim):
        worth, problem = _WRONG_NEGATION, Reason(OPPOSITE, word)
    elif _denies_more(claim, stretch.claim):
        worth, problem = _WRONG_NEGATION, Reason(NOT_DENIED)
    elif _denies_less(claim, stretch.claim):
        worth, problem = _WRONG_NEGATION, Reason(DENIED)
    own = sum(mass for term, mass in masses.items() if term in stretch.claim.parts)
    return _Alignment(stretch, coverage, coverage * worth, problem, own / total if total else 0.0)


def _contradicted(claim: Claim, aligned: Sequence[_Alignment]) -> Reason | None:
    """What the one sentence that says nearly the same says otherwise.

    A wider stretch may hold, in another sentence, the very value that this one contradicts.
    """
    single = max(
        (a for a in aligned if a.stretch.sentences == 1), key=lambda a: a.coverage, default=None
    )
    if single is None or single.coverage < FULL_COVERAGE:
        return None
    said = single.stretch.claim
    told = {number.value for number in claim.numbers}
    for number in sorted(claim.numbers - said.numbers, key=lambda n: n.value):
        instead = {n.value for n in said.numbers if n.unit == number.unit} - told
        if number.unit and instead and number.value not in {n.value for n in said.numbers}:
            return Reason(MISPLACED_NUMBER, number.value)
    if said.months and claim.months - said.months:
        return Reason(UNKNOWN_NAME, _month_name(min(claim.months - said.months)))
    if said.times - claim.times and claim.times - said.times:
        return Reason(OPPOSITE, min(claim.times - said.times))
    if word := _opposite(claim, said):
        return Reason(OPPOSITE, word)
    return None


def _month_name(month: int) -> str:
    return next(name for name, number in MONTHS.items() if number == month).capitalize()


def _misplaced_number(claim: Claim, stretch: _Stretch) -> str:
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
    for pair in OPPOSITES:
        for word, other in (pair, pair[::-1]):
            mine = word in claim.words and other not in claim.words
            theirs = other in stretch.words and word not in stretch.words
            if mine and theirs:
                return word
    return ""


def _unknown_name(claim: Claim, stretch: _Stretch) -> str:
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


def _cited(masses: dict[str, float], aligned: list[_Alignment]) -> tuple[int, ...]:
    """The best passage's number, and a second one that adds much to it."""
    best = aligned[0]
    total = sum(masses.values())
    missing = {term: mass for term, mass in masses.items() if not best.stretch.holds(term)}
    for other in aligned[1:]:
        gain = sum(mass for term, mass in missing.items() if term in other.stretch.claim.terms)
        if other.stretch.number != best.stretch.number and gain / total >= SECOND_CITATION_GAIN:
            return best.stretch.number, other.stretch.number
    return (best.stretch.number,)


def _claim_spans(answer: str) -> Iterator[tuple[int, int]]:
    """Sentences; "Yes." and a list's bare "1." go together with what follows them."""
    pending: int | None = None
    end = 0
    for start, end in split_sentences(answer):
        begin = start if pending is None else pending
        piece = MARKER.sub("", answer[start:end]).strip(" *_-#>\t")
        if _LEAD_IN.fullmatch(piece):
            pending = begin
            continue
        pending = None
        if not _PLEASANTRY.fullmatch(piece):
            yield begin, end
    if pending is not None:
        yield pending, end


def cite(
    text: str, sentences: Sequence[Sentence], *, drop: frozenset[int] = frozenset()
) -> tuple[str, tuple[Sentence, ...]]:
    """Return a text with the citations that its sentences earned, and the sentences' new offsets.

    Whatever markers the writer set are taken out. ``drop`` names sentences, by position, to leave
    out altogether.
    """
    pieces: list[str] = []
    moved: list[Sentence] = []
    position = length = 0
    for index, sentence in enumerate(sentences):
        between = _between(text[position : sentence.start])
        position = sentence.end
        if index in drop:
            continue
        body = MARKER.sub("", text[sentence.start : sentence.end]).rstrip()
        pieces.append(between)
        markers = "".join(f" [{number}]" for number in sentence.citations)
        if body.endswith("|"):  # a table's row: what stands after its last bar is lost
            body = f"{body[:-1].rstrip()}{markers} |"
            markers = ""
        pieces += [body, markers]
        start = length + len(between)
        moved.append(replace(sentence, start=start, end=start + len(body)))
        length = start + len(body) + len(markers)
    pieces.append(_between(text[position:]))
    return "".join(pieces).rstrip(), tuple(moved)


def _between(text: str) -> str:
    """What stands between checked sentences, without markers and pleasantries."""
    plain = MARKER.sub("", text)
    return "" if _PLEASANTRY.fullmatch(plain.strip(" *_-#>\t\n")) else plain
