"""``rag compare`` and ``rag bench models`` against scripted servers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.interfaces.cli.main import main
from tests.scripted_server import Script, ScriptedServer

QUESTION = "How long can a customer keep the RelayBox?"
RIGHT = Script("Customers may return the RelayBox within 30 days of delivery.")
LARGE = "gpt-oss-20b"
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_EXPAND", "off")
    monkeypatch.setenv("BENCH_ROUNDS", "2")


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def use(monkeypatch: pytest.MonkeyPatch, small: str, large: str) -> None:
    monkeypatch.setenv("RAG_SMALL_BASE_URL", small)
    monkeypatch.setenv("RAG_LARGE_BASE_URL", large)


def test_compare_asks_both_and_reports_both(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(RIGHT, ("phi-4-mini",)) as small, ScriptedServer(RIGHT, (LARGE,)) as large:
        use(monkeypatch, small.base_url, large.base_url)
        code, told = ran(capsys, "compare", QUESTION, "--rounds", "1", "--corpus", str(corpus))
    assert code == 0
    assert (told["alike"], told["passages"] > 0) == (1.0, True)
    for side, name in (("small", "phi-4-mini"), ("large", LARGE)):
        figures = told[side]["figures"]
        assert (figures["model"], figures["success_rate"]) == (name, 1)
        assert (figures["prompt_tokens"], figures["completion_tokens"]) == (100, 10)
        assert told[side]["support"] == {"full": 1, "partial": 0, "none": 0}


def test_compare_uses_the_prompt_of_the_workshops_variable(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMPARE_PROMPT", "Name a colour.")
    with ScriptedServer(Script("Blue."), ("phi-4-mini",)) as small:
        use(monkeypatch, small.base_url, "")
        code, told = ran(capsys, "compare", "--bare", "--rounds", "1", "--corpus", str(corpus))
    assert (code, told["prompt"], told["small"]["text"]) == (0, "Name a colour.", "Blue.")


def test_compare_with_one_model_down_measures_the_other_and_says_so(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(RIGHT, ("phi-4-mini",)) as small:
        use(monkeypatch, small.base_url, DEAD)
        assert main(["compare", QUESTION, "--rounds", "1", "--corpus", str(corpus)]) == 0
    told = capsys.readouterr().out
    assert "gpt-oss-20b: Nothing answers for gpt-oss-20b at" in told
    assert "phi-4-mini: sentences supported 1, in part 0, not 0." in told


def test_compare_with_nothing_that_answers_fails(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, DEAD, DEAD)
    code, told = ran(capsys, "compare", QUESTION, "--rounds", "1", "--corpus", str(corpus))
    assert (code, told["small"]["text"]) == (1, "")


def test_bench_models_measures_those_that_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BENCH_MODELS", "phi-4-mini, qwen3:4b, unheard-of")
    monkeypatch.setenv("BENCH_MAX_TOKENS", "7")
    monkeypatch.setenv("BENCH_TEMPERATURE", "0.5")
    monkeypatch.setenv("BENCH_PROMPT", "Say it.")
    with ScriptedServer(RIGHT, ("phi4-mini:latest", "qwen3:4b")) as server:
        use(monkeypatch, server.base_url, server.base_url)
        code, told = ran(capsys, "bench", "models", "--svg", str(tmp_path / "bench.svg"))
    assert code == 0
    assert [one["model"] for one in told["models"]] == [
        "phi4-mini:latest",
        "qwen3:4b",
        "unheard-of",
    ]
    assert [one["runs"] for one in told["models"]] == [2, 2, 0]
    assert "there is: phi4-mini:latest, qwen3:4b" in told["models"][2]["failures"][0]
    assert {request.body["max_tokens"] for request in server.requests} == {7}
    assert {request.body["temperature"] for request in server.requests} == {0.5}
    assert (tmp_path / "bench.svg").read_text().startswith("<svg")


def test_bench_models_with_one_model_down_measures_the_other_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ScriptedServer(RIGHT, ("phi-4-mini",)) as small:
        use(monkeypatch, small.base_url, DEAD)
        assert main(["bench", "models"]) == 0
    told = capsys.readouterr().out
    assert "gpt-oss-20b: No server here has it; there is: phi-4-mini." in told
    assert "2, 100% good" in told


def test_bench_models_without_streams_reports_whole_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BENCH_STREAM", "off")
    with ScriptedServer(RIGHT, ("phi-4-mini",)) as small:
        use(monkeypatch, small.base_url, "")
        assert main(["bench", "models"]) == 0
    assert "first token" not in capsys.readouterr().out


def test_prices_become_the_cost_of_a_month(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_PRICES", '{"phi-4-mini": [1000, 5000]}')
    with ScriptedServer(RIGHT, ("phi-4-mini",)) as small:
        use(monkeypatch, small.base_url, "")
        assert main(["bench", "models", "--daily", "100"]) == 0
    assert "450.00" in capsys.readouterr().out  # (100 x 1000 + 10 x 5000) / 1e6 x 100 x 30
