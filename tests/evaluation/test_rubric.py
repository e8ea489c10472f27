from __future__ import annotations

import pytest

from rag.evaluation.rubric import DEFINITIONS, LONG, SHORT, Rubric, graded

GOOD = "Customers may return the box. The box must be whole. A whole box is refunded."


def test_a_short_supported_text_that_hangs_together_has_the_best_grades() -> None:
    assert graded(GOOD, (3, 0, 0)) == Rubric(5.0, 5.0, 5.0)


def test_factuality_is_the_share_of_supported_sentences_half_for_those_in_part() -> None:
    assert graded(GOOD, (1, 2, 1)).factuality == 3.0
    assert graded(GOOD, (0, 0, 3)).factuality == 1.0
    assert graded(GOOD, None).factuality is None


@pytest.mark.parametrize(
    ("words", "grade"),
    [(1, 5.0), (SHORT, 5.0), ((SHORT + LONG) // 2, 3.0), (LONG, 1.0), (999, 1.0)],
)
def test_brevity_falls_with_the_words(words: int, grade: float) -> None:
    assert graded("word " * words, None).brevity == grade


@pytest.mark.parametrize(
    "worse",
    [
        "Customers may return the box. Whales sing at night. Paper burns well.",
        "Customers may return the box. Customers may return the box.",
        "Customers may return the box. The box must be",
    ],
)
def test_jumps_repetitions_and_a_broken_end_are_less_coherent(worse: str) -> None:
    assert graded(worse, None).coherence < graded(GOOD, None).coherence


def test_no_text_has_the_worst_grades() -> None:
    assert graded("", None) == Rubric(1.0, None, 1.0)


def test_every_grade_has_its_definition() -> None:
    assert set(DEFINITIONS) == {"coherence", "factuality", "brevity"}
