"""The commands as programs see them, against scripted servers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from rag.interfaces.cli.main import main
from rag.interfaces.cli.parser import build_parser
from rag.interfaces.cli.serve import _free_port
from tests.scripted_server import Script, ScriptedServer

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "How long can a customer keep the RelayBox?"
RIGHT = Script("Customers may return the RelayBox within 30 days of delivery.")
LARGE = Script(
    "A customer may return the RelayBox within 30 days of delivery, in the original box."
)


@pytest.fixture
def ask(corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(
        *arguments: str, small: ScriptedServer | str = "", large: ScriptedServer | str = ""
    ) -> tuple[int, dict[str, Any]]:
        monkeypatch.setenv("RAG_EXPAND", "off")  # who is asked for an answer is counted
        for name, server in (("SMALL", small), ("LARGE", large)):
            url = server if isinstance(server, str) else server.base_url
            monkeypatch.setenv(f"RAG_{name}_BASE_URL", url)
        code = main(["ask", "--json", "--corpus", str(corpus), *arguments])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_a_supported_short_answer_asks_only_the_small_model(ask: Any) -> None:
    with ScriptedServer(Script("30 days.")) as small, ScriptedServer(LARGE) as large:
        code, answer = ask(QUESTION, small=small, large=large)
    assert (code, answer["outcome"], answer["model"]) == (0, "answered", "phi-4-mini")
    assert (len(small.requests), len(large.requests)) == (1, 0)
    assert answer["answer"] == "30 days. [1]"
    assert answer["sentences"][0]["supported"] is True


def test_what_the_documents_lack_asks_nobody(ask: Any) -> None:
    with ScriptedServer(RIGHT) as small, ScriptedServer(LARGE) as large:
        code, answer = ask("What is the capital of Mongolia?", small=small, large=large)
    assert (code, answer["outcome"]) == (0, "refused")
    assert (len(small.requests), len(large.requests)) == (0, 0)
    assert [r["code"] for r in answer["reasons"]] == ["no_evidence"]


@pytest.mark.parametrize(
    "draft",
    [
        Script(""),
        Script("I don't know how long a customer can keep the RelayBox."),
        Script("A customer may keep the RelayBox for 14 days."),
        Script(status=500, body='{"error": {"message": "no memory"}}'),
        Script("A customer may return the", drop_after=3),
        Script(body="<html>", content_type="text/html"),
    ],
    ids=["empty", "hedging", "invented", "500", "dropped", "not a model server"],
)
def test_a_weak_draft_is_escalated(ask: Any, draft: Script) -> None:
    with ScriptedServer(draft) as small, ScriptedServer(LARGE) as large:
        code, answer = ask(QUESTION, small=small, large=large)
    assert (code, answer["escalated"], answer["model"]) == (0, True, "gpt-oss-20b")
    assert answer["answer"].startswith("A customer may return the RelayBox within 30 days")
    assert answer["attempts"][0]["reasons"]


def test_with_the_large_model_down_the_passages_are_quoted_verbatim(ask: Any, corpus: Path) -> None:
    with ScriptedServer(Script("A customer may keep the RelayBox for 14 days.")) as small:
        code, answer = ask(QUESTION, small=small, large=_nobody())
    assert (code, answer["outcome"]) == (0, "quoted")
    assert "unreachable" in {r["code"] for r in answer["reasons"]}
    texts = {c["number"]: c["text"] for c in answer["citations"]}
    assert answer["sentences"]
    for sentence in answer["sentences"]:
        assert any(sentence["text"] in texts[number] for number in sentence["citations"])
    for citation in answer["citations"]:
        assert (corpus / citation["document"]).is_file()


def test_with_the_small_model_down_the_large_one_answers(ask: Any) -> None:
    with ScriptedServer(LARGE) as large:
        code, answer = ask(QUESTION, small=_nobody(), large=large)
    assert (code, answer["outcome"], answer["model"]) == (0, "answered", "gpt-oss-20b")


def test_a_server_that_is_silent_is_given_up(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_TIMEOUT_S", "1.5")
    with ScriptedServer(Script(silent=True)) as small, ScriptedServer(LARGE) as large:
        code, answer = ask(QUESTION, small=small, large=large)
    assert (code, answer["model"]) == (0, "gpt-oss-20b")
    assert "said nothing for 1.5 seconds" in answer["reasons"][0]["text"]


def test_history_makes_a_follow_up(ask: Any, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text(
        json.dumps(
            [
                {"role": "user", "content": "What is the RelayBox?"},
                {"role": "assistant", "content": "The RelayBox ships within two working days."},
            ]
        )
    )
    with ScriptedServer(Script("The RelayBox costs 249 euros.")) as small:
        code, answer = ask("And how much does it cost?", "--history", str(history), small=small)
    assert (code, answer["intent"], answer["hits"][0]["document"]) == (0, "follow_up", "faq.md")


def test_the_json_has_every_field_of_the_contract(ask: Any) -> None:
    with ScriptedServer(RIGHT) as small:
        _, answer = ask(QUESTION, small=small)
    assert set(answer) >= {
        "question",
        "intent",
        "answer",
        "outcome",
        "model",
        "escalated",
        "reasons",
        "hits",
        "citations",
        "sentences",
        "attempts",
        "timings",
        "usage",
        "cost",
        "corpus_revision",
    }
    assert set(answer["hits"][0]) >= {
        "rank",
        "score",
        "document",
        "title",
        "page",
        "heading",
        "text",
        "start",
        "end",
        "sha256",
        "matched",
        "used",
        "scope",
    }
    assert set(answer["citations"][0]) == {
        "number",
        "document",
        "page",
        "text",
        "sha256",
        "start",
        "end",
        "extractor",
    }
    assert set(answer["sentences"][0]) >= {"text", "support", "supported", "citations"}
    attempt = answer["attempts"][0]
    assert set(attempt) >= {"model", "text", "confidence", "signals", "usage", "timings"}
    assert set(attempt["usage"]) == {
        "prompt_tokens",
        "completion_tokens",
        "cached_tokens",
        "estimated",
    }
    assert set(attempt["timings"]) == {
        "queue_ms",
        "prefill_ms",
        "decode_ms",
        "first_token_ms",
        "total_ms",
        "tokens_per_second",
    }
    assert set(answer["timings"]) == {
        "prepare_ms",
        "retrieve_ms",
        "first_token_ms",
        "verify_ms",
        "total_ms",
    }


@pytest.mark.parametrize("question", ["", "x" * 200_000])
def test_what_is_no_question_exits_with_1_and_says_so(ask: Any, question: str) -> None:
    code, answer = ask(question)
    assert (code, answer["outcome"]) == (1, "failed")
    assert answer["answer"].endswith(".")


def test_a_missing_folder_exits_with_1(ask: Any, corpus: Path) -> None:
    code, answer = ask(QUESTION, "--corpus", str(corpus / "nowhere"))
    assert (code, answer["outcome"]) == (1, "failed")


def test_plain_output_is_the_answer_with_its_sources(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(RIGHT) as small:
        monkeypatch.setenv("RAG_SMALL_BASE_URL", small.base_url)
        assert main(["ask", QUESTION, "--corpus", str(corpus)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1] == "  [1] returns.md · Returns › Deadline"
    assert "phi-4-mini" in printed.err


def test_search_prints_hits(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "postage", "--corpus", str(corpus)]) == 0
    assert "returns.md · Returns › Postage" in capsys.readouterr().out
    assert main(["search", "postage", "--json", "-k", "1", "--corpus", str(corpus)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"query", "terms", "corpus_revision", "ms", "hits"}
    assert len(found["hits"]) == 1


def test_doctor_names_what_is_wrong(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "noise.bin").write_bytes(bytes(range(256)))
    monkeypatch.setenv("RAG_TOPK", "3")
    with ScriptedServer(Script(), ("phi-4-mini",)) as small:
        monkeypatch.setenv("RAG_SMALL_BASE_URL", small.base_url)
        assert main(["doctor", "--json", "--corpus", str(corpus)]) == 0
        report = json.loads(capsys.readouterr().out)
        monkeypatch.setenv("RAG_SMALL_BASE_URL", _nobody())
        assert main(["doctor", "--corpus", str(corpus)]) == 1
    assert report["ok"] is True
    names = [check["name"] for check in report["checks"]]
    assert "file noise.bin" in names
    assert "setting" in names
    assert report["backends"][0]["role"] == "small"
    assert "FAIL  model phi-4-mini" in capsys.readouterr().out


def test_an_impossible_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_TOP_K", "many")
    assert main(["search", "x"]) == 1
    assert capsys.readouterr().err.startswith("RAG_TOP_K is 'many'")


def test_usage_errors_exit_with_2() -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(["ask"])
    assert caught.value.code == 2


def test_a_history_that_cannot_be_read_is_said(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["ask", "x", "--corpus", str(corpus), "--history", str(corpus / "none.json")]
    assert main(arguments) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_taken_port_is_said_and_the_next_free_one_offered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
        assert _free_port("127.0.0.1", port) is None
    message = capsys.readouterr().err
    assert f"Port {port}" in message
    assert "RAG_PORT=" in message


def test_the_program_runs_as_a_module(corpus: Path) -> None:
    command = [sys.executable, "-m", "rag", "search", "postage", "--corpus", str(corpus)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert "returns.md" in run.stdout


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"
