from __future__ import annotations

from rag.answering.prompt import block_of, build_prompt, fitting, task_of
from rag.domain.completions import Profile, Sent
from rag.domain.conversation import Turn
from rag.domain.requests import A_QUESTION, Form, Intent, Request
from tests.fakes import POSTAGE, PRICE, RETURNS, count_words, hits_of, passage

HITS = hits_of(RETURNS, POSTAGE, PRICE)


def test_the_question_comes_last_after_the_numbered_passages() -> None:
    task = task_of(A_QUESTION, "Who pays?")
    prompt = build_prompt("small", task, (), HITS, "en", Profile(1000, 80), count_words)
    last = prompt.messages[-1].content
    assert last.index("[1] Returns › Deadline") < last.index("[3] RelayBox FAQ")
    assert last.endswith("Question: Who pays?")
    assert prompt.used == {0, 1, 2}


def test_passages_that_do_not_fit_the_budget_stay_out() -> None:
    prompt = build_prompt("small", "Who pays?", (), HITS, "en", Profile(25, 80), count_words)
    assert prompt.used == {0}
    assert "[2]" not in prompt.messages[-1].content


def test_of_a_first_passage_that_does_not_fit_whole_sentences_are_taken() -> None:
    long = passage("One two three four. Five six seven eight. Nine ten eleven twelve.", title="T")
    prompt = build_prompt("small", "Q?", (), hits_of(long), "en", Profile(8, 80), count_words)
    assert "One two three four." in prompt.messages[-1].content
    assert "Nine" not in prompt.messages[-1].content


def test_the_system_text_stays_the_same_and_in_front() -> None:
    first = build_prompt("small", "A?", (), HITS, "en", Profile(1000, 80), count_words)
    second = build_prompt(
        "small", "B?", (Turn("A?", "Yes."),), HITS, "en", Profile(1000, 80), count_words
    )
    assert first.messages[0] == second.messages[0]
    assert [m.content for m in second.messages[1:3]] == ["Question: A?", "Yes."]


def sent(number: int, words: int = 4) -> Turn:
    """A turn that brought passage ``number`` and has about so many words."""
    content = f"[{number}] passage {'word ' * words}Question: q{number}"
    keys = tuple(hit.passage.key for hit in HITS if hit.number == number)
    return Turn(f"q{number}", "a", True, (Sent("small", content, f"raw {number}", keys),))


def test_earlier_turns_stand_word_for_word_as_they_were_sent() -> None:
    prompt = build_prompt("small", "B?", (sent(1),), HITS, "en", Profile(1000, 80), count_words)
    assert [m.content for m in prompt.messages[1:3]] == [sent(1).sent[0].content, "raw 1"]


def test_only_passages_that_are_not_yet_in_it_are_added() -> None:
    prompt = build_prompt("small", "B?", (sent(1),), HITS, "en", Profile(1000, 80), count_words)
    last = prompt.messages[-1].content
    assert "[1]" not in last
    assert "[2]" in last
    assert prompt.passages == tuple(hit.passage.key for hit in HITS[1:])
    assert prompt.used == {0, 1, 2}


def test_the_other_model_gets_what_it_has_not_seen() -> None:
    prompt = build_prompt("large", "B?", (sent(1),), HITS, "en", Profile(1000, 80), count_words)
    assert prompt.messages[1].content == "Question: q1"
    assert prompt.passages == tuple(hit.passage.key for hit in HITS)


def test_a_question_that_stood_alone_begins_the_chain() -> None:
    alone = Turn("q0", "a0", False)
    history = (Turn("older", "x"), alone, sent(1))
    prompt = build_prompt("small", "B?", history, HITS, "en", Profile(1000, 80), count_words)
    assert prompt.messages[1].content == "Question: q0"


def test_when_full_the_oldest_turns_go_in_one_cut() -> None:
    history = tuple(sent(number, 100) for number in range(4, 14))
    profile = Profile(100, 80, window_tokens=1000)
    prompt = build_prompt("small", "B?", history, HITS, "en", profile, count_words)
    assert prompt.dropped_turns > 4
    kept = prompt.messages[1:-1]
    assert kept[-2].content == history[-1].sent[0].content
    assert sum(count_words(m.content) for m in kept) <= 450


def test_a_table_part_brings_its_header() -> None:
    row = passage("| RelayBox | 249 |", table_header="| name | price |\n| --- | --- |")
    prompt = build_prompt("small", "Q?", (), hits_of(row), "en", Profile(100, 80), count_words)
    assert "| name | price |" in prompt.messages[-1].content


def test_the_answers_language_is_asked_for() -> None:
    prompt = build_prompt("small", "Wer zahlt?", (), HITS, "de", Profile(100, 80), count_words)
    assert "German" in prompt.messages[0].content


def test_work_on_an_answer_shows_the_answer_that_the_person_saw() -> None:
    request = Request(Intent.REWORK, Form.TRANSLATION, "nl")
    task = task_of(request, "In Dutch, please", "It costs 249 euros. [1]")
    assert "It costs 249 euros. [1]" in task
    assert "In Dutch, please" in task
    assert task.endswith("Answer in Dutch.")


def test_of_a_document_read_in_parts_only_the_request_stays() -> None:
    turn = Turn("Summarise it", "It is long.", sent=(Sent("small", "x", "r"),) * 2)
    prompt = build_prompt("small", "Q?", (turn,), HITS, "en", Profile(1000, 80), count_words)
    assert [m.content for m in prompt.messages[1:3]] == ["Question: Summarise it", "It is long."]


def test_the_budget_is_filled_best_first_and_each_text_once() -> None:
    texts = ["One two three.", "One two three.", "A passage too long for what is left.", "Four."]
    passages = [passage(text, f"{n}.md", title="T") for n, text in enumerate(texts)]
    assert [n for n, _ in fitting(passages, 9, count_words)] == [0, 3]


def test_a_passage_names_its_document_and_the_nearest_heading() -> None:
    found = hits_of(passage("Text.", title="Handbook", heading="Travel › Meals › Abroad"))
    assert block_of(found[0]) == "[1] Handbook › Abroad\nText."
