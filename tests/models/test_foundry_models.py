from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.domain.errors import SettingsError
from rag.models import discovery
from rag.models.discovery import packaged
from rag.models.foundry_models import add_model, forget_model, models_in
from tests.models.foundry import onnx_folder


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "is_installed", lambda: True)


@pytest.mark.parametrize(
    ("name", "providers", "device"),
    [
        ("phi", (), "cpu"),
        ("phi", ("cuda",), "gpu"),
        ("phi", ("DML",), "gpu"),
        ("phi", ("qnn",), "npu"),
        ("phi", ("VitisAI",), "npu"),
        ("phi-openvino-gpu", ("OpenVINO",), "gpu"),
        ("phi", ("SomethingNew",), "cpu"),
    ],
)
def test_a_model_runs_on_what_its_name_says_else_on_what_its_provider_is_for(
    tmp_path: Path, name: str, providers: tuple[str, ...], device: str
) -> None:
    model = add_model(tmp_path, onnx_folder(tmp_path / name, *providers))
    assert (model.name, model.device) == (f"{name}:1", device)
    assert model.provider == (providers[0] if providers else "CPU")


def test_models_for_the_preferred_device_come_first(tmp_path: Path) -> None:
    for device in ("cpu", "npu", "gpu"):
        add_model(tmp_path, onnx_folder(tmp_path / device), f"phi-{device}:5")
    by_itself = [model.device for model in models_in(tmp_path)]
    wanted = [model.device for model in models_in(tmp_path, "cpu")]
    assert by_itself == ["gpu", "npu", "cpu"]
    assert wanted == ["cpu", "gpu", "npu"]


def test_a_model_whose_folder_is_gone_is_left_out(tmp_path: Path) -> None:
    add_model(tmp_path, onnx_folder(tmp_path / "phi"))
    shutil.rmtree(tmp_path / "phi")
    assert models_in(tmp_path) == []


@pytest.mark.parametrize("description", ["", "{", "[]", '{"model": {"decoder": 1}}'])
def test_a_folder_without_a_model_is_refused_in_one_sentence(
    tmp_path: Path, description: str
) -> None:
    (tmp_path / "genai_config.json").write_text(description)
    with pytest.raises(SettingsError, match="holds no model that ONNX Runtime GenAI can run"):
        add_model(tmp_path / "home", tmp_path)
    assert models_in(tmp_path / "home") == []


def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be a model's name"):
        add_model(tmp_path, onnx_folder(tmp_path / "phi"), "phi 4/mini")


def test_a_model_that_is_forgotten_keeps_its_files(tmp_path: Path) -> None:
    add_model(tmp_path, onnx_folder(tmp_path / "phi"))
    forget_model(tmp_path, "phi:1")
    assert models_in(tmp_path) == []
    assert (tmp_path / "phi").is_dir()
    with pytest.raises(SettingsError, match="no model 'phi:1'"):
        forget_model(tmp_path, "phi:1")


def test_a_damaged_list_is_told_and_stops_no_search(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text("{")
    with pytest.raises(SettingsError, match="cannot be read"):
        models_in(tmp_path)
    (step,) = packaged(tmp_path)
    assert step.found is None
    assert "cannot be read" in step.detail


def test_the_search_has_a_step_for_each_device(tmp_path: Path) -> None:
    for name in ("phi-cpu:5", "phi-gpu:5", "qwen-cpu:1"):
        add_model(tmp_path, onnx_folder(tmp_path / name.replace(":", "-")), name)
    steps = {step.tried: step.found.models if step.found else () for step in packaged(tmp_path)}
    assert steps == {
        "Foundry Local's package, GPU": ("phi-gpu:5",),
        "Foundry Local's package, CPU": ("phi-cpu:5", "qwen-cpu:1"),
    }


def test_what_is_missing_is_told_with_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packaged(tmp_path)[0].detail == "it has no model yet (rag foundry download)"
    monkeypatch.setattr(discovery, "is_installed", lambda: False)
    assert "plumbline-rag[foundry]" in packaged(tmp_path)[0].detail
