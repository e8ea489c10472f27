"""Fixtures for all tests: a folder of documents, state of its own, no settings from outside."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from rag.config.environment import load_settings
from rag.config.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "returns.md": (
        "# Returns\n\n## Deadline\n\nCustomers may return the RelayBox within 30 days of delivery,"
        " in the original box. After that no return is possible.\n\n## Postage\n\nWe pay the return"
        " postage when the device is faulty; in all other cases the customer does.\n"
    ),
    "faq.md": (
        "# RelayBox FAQ\n\nThe RelayBox costs 249 euros and weighs 1.2 kg. It ships within two"
        " working days.\n\n## Warranty\n\nThe warranty lasts two years from the date of purchase.\n"
    ),
    "office/holidays.md": (
        "# Holidays\n\nEmployees have 28 days of holiday a year. Unused days expire on 31 March.\n"
    ),
}


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
    monkeypatch.setenv("RAG_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def settings(corpus: Path) -> Settings:
    return load_settings(corpus_dir=corpus)
