"""Evidence, support and the rest -> a decision about one model's text, with reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain.answers import (
    Change,
    Confidence,
    ProblemCode,
    Reason,
    ReasonCode,
    Sentence,
    Signal,
    Support,
)
from rag.domain.search import EvidenceLevel
from rag.retrieval.thresholds import shipped
from rag.text.analysis import analyse
from rag.text.answer_type import AnswerType
from rag.verification.answer_sentences import MARKER, says_nothing_known
from rag.verification.contradictions import MISMATCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.completions import Generation, ModelRole
    from rag.domain.search import Evidence

CUT_OFF = frozenset({"length", "max_tokens"})
LOW_LOGPROB = -2.0
"""Far below what right and wrong answers have alike (-.17 to -.90): the model guesses."""
OFF_TOPIC_BELOW = 0.4
"""A text stands where less of the question's mass is than this share of what the best place in the
passages holds. On 400 answerable questions of squad2 that doubts 9 % of the sentences with the
answer and 74 % of the others in the same passage."""
REPEATED_SHARE = 0.25
HARD_FAULTS = MISMATCHES | {ProblemCode.ABSENT_NUMBER, ProblemCode.ABSENT_EXACT}
"""Faults that are found by rule."""
FAULTY_SHARE: dict[ModelRole, float] = {"small": 0.2, "large": 0.4}
"""A text falls if this share of its sentences has a hard fault; below it, they are marked. With 0
for the small model, 7 % more faithful answers fall and no unfaithful one (the fitted half)."""
INVENTED_SHARE = 0.5
"""A small model's text falls if this share of its sentences is in no passage, however short they
are. On both halves of the judged answers no answer falls by it that stood before."""
_WRONG_NUMBERS = frozenset({ProblemCode.ABSENT_NUMBER, ProblemCode.MISPLACED_NUMBER})
_NOTHING_SAID = frozenset({ReasonCode.EMPTY, ReasonCode.HEDGING, ReasonCode.UNREACHABLE})
_LACKS_SUPPORT = frozenset({ReasonCode.UNSUPPORTED, ReasonCode.UNCITED})
LEAST_TWICE = 2
"""Distinct content words of a sentence that says itself twice."""
_SURE = 0.95
"""The chance of a sentence that a passage has nearly word for word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text is judged against beside the passages."""

    evidence: Evidence | None = None
    """None where nothing was looked for."""
    expected: AnswerType | None = None
    """What kind of answer the question wants; None where there is no question."""
    terms: frozenset[str] = frozenset()
    """The question's own, which an answer has to go beyond."""


def judge(  # noqa: PLR0913 - one argument a thing that is weighed
    role: ModelRole,
    generation: Generation,
    sentences: Sequence[Sentence],
    asked: Asked,
    *,
    min_confidence: float = 0.0,
    min_tokens: int = 0,
    in_shape: bool = True,
) -> Confidence:
    """Decide whether a model's text stands.

    The chance that it is faithful decides, and the share of its sentences with hard faults. The
    small model's text must also be free of all else that gives doubt.
    ``in_shape``: is it the table, list or language that was asked for?
    """
    chance = faithfulness(sentences)
    needed = _needed(role, min_confidence)
    problems = _problems(role, generation, sentences, asked, min_tokens)
    codes = {problem.code for problem in problems}
    if not in_shape and not codes & _NOTHING_SAID:
        problems.append(Reason(ReasonCode.FORM))
    if chance < needed and not codes & (_NOTHING_SAID | _LACKS_SUPPORT):
        problems.append(_unsupported(sentences))
    stands = chance >= needed and not codes & _NOTHING_SAID and in_shape
    stands = stands and not _is_faulty(sentences, role)
    accepted = stands if role == "large" else not problems
    return Confidence(
        value=0.0 if codes & _NOTHING_SAID else round(chance, 3),
        accepted=accepted,
        reasons=tuple(problems),
        signals=tuple(_signals(generation, sentences, asked, problems, chance, needed)),
        would_change=None if accepted else _would_change(needed, sentences, problems),
    )


def faithfulness(sentences: Sequence[Sentence]) -> float:
    """The chance that a text is faithful as a whole; 0 where it claims nothing.

    Rests on the mean chance of its sentences, each weighing as much as it has words.
    """
    if not sentences:
        return 0.0
    weights = [max(1, len(sentence.text.split())) for sentence in sentences]
    pairs = zip(sentences, weights, strict=True)
    mean = sum(sentence.chance * weight for sentence, weight in pairs) / sum(weights)
    return shipped().faithfulness.chance({"mean": mean})


def _needed(role: ModelRole, min_confidence: float) -> float:
    acceptance = shipped().acceptance
    return acceptance.large if role == "large" else min_confidence or acceptance.small


def hedges(text: str) -> bool:
    """Does a text say that it does not answer?"""
    return says_nothing_known(text)


def is_unsupported(sentence: Sentence) -> bool:
    """Says the sentence something that the passages do not, or something else than they?"""
    return sentence.support is Support.NONE


def _problems(
    role: ModelRole,
    generation: Generation,
    sentences: Sequence[Sentence],
    asked: Asked,
    min_tokens: int,
) -> list[Reason]:
    if generation.error:
        return [Reason(ReasonCode.UNREACHABLE, generation.error)]
    hedging = hedges(generation.text) and not any(s.support is Support.FULL for s in sentences)
    if not generation.text.strip() or (not sentences and not hedging):
        return [Reason(ReasonCode.EMPTY)]
    if asked.expected is not None and not hedging and _goes_no_further(sentences, asked):
        return [Reason(ReasonCode.EMPTY)]
    cited = any(sentence.citations for sentence in sentences)
    logprob = generation.mean_logprob
    found = (
        (generation.finish_reason in CUT_OFF, Reason(ReasonCode.CUT_OFF)),
        (hedging, Reason(ReasonCode.HEDGING)),
        (_repeats(sentences), Reason(ReasonCode.REPEATED)),
        (not cited and not hedging, Reason(ReasonCode.UNCITED)),
        (cited and _is_faulty(sentences, role), _unsupported(sentences)),
        (_off_topic(sentences), Reason(ReasonCode.OFF_TOPIC)),
        (
            _too_short(generation, sentences, asked.expected, min_tokens),
            Reason(ReasonCode.SHORT, part=generation.usage.completion_tokens),
        ),
        (
            logprob is not None and logprob < LOW_LOGPROB,
            Reason(ReasonCode.LOW_LOGPROB, f"{logprob}"),
        ),
    )
    return [reason for is_so, reason in found if is_so]


def _is_faulty(sentences: Sequence[Sentence], role: ModelRole) -> bool:
    faults = sum(s.problem is not None and s.problem.code in HARD_FAULTS for s in sentences)
    invented = sum(sentence.support is Support.NONE for sentence in sentences)
    return (faults > 0 and faults >= FAULTY_SHARE[role] * len(sentences)) or (
        role == "small" and invented >= INVENTED_SHARE * len(sentences)
    )


def _unsupported(sentences: Sequence[Sentence]) -> Reason:
    return Reason(ReasonCode.UNSUPPORTED, part=_full(sentences), whole=len(sentences))


def _goes_no_further(sentences: Sequence[Sentence], asked: Asked) -> bool:
    """Has a text no content word beyond the question's, or does each sentence say itself twice?"""
    if sentences and all(_says_itself(sentence.text) for sentence in sentences):
        return True
    if asked.expected is AnswerType.YES_NO or not asked.terms:
        return False
    said = {term for sentence in sentences for term in sentence.terms}
    return not said - asked.terms


def _says_itself(text: str) -> bool:
    """Does a sentence say the same on both sides: "The box holds what the box holds"?"""
    counts = Counter(word.terms[0] for word in analyse(MARKER.sub("", text)))
    return len(counts) >= LEAST_TWICE and min(counts.values()) > 1


def _too_short(
    generation: Generation,
    sentences: Sequence[Sentence],
    expected: AnswerType | None,
    min_tokens: int,
) -> bool:
    if expected is None or generation.usage.completion_tokens >= min_tokens:
        return False
    complete = expected in {AnswerType.VALUE, AnswerType.NAME, AnswerType.YES_NO}
    return not (complete and all(map(_stands, sentences)))


def _off_topic(sentences: Sequence[Sentence]) -> bool:
    """Are the passages' words beside the question, however well they support the text?"""
    cited = [sentence.relevance for sentence in sentences if sentence.citations]
    return bool(cited) and max(cited) < OFF_TOPIC_BELOW


def _stands(sentence: Sentence) -> bool:
    """Is a sentence supported as far as it can be: in another language, by numbers and names?"""
    across = sentence.problem is not None and sentence.problem.code is ProblemCode.OTHER_LANGUAGE
    return sentence.support is Support.FULL or (across and sentence.support is Support.PARTIAL)


def _repeats(sentences: Sequence[Sentence]) -> bool:
    """Does a model go round in circles? The same words under two headings are no circle."""
    counts = Counter(" ".join(sentence.text.casefold().split()) for sentence in sentences)
    repeated = sum(count - 1 for count in counts.values())
    return repeated > REPEATED_SHARE * len(sentences)


def _full(sentences: Sequence[Sentence]) -> int:
    return sum(sentence.support is Support.FULL for sentence in sentences)


def _signals(  # noqa: PLR0913 - one argument a thing that is shown
    generation: Generation,
    sentences: Sequence[Sentence],
    asked: Asked,
    problems: Sequence[Reason],
    chance: float,
    needed: float,
) -> list[Signal]:
    codes = {problem.code for problem in problems}
    wrong = sum(s.problem is not None and s.problem.code in _WRONG_NUMBERS for s in sentences)
    level = asked.evidence.level if asked.evidence else None

    def absent(code: str, *reasons: ReasonCode) -> Signal:
        there = bool(codes & set(reasons))
        return Signal(code, "yes" if there else "no", "no", not there)

    found = [
        Signal("faithful", f"{chance:.0%}", f"{needed:.0%}", chance >= needed),
        Signal("support", "", "", passed=True, part=_full(sentences), whole=len(sentences)),
        Signal("numbers", str(wrong), "0", wrong == 0),
        Signal(
            "length",
            str(generation.usage.completion_tokens),
            "fits",
            not codes & {ReasonCode.SHORT, ReasonCode.EMPTY},
        ),
        Signal(
            "topic",
            "no" if ReasonCode.OFF_TOPIC in codes else "yes",
            "yes",
            ReasonCode.OFF_TOPIC not in codes,
        ),
        Signal(
            "finish",
            generation.finish_reason or "-",
            "stop",
            not codes & {ReasonCode.CUT_OFF, ReasonCode.UNREACHABLE},
        ),
        absent("hedging", ReasonCode.HEDGING),
    ]
    if level:
        passed = level is not EvidenceLevel.NONE
        found.insert(0, Signal("evidence", level, EvidenceLevel.WEAK, passed))
    if ReasonCode.FORM in codes:
        found.append(Signal("form", "no", "yes", passed=False))
    return found


def _would_change(
    needed: float, sentences: Sequence[Sentence], problems: Sequence[Reason]
) -> Change | None:
    """The one thing that would have changed the decision; None where more than one had to."""
    codes = {problem.code for problem in problems}
    if codes & _LACKS_SUPPORT and codes <= _LACKS_SUPPORT:
        return Change(ReasonCode.UNSUPPORTED, _missing(needed, sentences))
    return Change(problems[0].code) if len(problems) == 1 else None


def _missing(needed: float, sentences: Sequence[Sentence]) -> int:
    """How many of the weakest sentences would have had to be supported."""
    chances = sorted(sentence.chance for sentence in sentences)
    for count in range(1, len(chances)):
        mended = [_SURE] * count + chances[count:]
        mean = sum(mended) / len(mended)
        if shipped().faithfulness.chance({"mean": mean}) >= needed:
            return count
    return max(1, len(chances))
