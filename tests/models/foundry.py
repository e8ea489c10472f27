"""Foundry Local's package in tests: a stand-in, or the real one with a real model."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rag.domain.completions import Endpoint, Profile
from rag.models import foundry
from rag.models.foundry import FoundryBackend
from rag.models.foundry_models import add_model

STAND_IN = Path(__file__).with_name("foundry_package")
REAL_MODEL = os.environ.get("FOUNDRY_TEST_MODEL", "")
"""The folder of a real ONNX model; docs/onnx_model.py makes one."""
NAME = "SmolLM2-135M-instruct-cpu"
PROFILE = Profile(passage_tokens=300, answer_tokens=80, parallel=0)


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let child processes import the stand-in, and this one believe that it is installed."""
    monkeypatch.setenv("PYTHONPATH", str(STAND_IN))
    monkeypatch.setattr(foundry, "is_installed", lambda: True)


def onnx_folder(folder: Path, *providers: str) -> Path:
    """A folder that looks like a model for these execution providers."""
    folder.mkdir(parents=True)
    options: list[object] = [{provider: {}} for provider in providers]
    description = {"model": {"decoder": {"session_options": {"provider_options": options}}}}
    (folder / "genai_config.json").write_text(json.dumps(description))
    return folder


def foundry_backend(home: Path, *, real: bool = False, name: str = NAME) -> FoundryBackend:
    """A backend with one model; the caller closes it."""
    folder = Path(REAL_MODEL) if real else onnx_folder(home / "given")
    add_model(home, folder, name)
    return FoundryBackend(Endpoint("foundry", name, PROFILE, folder=str(home)))


def real_or_skip() -> None:
    """Skip a test without the real package and a real model."""
    if not (REAL_MODEL and foundry.is_installed()):
        pytest.skip("FOUNDRY_TEST_MODEL names no ONNX model, or Foundry's package is missing")
