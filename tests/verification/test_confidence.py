from __future__ import annotations

from itertools import count

import pytest

from rag.domain.answers import (
    Change,
    Confidence,
    Problem,
    ProblemCode,
    ReasonCode,
    Sentence,
    Support,
)
from rag.domain.completions import Generation, ModelRole, Usage
from rag.domain.search import Evidence, EvidenceLevel
from rag.text.answer_type import answer_type_of
from rag.verification.confidence import Asked, hedges, judge

EVIDENCE = Evidence(EvidenceLevel.STRONG, 1.0, (), ())
_numbers = count(1)


def sentence(
    support: str = "full",
    problem: ProblemCode | None = None,
    text: str = "",
    relevance: float = 1.0,
) -> Sentence:
    return Sentence(
        text or f"Sentence {next(_numbers)}.",
        0,
        1,
        Support(support),
        () if support == "none" else (1,),
        problem=Problem(problem) if problem else None,
        relevance=relevance,
        chance={"full": 0.97, "partial": 0.5, "none": 0.0}[support],
    )


def decide(
    *sentences: Sentence,
    text: str = "A long enough text.",
    tokens: int = 40,
    finish: str = "stop",
    error: str = "",
    logprob: float | None = None,
    role: ModelRole = "small",
    question: str = "Who pays?",
) -> Confidence:
    generation = Generation("m", text, finish, Usage(1, tokens), mean_logprob=logprob, error=error)
    return judge(
        role, generation, sentences, Asked(EVIDENCE, answer_type_of(question)), min_tokens=12
    )


def codes(confidence: Confidence) -> list[str]:
    return [reason.code for reason in confidence.reasons]


def test_a_supported_draft_is_accepted() -> None:
    confidence = decide(sentence(), sentence())
    assert (confidence.accepted, confidence.reasons) == (True, ())
    assert confidence.value > 0.95


def test_a_small_models_text_falls_with_half_of_its_sentences_in_no_passage() -> None:
    long = sentence(text="A customer may return the box within 30 days of its delivery, in Delft.")
    invented = sentence("none", ProblemCode.NO_PASSAGE, text="It is of copper.")
    assert codes(decide(long, invented)) == ["unsupported"]
    assert decide(long, sentence(), invented).accepted
    assert decide(long, invented, role="large").accepted


def test_a_paraphrase_beside_a_supported_sentence_is_accepted() -> None:
    assert decide(sentence(), sentence("partial", ProblemCode.PARTLY)).accepted


@pytest.mark.parametrize(
    ("confidence", "code"),
    [
        (decide(text=" "), "empty"),
        (decide(sentence(), finish="length"), "cut_off"),
        (decide(sentence("partial", ProblemCode.PARTLY), text="I don't know."), "hedging"),
        (decide(sentence(text="Same."), sentence(text="same.")), "repeated"),
        (decide(sentence("none", ProblemCode.NO_PASSAGE)), "uncited"),
        (decide(sentence(), sentence("none", ProblemCode.NO_PASSAGE)), "unsupported"),
        (decide(sentence("partial", ProblemCode.DENIED)), "unsupported"),
        (
            decide(
                sentence("partial", ProblemCode.PARTLY, text="x"),
                sentence("partial", ProblemCode.PARTLY),
                sentence("none", ProblemCode.NO_PASSAGE),
            ),
            "unsupported",
        ),
        (decide(sentence(), tokens=3, question="Why is it late?"), "short"),
        (decide(sentence(relevance=0.1)), "off_topic"),
        (decide(sentence(), logprob=-3.0), "low_logprob"),
        (decide(sentence(), error="It broke off."), "unreachable"),
    ],
)
def test_a_weak_draft_is_doubted_with_its_reason(confidence: Confidence, code: str) -> None:
    assert not confidence.accepted
    assert code in codes(confidence)
    assert confidence.would_change is not None


@pytest.mark.parametrize("question", ["How long can I keep it?", "Who pays?", "Is it free?"])
def test_a_short_answer_is_complete_where_a_value_a_name_or_yes_is_asked(question: str) -> None:
    assert decide(sentence(), tokens=3, question=question).accepted


def test_the_large_models_text_stands_with_a_weak_sentence_among_good_ones() -> None:
    weak = sentence("none", ProblemCode.NO_PASSAGE)
    assert decide(sentence(), sentence(), weak, role="large").accepted
    assert not decide(sentence(), weak, weak, role="large").accepted


def test_the_large_models_text_stands_with_one_hard_fault_of_many_sentences() -> None:
    wrong = sentence("none", ProblemCode.ABSENT_NUMBER)
    assert decide(sentence(), sentence(), sentence(), wrong, role="large").accepted
    assert not decide(sentence(), sentence(), sentence(), wrong, role="small").accepted
    assert decide(*[sentence() for _ in range(6)], wrong, role="small").accepted


def test_the_large_models_text_falls_with_a_number_that_no_passage_has() -> None:
    assert not decide(
        sentence(), sentence("none", ProblemCode.ABSENT_NUMBER), role="large"
    ).accepted


def test_what_would_have_changed_it_counts_the_missing_sentences() -> None:
    confidence = decide(sentence(), sentence("none", ProblemCode.NO_PASSAGE))
    assert confidence.would_change == Change(ReasonCode.UNSUPPORTED, 1)


def test_every_signal_tells_what_it_needed() -> None:
    signals = {signal.code: signal for signal in decide(sentence()).signals}
    assert all(signal.passed for signal in signals.values())
    assert (signals["support"].part, signals["support"].whole) == (1, 1)
    failed = {
        s.code
        for s in decide(sentence("none", ProblemCode.ABSENT_NUMBER), finish="length").signals
        if not s.passed
    }
    assert {"faithful", "numbers", "finish"} <= failed


@pytest.mark.parametrize(
    ("text", "hedging"),
    [
        ("The passages do not say.", True),
        ("Dat staat niet in de passages.", True),
        ("Das geht nicht hervor.", True),
        ("I don’t know.", True),
        ("Refunds are not given.", False),
    ],
)
def test_texts_that_do_not_answer_are_told(text: str, hedging: bool) -> None:  # noqa: FBT001
    assert hedges(text) is hedging


@pytest.mark.parametrize(
    "text",
    ["The large model is asked to ask the large model. [1]", "The pump moves what the pump moves."],
)
def test_a_sentence_that_says_itself_twice_says_nothing(text: str) -> None:
    assert codes(decide(sentence(text=text))) == [ReasonCode.EMPTY]


def test_a_sentence_that_repeats_some_words_says_something() -> None:
    said = sentence(text="The pump moves water to the second pump.")
    assert ReasonCode.EMPTY not in codes(decide(said))
