from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.interfaces.cli.main import main
from tests.scripted_server import Script, ScriptedServer

GOOD = Script("Customers may return the RelayBox within 30 days of delivery. [1]")
WEAK = Script("A drone collects the RelayBox for 12 euros on Sundays. [1]")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_EXPAND", "off")


@pytest.mark.parametrize(("refine", "asked"), [("flagged", 0), ("all", 1), ("none", 0)])
def test_which_drafts_are_refined_is_a_choice(
    refine: str,
    asked: int,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with ScriptedServer(GOOD) as small, ScriptedServer(GOOD) as large:
        monkeypatch.setenv("RAG_SMALL_BASE_URL", small.base_url)
        monkeypatch.setenv("RAG_LARGE_BASE_URL", large.base_url)
        arguments = ["brief", "return of the RelayBox", "--refine", refine, "--corpus", str(corpus)]
        assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    [one] = told["briefs"]
    assert len(large.requests) == asked
    assert (one["topic"], one["outcome"]) == ("return of the RelayBox", "answered")
    assert one["answer"]["citations"]
    assert told["mean_cost"] is None


def test_several_topics_end_with_a_table(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_PRICES", '{"phi-4-mini": [1000, 1000], "gpt-oss-20b": [9000, 9000]}')
    with ScriptedServer(WEAK) as small, ScriptedServer(GOOD) as large:
        monkeypatch.setenv("RAG_SMALL_BASE_URL", small.base_url)
        monkeypatch.setenv("RAG_LARGE_BASE_URL", large.base_url)
        topics = ["return of the RelayBox", "volcanoes of Iceland"]
        assert main(["brief", *topics, "--corpus", str(corpus)]) == 0
    told = capsys.readouterr().out
    assert "## return of the RelayBox" in told
    assert "[1] returns.md" in told
    assert "| volcanoes of Iceland   | refused" in told
    assert "1 of 2 refined" in told
