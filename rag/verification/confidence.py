"""Evidence, support and the rest -> a decision about one model's text, with reasons."""

from __future__ import annotations

from collections import Counter
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
from rag.text.answer_type import AnswerType
from rag.text.languages import LANGUAGES
from rag.verification.alignment import MISMATCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.completions import Generation, ModelRole
    from rag.domain.search import Evidence

CUT_OFF = frozenset({"length", "max_tokens"})
LARGE_SUPPORTED_SHARE = 0.5
"""An answer of the large model stands when half of its sentences are fully supported."""
LOW_LOGPROB = -2.0
"""Far below what right and wrong answers have alike (-.17 to -.90): the model guesses."""
OFF_TOPIC_BELOW = 0.4
"""A text stands where less of the question's mass is than this share of what the best place in the
passages holds. On 400 answerable questions of squad2 that doubts 9 % of the sentences with the
answer and 74 % of the others in the same passage."""
_NOTHING_SAID = frozenset({ReasonCode.EMPTY, ReasonCode.HEDGING, ReasonCode.UNREACHABLE})
_LACKS_SUPPORT = frozenset({ReasonCode.UNSUPPORTED, ReasonCode.UNCITED})
_WORTH = {Support.FULL: 1.0, Support.PARTIAL: 0.5, Support.NONE: 0.0}


def judge(  # noqa: PLR0913 - one argument a thing that is weighed
    role: ModelRole,
    generation: Generation,
    sentences: Sequence[Sentence],
    evidence: Evidence | None,
    expected: AnswerType | None,
    *,
    min_confidence: float,
    min_tokens: int,
    in_shape: bool = True,
) -> Confidence:
    """Decide whether a model's text stands.

    The small model's has to be sound in every way; the large one's needs half of its sentences
    fully supported and no number that is absent from the passages. ``expected`` is what kind of
    answer the question wants; None where there is no question, whose length nothing tells.
    ``in_shape``: is it the table, list or language that was asked for?
    """
    value = _value(sentences)
    problems = _problems(generation, sentences, expected, min_tokens)
    if not in_shape and not {p.code for p in problems} & _NOTHING_SAID:
        problems.append(Reason(ReasonCode.FORM))
    if not problems and value < min_confidence:
        problems.append(Reason(ReasonCode.UNSUPPORTED, part=_full(sentences), whole=len(sentences)))
    stands = _large_stands(generation, sentences) and in_shape
    accepted = stands if role == "large" else not problems
    return Confidence(
        value=0.0 if {p.code for p in problems} & _NOTHING_SAID else value,
        accepted=accepted,
        reasons=tuple(problems),
        signals=tuple(_signals(role, generation, sentences, evidence, problems)),
        would_change=None if accepted else _would_change(role, sentences, problems),
    )


def hedges(text: str) -> bool:
    """Does a text say that it does not answer?"""
    plain = " ".join(text.casefold().replace("’", "'").split())
    return any(phrase in plain for language in LANGUAGES.values() for phrase in language.hedges)


def is_unsupported(sentence: Sentence) -> bool:
    """Says the sentence something that the passages do not, or something else than they?"""
    return sentence.support is Support.NONE or (
        sentence.problem is not None and sentence.problem.code in MISMATCHES
    )


def _problems(
    generation: Generation,
    sentences: Sequence[Sentence],
    expected: AnswerType | None,
    min_tokens: int,
) -> list[Reason]:
    if generation.error:
        return [Reason(ReasonCode.UNREACHABLE, generation.error)]
    if not generation.text.strip():
        return [Reason(ReasonCode.EMPTY)]
    cited = any(sentence.citations for sentence in sentences)
    all_full = bool(sentences) and all(s.support is Support.FULL for s in sentences)
    unsupported = any(is_unsupported(sentence) for sentence in sentences)
    logprob = generation.mean_logprob
    found = (
        (generation.finish_reason in CUT_OFF, Reason(ReasonCode.CUT_OFF)),
        (hedges(generation.text) and not all_full, Reason(ReasonCode.HEDGING)),
        (_repeats(sentences), Reason(ReasonCode.REPEATED)),
        (not cited, Reason(ReasonCode.UNCITED)),
        (
            cited and unsupported,
            Reason(ReasonCode.UNSUPPORTED, part=_full(sentences), whole=len(sentences)),
        ),
        (_off_topic(sentences), Reason(ReasonCode.OFF_TOPIC)),
        (
            _too_short(generation, sentences, expected, min_tokens),
            Reason(ReasonCode.SHORT, part=generation.usage.completion_tokens),
        ),
        (
            logprob is not None and logprob < LOW_LOGPROB,
            Reason(ReasonCode.LOW_LOGPROB, f"{logprob}"),
        ),
    )
    return [reason for is_so, reason in found if is_so]


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


def _large_stands(generation: Generation, sentences: Sequence[Sentence]) -> bool:
    full = sum(map(_stands, sentences))
    absent = any(
        s.problem is not None and s.problem.code == ProblemCode.ABSENT_NUMBER for s in sentences
    )
    return (
        not generation.error
        and full > 0
        and full >= LARGE_SUPPORTED_SHARE * len(sentences)
        and not absent
    )


def _stands(sentence: Sentence) -> bool:
    """Is a sentence carried as far as it can be: in another language, by numbers and names?"""
    across = sentence.problem is not None and sentence.problem.code == ProblemCode.OTHER_LANGUAGE
    return sentence.support is Support.FULL or (across and sentence.support is Support.PARTIAL)


def _value(sentences: Sequence[Sentence]) -> float:
    if not sentences:
        return 0.0
    worth = (0.0 if is_unsupported(s) else _WORTH[s.support] for s in sentences)
    return round(sum(worth) / len(sentences), 3)


def _repeats(sentences: Sequence[Sentence]) -> bool:
    counts = Counter(" ".join(sentence.text.casefold().split()) for sentence in sentences)
    return any(count > 1 for count in counts.values())


def _full(sentences: Sequence[Sentence]) -> int:
    return sum(sentence.support is Support.FULL for sentence in sentences)


def _signals(
    role: ModelRole,
    generation: Generation,
    sentences: Sequence[Sentence],
    evidence: Evidence | None,
    problems: Sequence[Reason],
) -> list[Signal]:
    codes = {problem.code for problem in problems}
    wrong_numbers = sum(
        s.problem is not None
        and s.problem.code in {ProblemCode.ABSENT_NUMBER, ProblemCode.MISPLACED_NUMBER}
        for s in sentences
    )
    stands = _large_stands(generation, sentences)
    supported = stands if role == "large" else not codes & (_LACKS_SUPPORT | _NOTHING_SAID)
    found = evidence.level if evidence else None
    return [
        *(
            [Signal("evidence", found, EvidenceLevel.WEAK, found is not EvidenceLevel.NONE)]
            if found
            else []
        ),
        Signal(
            "support",
            "",
            "half" if role == "large" else "all",
            supported,
            _full(sentences),
            len(sentences),
        ),
        Signal("numbers", str(wrong_numbers), "0", wrong_numbers == 0),
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
        Signal(
            "hedging",
            "yes" if ReasonCode.HEDGING in codes else "no",
            "no",
            ReasonCode.HEDGING not in codes,
        ),
        *([Signal("form", "no", "yes", passed=False)] if ReasonCode.FORM in codes else []),
    ]


def _would_change(
    role: ModelRole, sentences: Sequence[Sentence], problems: Sequence[Reason]
) -> Change | None:
    """The one thing that would have changed the decision; None where more than one had to."""
    codes = {problem.code for problem in problems}
    if codes & _LACKS_SUPPORT and (role == "large" or codes <= _LACKS_SUPPORT):
        wanted = (len(sentences) + 1) // 2 if role == "large" else len(sentences)
        return Change(ReasonCode.UNSUPPORTED, max(1, wanted - _full(sentences)))
    return Change(problems[0].code) if len(problems) == 1 else None
