"""Simpler ways of choosing who answers, reckoned on the same questions and texts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain.answers import Outcome, Support
from rag.evaluation.scripted_models import HEDGE
from rag.verification.confidence import hedges

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from rag.answering.cascade import CascadeResult
    from rag.domain.answers import Attempt
    from rag.domain.search import Evidence, Hit, Query
    from rag.evaluation.beir import Asked

RATES = (0.1, 0.2, 0.3, 0.5)
SHORT_TOKENS = 12
"""The workshop's rule: a draft of fewer tokens is given to the large model."""


@dataclass
class Figures:
    """What came of the questions; shares are of all that can be right or wrong in that way."""

    questions: int = 0
    answered: int = 0
    quoted: int = 0
    refused: int = 0
    correct: float = 0.0
    """Share of all questions: the answer is in the text, or nothing where there is no answer."""
    wrong: float = 0.0
    """Share of all questions that a model answered otherwise."""
    escalated: float = 0.0
    refusal_recall: float = 0.0
    false_refusal: float = 0.0
    citation_precision: float = 0.0
    """Share of citations that are of a document with the answer."""
    supported_sentences: float = 0.0
    words: float = 0.0
    """Of the texts, on average."""


@dataclass(frozen=True)
class EvaluatedQuestion:
    """A question of a set with what each way of answering made of it."""

    asked: Asked
    query: Query
    hits: list[Hit]
    evidence: Evidence
    result: CascadeResult
    small: Attempt
    large: Attempt
    quotation: str

    def is_correct(self, text: str) -> bool:
        """Is an answer in the text, or is it empty where there is none?"""
        if not self.asked.answerable:
            return not text
        return any(answer.casefold() in text.casefold() for answer in self.asked.answers)

    @property
    def rank(self) -> float:
        """The lowest are escalated first: a draft that does not stand, where there is evidence.

        Where there is little, a larger model finds no answer either.
        """
        confidence, strength = self.small.confidence, self.evidence.strength
        relevance = max((s.relevance for s in self.small.sentences if s.citations), default=0.0)
        if confidence.accepted:
            return 2.0 + confidence.value + relevance + strength
        if hedges(self.small.generation.text):
            return 2.0 - strength  # that nothing is said is the likelier right, the weaker it is
        return confidence.value / 2 + relevance / 2 - strength


@dataclass(frozen=True)
class RoutedAnswer:
    """What one way of choosing made of a question."""

    outcome: Outcome
    text: str
    escalated: bool = False
    cited: tuple[int, ...] = ()
    supported: tuple[bool, ...] = ()


def routed_by_product(case: EvaluatedQuestion) -> RoutedAnswer:
    """What the product made of a question."""
    result = case.result
    return RoutedAnswer(
        result.outcome,
        result.text if result.outcome is not Outcome.REFUSED else "",
        any(attempt.role == "large" for attempt in result.attempts),
        tuple(number for sentence in result.sentences for number in sentence.citations),
        tuple(sentence.support is Support.FULL for sentence in result.sentences),
    )


def routed(attempt: Attempt, *, escalated: bool) -> RoutedAnswer:
    """One model's text, taken as it is."""
    text = attempt.generation.text
    silent = not text or text == HEDGE
    return RoutedAnswer(
        Outcome.REFUSED if silent else Outcome.ANSWERED,
        "" if silent else text,
        escalated,
        tuple(number for sentence in attempt.sentences for number in sentence.citations),
        tuple(sentence.support is Support.FULL for sentence in attempt.sentences),
    )


def figures_of(cases: Sequence[EvaluatedQuestion], came: Sequence[RoutedAnswer]) -> Figures:
    """Count what came of the questions."""
    pairs = list(zip(cases, came, strict=True))
    total = len(pairs) or 1
    correct = [case.is_correct(one.text) for case, one in pairs]
    answerable = [one for case, one in pairs if case.asked.answerable]
    others = [one for case, one in pairs if not case.asked.answerable]
    cited = [
        case.hits[number - 1].passage.document in case.asked.relevant
        for case, one in pairs
        for number in one.cited
        if case.asked.relevant
    ]
    supported = [s for _, one in pairs for s in one.supported]
    outcomes = [one.outcome for one in came]
    refused = Outcome.REFUSED
    return Figures(
        questions=len(pairs),
        answered=outcomes.count(Outcome.ANSWERED),
        quoted=outcomes.count(Outcome.QUOTED),
        refused=outcomes.count(refused),
        correct=sum(correct) / total,
        wrong=sum(
            one.outcome is Outcome.ANSWERED and not good
            for (_, one), good in zip(pairs, correct, strict=True)
        )
        / total,
        escalated=sum(one.escalated for one in came) / total,
        refusal_recall=share_of([one.outcome is refused for one in others]),
        false_refusal=share_of([one.outcome is refused for one in answerable]),
        citation_precision=share_of(cited),
        supported_sentences=share_of(supported),
        words=sum(len(one.text.split()) for one in came) / total,
    )


def share_of(values: Sequence[bool]) -> float:
    """The share of true values; 0 of none."""
    return sum(values) / len(values) if values else 0.0


def baselines_of(
    cases: Sequence[EvaluatedQuestion], escalated: float, rng: random.Random
) -> dict[str, Figures]:
    """The figures of each baseline, by its name."""
    small = [routed(case.small, escalated=False) for case in cases]
    large = [routed(case.large, escalated=True) for case in cases]
    by_length = [
        two if case.small.generation.usage.completion_tokens < SHORT_TOKENS else one
        for case, one, two in zip(cases, small, large, strict=True)
    ]
    return {
        "always_small": figures_of(cases, small),
        "always_large": figures_of(cases, large),
        "length_rule": figures_of(cases, by_length),
        "random": figures_of(cases, _mixed(small, large, _randomly(cases, rng), escalated)),
        "quotation_only": figures_of(
            cases, [RoutedAnswer(Outcome.QUOTED, case.quotation) for case in cases]
        ),
        "perfect_router": figures_of(
            cases, _mixed(small, large, _perfectly(cases, small, large), escalated)
        ),
    }


def _randomly(cases: Sequence[EvaluatedQuestion], rng: random.Random) -> list[int]:
    return rng.sample(range(len(cases)), len(cases))


def _perfectly(
    cases: Sequence[EvaluatedQuestion], small: Sequence[RoutedAnswer], large: Sequence[RoutedAnswer]
) -> list[int]:
    """First the questions that the large model makes right, last those that it makes wrong."""
    gains = [
        case.is_correct(two.text) - case.is_correct(one.text)
        for case, one, two in zip(cases, small, large, strict=True)
    ]
    return sorted(range(len(cases)), key=lambda n: -gains[n])


def _mixed(
    small: Sequence[RoutedAnswer], large: Sequence[RoutedAnswer], order: Sequence[int], share: float
) -> list[RoutedAnswer]:
    chosen = set(order[: round(share * len(small))])
    return [large[n] if n in chosen else small[n] for n in range(len(small))]


def escalation_curve(
    cases: Sequence[EvaluatedQuestion], rng: random.Random
) -> dict[str, dict[str, float]]:
    """How many are correct when a given share is escalated, answers of both models as they are."""
    small = [routed(case.small, escalated=False) for case in cases]
    large = [routed(case.large, escalated=True) for case in cases]
    orders = {
        "ours": sorted(range(len(cases)), key=lambda n: cases[n].rank),
        "length": sorted(
            range(len(cases)), key=lambda n: cases[n].small.generation.usage.completion_tokens
        ),
        "random": _randomly(cases, rng),
        "perfect": _perfectly(cases, small, large),
    }
    rates = dict.fromkeys((0.0, *RATES, 1.0))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for rate in rates:
        for name, order in orders.items():
            came = _mixed(small, large, order, rate)
            found[f"{rate:g}"][name] = figures_of(cases, came).correct
        # Random in expectation: a mix of both ends.
        ends = figures_of(cases, small).correct, figures_of(cases, large).correct
        found[f"{rate:g}"]["random"] = (1 - rate) * ends[0] + rate * ends[1]
    return dict(found)
