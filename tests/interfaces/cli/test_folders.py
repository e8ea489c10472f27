"""Folders as a person names them, read by real reader processes, which stand elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rag.interfaces.cli.main import main
from tests.scripted_server import Script, ScriptedServer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _beside(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the folder that holds the folder of documents."""
    monkeypatch.chdir(corpus.parent)


pytestmark = pytest.mark.usefixtures("_beside")


@pytest.mark.parametrize("named", ["corpus", "./corpus", "corpus/../corpus/"])
def test_an_unknown_relative_folder_is_read(capsys: pytest.CaptureFixture[str], named: str) -> None:
    assert main(["index", "--json", "--corpus", named]) == 0
    statuses = {file["status"] for file in json.loads(capsys.readouterr().out)["files"]}
    assert statuses == {"indexed"}


def test_a_relative_folder_in_the_environment_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_CORPUS_DIR", "corpus")
    assert main(["search", "postage"]) == 0
    assert capsys.readouterr().out.startswith("1. returns.md")


def test_an_env_file_of_the_working_folder_is_not_read(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus.parent / ".env").write_text("RAG_CORPUS_DIR=corpus\n")
    assert main(["search", "postage"]) == 0
    assert capsys.readouterr().out == ""


def test_a_relative_folder_in_the_env_file_is_read(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_ENV_FILE", str(corpus.parent / "settings.env"))
    (corpus.parent / "settings.env").write_text("RAG_CORPUS_DIR=corpus\n")
    assert main(["search", "postage"]) == 0
    assert capsys.readouterr().out.startswith("1. returns.md")


def test_the_home_folders_sign_is_understood(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(corpus.parent))
    assert main(["search", "postage", "--corpus", "~/corpus"]) == 0
    assert capsys.readouterr().out.startswith("1. returns.md")


def test_a_question_is_answered_from_a_relative_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(Script("The RelayBox costs 249 euros.")) as small:
        monkeypatch.setenv("RAG_SMALL_BASE_URL", small.base_url)
        assert main(["ask", "What does the RelayBox cost?", "--json", "--corpus", "corpus"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "answered"
