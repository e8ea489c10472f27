from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag.domain.answers import Answer, AnswerTimings, Outcome
from rag.presentation.conversation_figures import MOST_BARS, conversation_props
from tests.presentation.test_message import answer, attempt


def took(total_ms: float, first_ms: float | None = None, **fields: Any) -> Answer:
    timings = AnswerTimings(total_ms=total_ms, first_token_ms=first_ms)
    return answer(timings=timings, **fields)


def tiles(*answers: Answer, language: str = "en") -> dict[str, str]:
    """Label -> value."""
    props = conversation_props(answers, language)
    return {tile["label"]: tile["value"] for tile in props["tiles"]}


def test_answers_are_counted_by_what_became_of_them() -> None:
    escalated = took(900, attempts=(attempt(), attempt("large")))
    told = tiles(took(100), escalated, took(50, outcome=Outcome.REFUSED))
    assert (told["answers"], told["escalated"], told["refused"]) == ("3", "1", "1")


def test_times_are_medians_of_those_that_are_known() -> None:
    told = tiles(took(100, 40), took(300, 60), took(500, None))
    assert told["median to the first token"] == "50 ms"
    assert told["median to the end"] == "300 ms"
    assert tiles(took(100, None))["median to the first token"] == "–"


def test_costs_are_added_up_where_prices_are_set() -> None:
    assert "notional cost" not in tiles(took(1))
    assert tiles(took(1, cost=0.01), took(1, cost=0.005))["notional cost"] == "1.50 ¢"


def test_each_answer_has_its_bar_in_the_colour_of_who_wrote_it() -> None:
    small = took(100, attempts=(attempt(),), model=attempt().generation.model)
    refused = took(10, outcome=Outcome.REFUSED, model="", question="What  is\nthat " + "x" * 90)
    props = conversation_props([small, refused], "en")
    assert [bar["tone"] for bar in props["bars"]] == ["small", "core"]
    assert [bar["ms"] for bar in props["bars"]] == [100, 10]
    assert props["bars"][1]["label"].startswith("What is that xx")
    assert len(props["bars"][1]["label"]) == 24


def test_only_the_newest_answers_are_drawn() -> None:
    many = [took(number) for number in range(MOST_BARS + 5)]
    props = conversation_props(many, "en")
    assert [bar["ms"] for bar in props["bars"]] == list(range(5, MOST_BARS + 5))


def test_the_steps_are_offered_in_a_conversation_that_is_kept() -> None:
    kept = replace(took(1), conversation="t-1")
    assert conversation_props([kept], "en")["steps"] == "/export/t-1.jsonl"
    assert conversation_props([took(1)], "en")["steps"] == ""


@pytest.mark.parametrize(("language", "title"), [("de", "Dieses Gespräch"), ("nl", "Dit gesprek")])
def test_the_panel_is_in_the_readers_language(language: str, title: str) -> None:
    assert conversation_props([took(1)], language)["title"] == title
