from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.domain.answers import Answer, Change, Outcome, Reason, ReasonCode
from rag.domain.codec import from_plain, to_plain
from rag.domain.requests import Intent
from rag.history.conversations import History
from rag.history.schema import MIGRATIONS

ANSWER = Answer("Q?", Intent.QUESTION, "A.", Outcome.ANSWERED, "phi", "en")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "state" / "history.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def me(history: History) -> str:
    return str(history.add_user("local", {})["id"])


def step(
    thread: str, number: int, text: str = "text", kind: str = "assistant_message"
) -> dict[str, Any]:
    return {
        "id": f"{thread}-{number}",
        "threadId": thread,
        "type": kind,
        "output": text,
        "createdAt": f"2026-01-01T00:00:{number:02}Z",
    }


def test_a_thread_comes_back_with_steps_in_order_and_elements(history: History, me: str) -> None:
    history.set_thread("t", name="First question", user_id=me)
    history.put_step(step("t", 2))
    history.put_step(step("t", 1))
    history.put_element({"id": "e", "threadId": "t", "forId": "t-1", "props": {"a": [1]}})
    found = history.thread("t")
    assert found is not None
    assert [s["id"] for s in found["steps"]] == ["t-1", "t-2"]
    assert found["elements"][0]["props"] == {"a": [1]}
    assert (found["name"], found["identifier"]) == ("First question", "local")
    assert history.author("t") == "local"


def test_a_step_is_replaced_and_keeps_its_place(history: History) -> None:
    history.put_step(step("t", 1, "half"))
    history.put_step(step("t", 2))
    history.put_step(step("t", 1, "whole"))
    assert [s["output"] for s in history.steps("t")] == ["whole", "text"]


def test_what_is_not_given_of_a_thread_stays(history: History, me: str) -> None:
    history.set_thread("t", name="Name", user_id=me, tags=["a"])
    history.set_thread("t", metadata={"b": 1})
    found = history.thread("t")
    assert found is not None
    assert (found["name"], found["tags"], found["metadata"]) == ("Name", ["a"], {"b": 1})


def test_threads_are_listed_latest_first_page_by_page(history: History, me: str) -> None:
    for name in "abcde":
        history.set_thread(name, name=name, user_id=me)
    first = history.threads(me, 2)
    rest = history.threads(me, 9, after=first[-1]["id"])
    assert [t["id"] for t in first + rest] == ["e", "d", "c", "b", "a"]


def test_a_new_message_brings_a_thread_to_the_front(history: History, me: str) -> None:
    for name in "ab":
        history.set_thread(name, name=name, user_id=me)
    history.put_step(step("a", 1))
    assert [t["id"] for t in history.threads(me, 9)] == ["a", "b"]


@pytest.mark.parametrize(
    ("search", "found"), [("needle", ["t"]), ("100%", ["t"]), ("100_", []), ("name", ["u"])]
)
def test_threads_are_searched_by_name_and_messages(
    history: History, me: str, search: str, found: list[str]
) -> None:
    history.set_thread("t", name="x", user_id=me)
    history.set_thread("u", name="my name", user_id=me)
    history.put_step(step("t", 1, "a needle of 100% steel"))
    history.put_step(step("u", 1, "needless words in a tool's step", "tool"))
    assert [t["id"] for t in history.threads(me, 9, search=search)] == found


def test_others_see_nothing_of_it(history: History, me: str) -> None:
    other = str(history.add_user("other", {})["id"])
    history.set_thread("t", user_id=me)
    assert history.threads(other, 9) == []


def test_deleting_a_thread_leaves_nothing(history: History, me: str, tmp_path: Path) -> None:
    history.set_thread("t", user_id=me)
    history.put_step(step("t", 1))
    history.put_element({"id": "e", "threadId": "t", "forId": "t-1"})
    history.put_answer("t", "t-1", "q", {"a": 1})
    history.feedback.put("t-1", 1, "good")
    history.delete_thread("t")
    with sqlite3.connect(tmp_path / "state" / "history.sqlite3") as db:
        for table in ("threads", "steps", "elements", "answers", "feedback"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert history.thread("t") is None
    assert history.author("t") == ""


def test_feedback_comes_with_its_step_and_can_be_taken_back(history: History) -> None:
    history.put_step(step("t", 1))
    first = history.feedback.put("t-1", 0, "too long")
    assert history.feedback.put("t-1", 1, "fine") == first
    [found] = history.steps("t")
    assert (found["feedback"]["value"], found["feedback"]["comment"]) == (1, "fine")
    history.feedback.delete(first)
    assert "feedback" not in history.steps("t")[0]


def test_answers_come_back_in_order_and_go_with_their_message(history: History) -> None:
    for number in (1, 2):
        history.put_step(step("t", number))
        history.put_answer("t", f"t-{number}", f"q-{number}", {"n": number})
    assert [record["n"] for _, _, record in history.answers("t")] == [1, 2]
    history.delete_step("t-1")
    assert [message for message, _, _ in history.answers("t")] == ["t-2"]


def test_elements_are_found_and_deleted(history: History) -> None:
    history.put_element({"id": "e", "threadId": "t", "forId": None})
    assert history.element("t", "e") is not None
    assert history.element("other", "e") is None
    history.delete_element("e")
    assert history.element("t", "e") is None


def test_an_older_file_is_migrated_and_a_current_one_left(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    first = History(path)
    first.put_step(step("t", 1))
    first.close()
    newer = (*MIGRATIONS, "CREATE TABLE later (id TEXT);")
    for _ in range(2):
        again = History(path, newer)
        assert len(again.steps("t")) == 1
        again.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(newer),)


def test_answers_of_an_older_version_are_read_with_their_roles_and_shares(tmp_path: Path) -> None:
    path = tmp_path / "h.sqlite3"
    first = History(path, MIGRATIONS[:2])
    confidence = {
        "value": 0.5,
        "accepted": False,
        "reasons": [{"code": "unsupported", "detail": "2/3"}],
        "signals": [{"code": "support", "value": "2/3", "needed": "all", "passed": False}],
        "would_change": {"code": "more_supported", "detail": "1"},
    }
    attempt = {
        "rung": "small",
        "generation": {"model": "phi", "text": 'It says "rung".', "finish_reason": "stop"},
        "sentences": [],
        "confidence": confidence,
    }
    first.put_answer("t", "m", "q", {**to_plain(ANSWER), "attempts": [attempt]})
    first.close()
    [(_, _, record)] = History(path).answers("t")
    [read] = from_plain(Answer, record).attempts
    assert (read.role, read.generation.text) == ("small", 'It says "rung".')
    assert read.confidence.reasons == (Reason(ReasonCode.UNSUPPORTED, part=2, whole=3),)
    assert (read.confidence.signals[0].part, read.confidence.signals[0].whole) == (2, 3)
    assert read.confidence.would_change == Change(ReasonCode.UNSUPPORTED, 1)


def test_listing_conversations_reads_their_table_once_however_many_there_are(
    history: History, me: str
) -> None:
    for number in range(100):
        history.set_thread(str(number), name=f"Question {number}", user_id=me)
        history.put_step(step(str(number), 1, "words " * 50))
    statements: list[str] = []
    history._database._connection.set_trace_callback(statements.append)
    assert len(history.threads(me, 100)) == 100
    (statement,) = statements
    plan = [row["detail"] for row in history._database.run(f"EXPLAIN QUERY PLAN {statement}")]
    assert any("threads_by_user" in line for line in plan)
    assert not [line for line in plan if "steps" in line]


def test_what_came_after_a_step_is_deleted_but_for_one_other(history: History) -> None:
    for number in range(1, 6):
        history.put_step(step("t", number))
    history.put_answer("t", "t-3", "t-2", {})
    assert history.answer_count("t") == 1
    history.delete_steps_after("t", "t-2", "t-4")
    assert [s["id"] for s in history.steps("t")] == ["t-1", "t-2", "t-4"]
    assert history.answer_count("t") == 0


def test_an_answer_that_ends_after_its_thread_was_deleted_brings_nothing_back(
    history: History, me: str
) -> None:
    history.set_thread("t", user_id=me)
    history.put_step(step("t", 1))
    history.delete_thread("t")
    history.put_step(step("t", 2))
    history.put_answer("t", "t-2", "t-1", {"text": "late"})
    history.put_element({"id": "e", "threadId": "t", "forId": "t-2"})
    assert history.thread("t") is None
    assert history.answers("t") == []


def preferences(history: History) -> list[tuple[str, str]]:
    rows = history._database.run("SELECT message_id, preferred FROM preferences")
    return [(row["message_id"], row["preferred"]) for row in rows]


def test_a_preference_is_kept_once_an_answer_and_goes_with_its_thread(history: History) -> None:
    history.put_answer("t", "m", "q", {"evidence": None})
    history.feedback.prefer("m", "draft")
    history.feedback.prefer("m", "answer")
    history.feedback.prefer("unknown", "draft")
    assert preferences(history) == [("m", "answer")]
    history.delete_thread("t")
    assert preferences(history) == []


def test_nothing_of_a_deleted_thread_is_left_in_any_file(
    history: History, me: str, tmp_path: Path
) -> None:
    canary = "canary-7c1e" * 40
    history.set_thread("t", name=canary, user_id=me)
    for number in range(20):
        history.put_step(step("t", number, text=canary))
    history.put_element({"id": "e", "threadId": "t", "forId": "t-1", "props": {"a": canary}})
    history.delete_thread("t")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"canary-7c1e" in path.read_bytes()]
