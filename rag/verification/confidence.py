"""Evidence, support and the rest -> a decision about one model's text, with reasons."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.domain.answers import Confidence, Reason, Sentence, Signal, Support
from rag.domain.search import EvidenceLevel
from rag.text.answer_type import AnswerType
from rag.text.languages import LANGUAGES
from rag.verification.alignment import ABSENT_NUMBER, MISMATCHES, MISPLACED_NUMBER, OTHER_LANGUAGE

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


_NOTHING_SAID = frozenset({"empty", "hedging", "unreachable"})


_WORTH = {Support.FULL: 1.0, Support.PARTIAL: 0.5, Support.NONE: 0.0}


def judge(  # noqa: PLR0913 - one argument a thing that is weighed
    rung: ModelRole,
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
        problems.append(Reason("form"))
    if not problems and value < min_confidence:
        problems.append(Reason("unsupported", _count(sentences)))
    stands = _large_stands(generation, sentences) and in_shape
    accepted = stands if rung == "large" else not problems
    return Confidence(
        value=0.0 if {p.code for p in problems} & _NOTHING_SAID else value,
        accepted=accepted,
        reasons=tuple(problems),
        signals=tuple(_signals(rung, generation, sentences, evidence, problems)),
        would_change=None if accepted else _would_change(rung, sentences, problems),
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
        return [Reason("unreachable", generation.error)]
    if not generation.text.strip():
        return [Reason("empty")]
    cited = any(sentence.citations for sentence in sentences)
    all_full = bool(sentences) and all(s.support is Support.FULL for s in sentences)
    unsupported = any(is_unsupported(sentence) for sentence in sentences)
    logprob = generation.mean_logprob
    found = (
        (generation.finish_reason in CUT_OFF, Reason("cut_off")),
        (hedges(generation.text) and not all_full, Reason("hedging")),
        (_repeats(sentences), Reason("repeated")),
        (not cited, Reason("uncited")),
        (cited and unsupported, Reason("unsupported", _count(sentences))),
        (_off_topic(sentences), Reason("off_topic")),
        (
            _too_short(generation, sentences, expected, min_tokens),
            Reason("short", str(generation.usage.completion_tokens)),
        ),
        (logprob is not None and logprob < LOW_LOGPROB, Reason("low_logprob", f"{logprob}")),
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
    absent = any(s.problem is not None and s.problem.code == ABSENT_NUMBER for s in sentences)
    return (
        not generation.error
        and full > 0
        and full >= LARGE_SUPPORTED_SHARE * len(sentences)
        and not absent
    )


def _stands(sentence: Sentence) -> bool:
    """Is a sentence carried as far as it can be: in another language, by numbers and names?"""
    across = sentence.problem is not None and sentence.problem.code == OTHER_LANGUAGE
    return sentence.support is Support.FULL or (across and sentence.support is Support.PARTIAL)


def _value(sentences: Sequence[Sentence]) -> float:
    if not sentences:
        return 0.0
    worth = (0.0 if is_unsupported(s) else _WORTH[s.support] for s in sentences)
    return round(sum(worth) / len(sentences), 3)


def _repeats(sentences: Sequence[Sentence]) -> bool:
    counts = Counter(" ".join(sentence.text.casefold().split()) for sentence in sentences)
    return any(count > 1 for count in counts.values())


def _count(sentences: Sequence[Sentence]) -> str:
    full = sum(sentence.support is Support.FULL for sentence in sentences)
    return f"{full}/{len(sentences)}"


def _signals(
    rung: ModelRole,
    generation: Generation,
    sentences: Sequence[Sentence],
    evidence: Evidence | None,
    problems: Sequence[Reason],
) -> list[Signal]:
    codes = {problem.code for problem in problems}
    wrong_numbers = sum(
        s.problem is not None and s.problem.code in {ABSENT_NUMBER, MISPLACED_NUMBER}
        for s in sentences
    )
    stands = _large_stands(generation, sentences)
    supported = (
        stands if rung == "large" else not codes & {"unsupported", "uncited", *_NOTHING_SAID}
    )
    found = evidence.level if evidence else None
    return [
        *(
            [Signal("evidence", found, EvidenceLevel.WEAK, found is not EvidenceLevel.NONE)]
            if found
            else []
        ),
        Signal("support", _count(sentences), "half" if rung == "large" else "all", supported),
        Signal("numbers", str(wrong_numbers), "0", wrong_numbers == 0),
        Signal(
            "length",
            str(generation.usage.completion_tokens),
            "fits",
            not codes & {"short", "empty"},
        ),
        Signal("topic", "no" if "off_topic" in codes else "yes", "yes", "off_topic" not in codes),
        Signal(
            "finish",
            generation.finish_reason or "-",
            "stop",
            not codes & {"cut_off", "unreachable"},
        ),
        Signal("hedging", "yes" if "hedging" in codes else "no", "no", "hedging" not in codes),
        *([Signal("form", "no", "yes", passed=False)] if "form" in codes else []),
    ]


def _would_change(
    rung: ModelRole, sentences: Sequence[Sentence], problems: Sequence[Reason]
) -> Reason | None:
    """The one thing that would have changed the decision; None where more than one had to."""
    codes = {problem.code for problem in problems}
    lacks_support = codes & {"unsupported", "uncited"}
    if lacks_support and (rung == "large" or codes <= {"unsupported", "uncited"}):
        full = sum(sentence.support is Support.FULL for sentence in sentences)
        wanted = (len(sentences) + 1) // 2 if rung == "large" else len(sentences)
        return Reason("more_supported", str(max(1, wanted - full)))
    return Reason(f"without_{problems[0].code}") if len(problems) == 1 else None
