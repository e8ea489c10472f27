from __future__ import annotations

from rag.domain import Profile, Turn
from rag.prompt import build_prompt
from tests.fakes import POSTAGE, PRICE, RETURNS, count_words, hits_of, passage

HITS = hits_of(RETURNS, POSTAGE, PRICE)


def test_the_question_comes_last_after_the_numbered_passages() -> None:
    prompt = build_prompt("Who pays?", (), HITS, "en", Profile(1000, 80), count_words)
    last = prompt.messages[-1].content
    assert last.index("[1] Returns › Deadline") < last.index("[3] RelayBox FAQ")
    assert last.endswith("Question: Who pays?")
    assert prompt.used == {0, 1, 2}


def test_passages_that_do_not_fit_the_budget_stay_out() -> None:
    prompt = build_prompt("Who pays?", (), HITS, "en", Profile(25, 80), count_words)
    assert prompt.used == {0}
    assert "[2]" not in prompt.messages[-1].content


def test_of_a_first_passage_that_does_not_fit_whole_sentences_are_taken() -> None:
    long = passage("One two three four. Five six seven eight. Nine ten eleven twelve.", title="T")
    prompt = build_prompt("Q?", (), hits_of(long), "en", Profile(8, 80), count_words)
    assert "One two three four." in prompt.messages[-1].content
    assert "Nine" not in prompt.messages[-1].content


def test_the_system_text_stays_the_same_and_in_front() -> None:
    first = build_prompt("A?", (), HITS, "en", Profile(1000, 80), count_words)
    second = build_prompt("B?", (Turn("A?", "Yes."),), HITS, "en", Profile(1000, 80), count_words)
    assert first.messages[0] == second.messages[0]
    assert [m.content for m in second.messages[1:3]] == ["A?", "Yes."]


def test_the_oldest_turns_go_when_history_does_not_fit() -> None:
    history = (Turn("old " * 50, "x"), Turn("new", "y"))
    prompt = build_prompt("B?", history, HITS, "en", Profile(40, 80), count_words)
    assert [m.content for m in prompt.messages[1:3]] == ["new", "y"]


def test_a_table_part_brings_its_header() -> None:
    row = passage("| RelayBox | 249 |", table_header="| name | price |\n| --- | --- |")
    prompt = build_prompt("Q?", (), hits_of(row), "en", Profile(100, 80), count_words)
    assert "| name | price |" in prompt.messages[-1].content


def test_the_answers_language_is_asked_for() -> None:
    prompt = build_prompt("Wer zahlt?", (), HITS, "de", Profile(100, 80), count_words)
    assert "German" in prompt.messages[0].content
