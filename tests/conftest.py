"""Fixtures for all tests: a folder of documents, state of its own, no settings from outside."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from rag.config.environment import load_settings
from rag.config.settings import Settings
from tests.builders import write_corpus

if TYPE_CHECKING:
    from pathlib import Path

# The first example of a run compiles, loads or builds what later ones find ready.
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.load_profile("without deadline")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("RAG_") or name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
            monkeypatch.delenv(name)
    for name in ("FOUNDRY_LOCAL_ENDPOINT", "SLM_ALIAS", "LLM_ALIAS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAG_DISCOVER", "off")
    monkeypatch.setenv("RAG_WARM_UP", "off")  # a scripted server counts its requests
    monkeypatch.setenv("RAG_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def settings(corpus: Path) -> Settings:
    return load_settings(corpus_dir=corpus)
