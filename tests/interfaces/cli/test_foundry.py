from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.interfaces.cli.main import main
from rag.models import foundry_catalog
from tests.models.foundry import STAND_IN, onnx_folder


@pytest.fixture(autouse=True)
def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RAG_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.setattr(foundry_catalog, "is_installed", lambda: True)
    yield
    sys.modules.pop("foundry_local_sdk", None)


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Name -> device of the models that ``rag foundry list`` shows."""
    capsys.readouterr()
    assert main(["foundry", "list", "--json"]) == 0
    return {m["name"]: m["device"] for m in json.loads(capsys.readouterr().out)["models"]}


def test_a_folder_is_added_listed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = onnx_folder(tmp_path / "SmolLM2", "cuda")
    assert main(["foundry", "add", str(folder), "--name", "smol"]) == 0
    assert capsys.readouterr().out == f"smol:1  GPU (cuda)  {folder}\n"
    assert listed(capsys) == {"smol:1": "gpu"}
    assert main(["foundry", "remove", "smol:1"]) == 0
    assert listed(capsys) == {}


def test_a_folder_without_a_model_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["foundry", "add", str(tmp_path)]) == 1
    assert "Name the folder in which its genai_config.json stands." in capsys.readouterr().err


def test_a_download_shows_its_progress_and_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["foundry", "download", "--device", "cpu"]) == 0
    assert "phi-4-mini: 50 %" in capsys.readouterr().err
    assert listed(capsys) == {"Phi-4-mini-instruct-generic-cpu:5": "cpu"}


def test_without_a_device_the_first_of_gpu_npu_and_cpu_is_downloaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["foundry", "download", "phi-4-mini"]) == 0
    assert listed(capsys) == {"Phi-4-mini-instruct-generic-gpu:5": "gpu"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("unheard-of",), "has no unheard-of, or it cannot be reached from here"),
        (("broken",), "could not be downloaded (the connection was lost)"),
        (("phi-4-mini", "--device", "npu"), "phi-4-mini is not made for npu."),
    ],
)
def test_a_download_that_fails_says_why_and_keeps_nothing(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["foundry", "download", *arguments]) == 1
    assert sentence in capsys.readouterr().err
    assert listed(capsys) == {}
    assert main(["foundry", "download"]) == 0  # the catalog was closed


def test_without_the_package_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(foundry_catalog, "is_installed", lambda: False)
    assert main(["foundry", "download"]) == 1
    assert 'pip install "plumbline-rag[foundry]"' in capsys.readouterr().err
