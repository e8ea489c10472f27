from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rag.config.state_folder import corpus_state, ensure_writable
from rag.domain.codec import to_plain
from rag.history.conversations import open_history
from rag.interfaces.cli.main import main
from tests.presentation.test_export import answered

if TYPE_CHECKING:
    from pathlib import Path

    from rag.config.settings import Settings


@pytest.fixture
def kept(settings: Settings, monkeypatch: pytest.MonkeyPatch, corpus: Path) -> str:
    monkeypatch.setenv("RAG_CORPUS_DIR", str(corpus))
    history = open_history(ensure_writable(corpus_state(settings)))
    step = {"id": "q1", "threadId": "t-1", "type": "user_message", "output": "What?"}
    history.put_step({**step, "createdAt": "2026-11-27T08:30:00Z"})
    history.put_answer("t-1", "m1", "q1", to_plain(answered().answer))
    history.close()
    return "t-1"


def test_conversations_are_listed(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export"]) == 0
    assert capsys.readouterr().out.startswith(kept)


@pytest.mark.parametrize(("form", "begins"), [("md", "# "), ("html", "<!doctype html>")])
def test_a_conversation_is_printed_in_a_form(
    kept: str, capsys: pytest.CaptureFixture[str], form: str, begins: str
) -> None:
    assert main(["export", kept, "--format", form]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(begins)
    assert "2026-11-27 08:30" in printed


def test_a_conversation_that_is_not_there_is_told(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "nobody"]) == 1
    assert "There is no conversation nobody" in capsys.readouterr().err


def test_the_steps_of_a_conversation_come_a_line_each(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", kept, "--format", "jsonl"]) == 0
    steps = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    written = [step for step in steps if step["step"] == "write"]
    assert [step["step"] for step in steps][:1] == ["retrieve"]
    assert steps[-1]["step"] == "answer"
    assert {step["question"] for step in steps} == {1}
    assert {step["asked_at"] for step in steps} == {"2026-11-27T08:30:00Z"}
    assert all(
        {"model", "ms", "prompt_tokens", "completion_tokens"} <= step.keys() for step in written
    )


def test_a_conversation_becomes_samples_for_ragas(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", kept, "--format", "ragas"]) == 0
    [sample] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sample.keys() == {"user_input", "retrieved_contexts", "response"}
    assert sample["user_input"] == answered().answer.question
    assert isinstance(sample["retrieved_contexts"], list)
