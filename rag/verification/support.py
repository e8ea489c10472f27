"""Is each sentence of an answer supported? Decided by code over the answer and the passages.

A sentence is aligned to the stretch of passage that holds most of its idf mass. Full support also
needs every number with what it counts, every name and month, and the same negation there; a number
that stands in no passage is never supported. In another language than the passages' only numbers,
names and words that both languages have can be compared: such a sentence is supported in part.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.domain.answers import Problem, ProblemCode, Sentence, Support
from rag.text.language_detection import detect_language
from rag.verification.alignment import (
    FULL_COVERAGE,
    OWN_COVERAGE,
    PARTIAL_COVERAGE,
    Alignment,
    Stretch,
    align,
    contradiction_of,
    places_of,
    stretches_of,
    weighed,
)
from rag.verification.answer_sentences import LABEL, MARKER, claim_spans, split_question
from rag.verification.claims import Claim, claim_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.domain.documents import Passage
    from rag.retrieval.evidence import Word

VERBATIM_WORDS = 4
"""Fewer words stand together by chance."""
ASKED_SHARE = 0.5
"""An answer after its question stands where at least this share is of the question's mass that the
best place has."""
SECOND_CITATION_GAIN = 0.2
"""A second passage is cited when it adds this share of the sentence's mass."""
_LANGUAGE_CHARACTERS = 120
"""A shorter answer does not tell its language: the question's is taken."""


class Grounding:
    """The numbered passages of one answer, ready to hold sentences against.

    ``language`` is that of short answers, which do not tell theirs; ``asked`` are the question's
    words; ``translated`` are the sentences that an answer in another language may be made of.
    """

    def __init__(
        self,
        passages: Sequence[tuple[int, Passage]],
        idf_of: Callable[[str], float],
        language: str = "en",
        asked: Sequence[Word] = (),
        translated: Sequence[Sentence] = (),
    ) -> None:
        self._idf_of = idf_of
        self._language = language
        self._stretches = weighed(
            [s for number, passage in passages for s in stretches_of(number, passage)], asked
        )
        self._places = places_of(self._stretches)
        self._texts = [(number, _plain(passage.text)) for number, passage in passages]
        self._values = {n.value for s in self._stretches for n in s.claim.numbers}
        self._languages = tuple(dict.fromkeys(passage.language for _, passage in passages))
        self._translated = translated
        self._known: dict[tuple[str, str], Sentence] = {}
        """Sentences checked before, by text and language: a growing answer is checked often."""

    def check(self, answer: str) -> tuple[Sentence, ...]:
        """Split an answer into sentences and say of each what carries it.

        Markers such as ``[2]`` are taken out of the sentences' texts and not believed.
        """
        long_enough = len(answer) >= _LANGUAGE_CHARACTERS
        language = detect_language(answer) if long_enough else self._language
        texts = (
            (MARKER.sub("", answer[start:end]).strip(), start, end)
            for start, end in claim_spans(answer)
        )
        claims = [c for c in texts if any(character.isalnum() for character in c[0])]
        if not self._languages or language in self._languages:
            return tuple(self._once(*claim, language) for claim in claims)
        return tuple(
            self._check_across(*claim, language, position) for position, claim in enumerate(claims)
        )

    def _once(self, text: str, start: int, end: int, language: str) -> Sentence:
        """Check a sentence, unless it was checked before."""
        if (text, language) not in self._known:
            self._known[text, language] = self._check_sentence(text, start, end, language)
        return replace(self._known[text, language], start=start, end=end)

    def _check_across(
        self, text: str, start: int, end: int, language: str, position: int
    ) -> Sentence:
        """Check a sentence that seems to be in another language than all passages."""
        same = self._once(text, start, end, self._languages[0])
        if same.support is Support.FULL:
            return same
        claim = claim_of(text, language)
        values = {number.value for number in claim.numbers}
        absent = values - self._values
        numbers: tuple[int, ...] = ()
        if position < len(self._translated):
            origin = self._translated[position]
            said = claim_of(origin.text, self._languages[0])
            absent, numbers = values - {n.value for n in said.numbers}, origin.citations
        if absent:
            problem = Problem(ProblemCode.ABSENT_NUMBER, ", ".join(sorted(absent)))
            return Sentence(text, start, end, Support.NONE, problem=problem)
        anchored = numbers or self._anchored(claim)
        return Sentence(
            text,
            start,
            end,
            Support.PARTIAL if anchored else Support.NONE,
            anchored,
            problem=Problem(ProblemCode.OTHER_LANGUAGE),
        )

    def _anchored(self, claim: Claim) -> tuple[int, ...]:
        """The passage that shares most of a claim's numbers, names and words with it."""

        def worth(stretch: Stretch) -> float:
            shared = {n.value for n in claim.numbers} & {n.value for n in stretch.claim.numbers}
            words = sum(self._idf_of(term) for term in claim.terms if stretch.holds(term))
            return words + len(shared) * self._idf_of("")

        best = max(self._stretches, key=worth)
        return (best.number,) if worth(best) > 0 else ()

    def _verbatim(self, text: str) -> int:
        """The number of a passage that holds a sentence as it is; 0 where none does."""
        plain = _plain(text)
        if len(plain.split()) < VERBATIM_WORDS:
            return 0
        return next((number for number, held in self._texts if plain in held), 0)

    def _check_sentence(self, text: str, start: int, end: int, language: str) -> Sentence:
        asked, told = split_question(LABEL.sub("", text))
        claim = claim_of(told, language)
        masses = {term: self._idf_of(term) for term in claim.terms}
        near = self._near(asked, language) if asked else [0.0] * len(self._stretches)
        ranked = sorted(
            zip(align(claim, masses, self._stretches, self._places), near, strict=True),
            key=lambda pair: (
                -pair[0].quality - pair[1],
                pair[0].stretch.number,
                pair[0].stretch.sentences,
            ),
        )
        aligned = [alignment for alignment, _ in ranked]
        if number := self._verbatim(told):
            relevance = max(s.relevance for s in self._stretches if s.number == number)
            return Sentence(
                text, start, end, Support.FULL, (number,), 1.0, relevance=round(relevance, 3)
            )
        values = sorted({number.value for number in claim.numbers} - self._values)
        if values:
            absent = Problem(ProblemCode.ABSENT_NUMBER, ", ".join(values))
            return Sentence(text, start, end, Support.NONE, problem=absent)
        if not aligned or not masses or aligned[0].coverage < PARTIAL_COVERAGE:
            return Sentence(text, start, end, Support.NONE, problem=Problem(ProblemCode.NO_PASSAGE))
        best = aligned[0]
        coverage = round(best.coverage, 3)
        fault = best.problem or contradiction_of(claim, masses, aligned)
        if ranked[0][1] < ASKED_SHARE * max(near):
            fault = fault or Problem(ProblemCode.PARTLY)
        full = best.coverage >= FULL_COVERAGE and best.own >= OWN_COVERAGE and not fault
        return Sentence(
            text,
            start,
            end,
            Support.FULL if full else Support.PARTIAL,
            _cited(masses, aligned),
            coverage,
            None if full else fault or Problem(ProblemCode.PARTLY),
            round(best.stretch.relevance, 3),
        )

    def _near(self, question: str, language: str) -> list[float]:
        """What share of a question's mass each stretch holds."""
        masses = {term: self._idf_of(term) for term in claim_of(question, language).terms}
        total = sum(masses.values()) or 1.0
        return [
            sum(mass for term, mass in masses.items() if stretch.holds(term)) / total
            for stretch in self._stretches
        ]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _cited(masses: dict[str, float], aligned: list[Alignment]) -> tuple[int, ...]:
    """The best passage's number, and a second one that adds much to it."""
    best = aligned[0]
    total = sum(masses.values())
    missing = {term: mass for term, mass in masses.items() if not best.stretch.holds(term)}
    for other in aligned[1:]:
        gain = sum(mass for term, mass in missing.items() if term in other.stretch.claim.terms)
        if other.stretch.number != best.stretch.number and gain / total >= SECOND_CITATION_GAIN:
            return best.stretch.number, other.stretch.number
    return (best.stretch.number,)
