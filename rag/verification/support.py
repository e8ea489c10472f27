"""Is each sentence of an answer supported? Decided by code over the answer and the passages.

What must be exact, numbers and what they belong to, and denials are decided by rule: such a fault
is never outweighed. Whatever else a sentence says is aligned to the passages, and a small model of
readable signals gives the chance that they support it (``thresholds.toml``, fitted by
``docs/fit_support.py``). In another language than the passages' only numbers, names and words that
both languages have can be compared: such a sentence is supported in part.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from rag.domain.answers import Problem, ProblemCode, Sentence, Support
from rag.retrieval.thresholds import shipped
from rag.text.language_detection import detect_language
from rag.verification.alignment import Alignment, Places, Stretch, align, stretches_of, weighed
from rag.verification.answer_sentences import (
    LABEL,
    AnswerSentence,
    answer_sentences,
    plain_text,
    split_question,
)
from rag.verification.claims import Claim, claim_of
from rag.verification.contradictions import (
    adds_bound,
    contradiction_of,
    gives_reason,
    replaced_value,
    swapped_word,
    unknown_month,
)
from rag.verification.exact import ExactTexts, exact_in
from rag.verification.number_rules import misplaced_number, places_of_numbers
from rag.verification.signals import signals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rag.domain.documents import Passage
    from rag.retrieval.evidence import Word

VERBATIM_WORDS = 4
"""Fewer words stand together by chance."""
ASKED_SHARE = 0.5
"""An answer after its question stands where at least this share is of the question's mass that the
best place has."""
SECOND_CITATION_GAIN = 0.2
"""A second passage is cited when it adds this share of the sentence's mass."""
OWN_COVERAGE = 0.4
"""A heading names the subject of its passage; it says nothing about it."""
TRANSLATED_CHANCE = 0.65
"""Of a sentence in another language whose numbers and names are all there: an assumption, enough
for an answer to stand, marked as supported in part."""
LEAST_CITED = 0.4
"""A passage with less of a sentence's mass is not cited for it."""
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
        self._places = Places(self._stretches)
        self._exact = ExactTexts([f"{p.title}\n{p.heading}\n{p.text}" for _, p in passages])
        self._texts = [(number, " ".join(passage.text.split())) for number, passage in passages]
        self._values = {n.value for s in self._stretches for n in s.claim.numbers}
        self._languages = tuple(dict.fromkeys(passage.language for _, passage in passages))
        self._translated = translated
        self._known: dict[tuple[str, str, bool], Sentence | None] = {}
        """Sentences checked before: a growing answer is checked often.

        By text, language and whether it is form: a table's head is seen as one with its rule.
        """

    def check(self, answer: str) -> tuple[Sentence, ...]:
        """Split an answer into sentences and say of each what supports it.

        Markers such as ``[2]`` are taken out of the sentences' texts and not believed. What is
        mere form is left out, unless something in it is wrong.
        """
        long_enough = len(answer) >= _LANGUAGE_CHARACTERS
        language = detect_language(answer) if long_enough else self._language
        sentences = list(answer_sentences(answer))
        if not self._languages or language in self._languages:
            found = (self._once(sentence, language) for sentence in sentences)
            return tuple(sentence for sentence in found if sentence)
        claims = [sentence for sentence in sentences if not sentence.is_form]
        return tuple(self._across(one, language, place) for place, one in enumerate(claims))

    def _once(self, sentence: AnswerSentence, language: str) -> Sentence | None:
        """Check a sentence, unless it was checked before; None where it claims nothing."""
        key = sentence.text, language, sentence.is_form
        if key not in self._known:
            self._known[key] = self._check_sentence(sentence, language)
        known = self._known[key]
        return known and replace(known, start=sentence.start, end=sentence.end)

    def _check_sentence(self, sentence: AnswerSentence, language: str) -> Sentence | None:
        asked, told = split_question(LABEL.sub("", sentence.plain))
        if number := self._verbatim(told):
            relevance = max(s.relevance for s in self._stretches if s.number == number)
            place = next(s.start for s in self._stretches if s.number == number)
            found = _sentence(sentence, 1.0, (number,), (place,), 1.0, relevance)
            return replace(found, terms=_said(claim_of(told, language)))
        claim = claim_of(told, language)
        masses = {term: self._idf_of(term) for term in sorted(claim.terms)}
        aligned = align(masses, self._stretches, self._places)
        if not masses:
            aligned = places_of_numbers(claim, self._stretches)
        fault = self._fault(sentence, claim, masses, aligned)
        if sentence.is_form and not fault:
            return None
        signals = signals_of(claim, masses, aligned, self._stretches, self._places)
        chance = shipped().support.chance(asdict(signals))
        if aligned and aligned[0].own < OWN_COVERAGE:
            chance = min(chance, shipped().support_levels.partial)
        if aligned and (adds_bound(claim, aligned) or not gives_reason(claim, masses, aligned)):
            chance = min(chance, shipped().support_levels.partial)
        if asked and not fault and not self._answers(asked, aligned, language):
            fault = Problem(ProblemCode.PARTLY)
            chance = min(chance, shipped().support_levels.partial)
        if not aligned or not (masses or claim.numbers):
            fault = fault or Problem(ProblemCode.NO_PASSAGE)
        nothing = not fault and chance < shipped().support_levels.partial
        cited = [] if nothing else self._cited(masses, aligned)
        best = aligned[0] if aligned else None
        checked = _sentence(
            sentence,
            0.0 if fault and fault.code is not ProblemCode.PARTLY else chance,
            tuple(one.stretch.number for one in cited),
            tuple(one.stretch.start for one in cited),
            best.coverage if best else 0.0,
            best.stretch.relevance if best else 0.0,
        )
        checked = replace(checked, terms=_said(claim), signals=None if fault else signals)
        return replace(checked, problem=fault) if fault else checked

    def _fault(
        self,
        sentence: AnswerSentence,
        claim: Claim,
        masses: Mapping[str, float],
        aligned: Sequence[Alignment],
    ) -> Problem | None:
        """What is wrong with a sentence whatever else it says."""
        for item in exact_in(sentence.plain):
            if not self._exact.holds(item):
                return Problem(ProblemCode.ABSENT_EXACT, item.text)
        if found := misplaced_number(claim, masses, aligned):
            return found
        if sentence.is_form or not aligned:
            return None
        return (
            contradiction_of(claim, masses, aligned)
            or swapped_word(claim, masses, aligned, self._places)
            or replaced_value(claim, aligned)
            or unknown_month(claim, aligned[0].stretch)
        )

    def _answers(self, asked: str, aligned: Sequence[Alignment], language: str) -> bool:
        """Does what follows a repeated question stand where that question's words do?"""
        terms = {term: self._idf_of(term) for term in claim_of(asked, language).terms}
        found = align(terms, self._stretches, self._places)
        if not found or not aligned:
            return True
        most = max(one.coverage for one in found)
        near = {one.stretch.number: 0.0 for one in found}
        for one in found:
            near[one.stretch.number] = max(near[one.stretch.number], one.coverage)
        return near.get(aligned[0].stretch.number, 0.0) >= ASKED_SHARE * most

    def _across(self, sentence: AnswerSentence, language: str, position: int) -> Sentence:
        """Check a sentence that seems to be in another language than all passages."""
        same = self._once(sentence, self._languages[0])
        if same and same.support is Support.FULL:
            return same
        claim = claim_of(sentence.plain, language)
        absent = {number.value for number in claim.numbers} - self._values
        numbers: tuple[int, ...] = ()
        if position < len(self._translated):
            origin = self._translated[position]
            said = claim_of(plain_text(origin.text), self._languages[0])
            absent = {n.value for n in claim.numbers} - {n.value for n in said.numbers}
            numbers = origin.citations
        base = Sentence(sentence.text, sentence.start, sentence.end, Support.NONE)
        base = replace(base, terms=_said(claim))
        if absent:
            detail = ", ".join(
                sorted(n.written or n.value for n in claim.numbers if n.value in absent)
            )
            return replace(base, problem=Problem(ProblemCode.ABSENT_NUMBER, detail))
        anchored = numbers or self._anchored(claim)
        return replace(
            base,
            support=Support.PARTIAL if anchored else Support.NONE,
            citations=anchored,
            chance=TRANSLATED_CHANCE if anchored else 0.0,
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
        plain = " ".join(text.split())
        if len(plain.split()) < VERBATIM_WORDS:
            return 0
        return next((number for number, held in self._texts if plain in held), 0)

    def _cited(self, masses: Mapping[str, float], aligned: Sequence[Alignment]) -> list[Alignment]:
        """The best alignment, and one with another passage that adds much to it."""
        if not aligned or aligned[0].coverage < LEAST_CITED:
            return []
        best = aligned[0]
        total = sum(masses.values()) or 1.0
        missing = {term: mass for term, mass in masses.items() if not best.stretch.holds(term)}
        for other in aligned[1:]:
            gain = sum(mass for term, mass in missing.items() if term in other.stretch.claim.terms)
            if other.stretch.number != best.stretch.number and gain / total >= SECOND_CITATION_GAIN:
                return [best, other]
        return [best]


def _said(claim: Claim) -> tuple[str, ...]:
    return tuple(sorted(claim.terms | {number.value for number in claim.numbers}))


def _sentence(  # noqa: PLR0913 - one argument a field
    sentence: AnswerSentence,
    chance: float,
    citations: tuple[int, ...],
    places: tuple[int, ...],
    coverage: float,
    relevance: float,
) -> Sentence:
    """A checked sentence; its support is a level of the chance."""
    levels = shipped().support_levels
    support, problem = Support.FULL, None
    if chance < levels.full:
        weak = chance >= levels.partial
        support = Support.PARTIAL if weak else Support.NONE
        problem = Problem(ProblemCode.PARTLY if weak else ProblemCode.NO_PASSAGE)
    return Sentence(
        sentence.text,
        sentence.start,
        sentence.end,
        support,
        citations,
        round(coverage, 3),
        problem,
        round(relevance, 3),
        round(chance, 3),
        places,
    )
