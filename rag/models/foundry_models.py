"""The ONNX models that Foundry Local's package runs here: which there are, and what they run on.

Each is a folder in the layout of ONNX Runtime GenAI, which ``genai_config.json`` describes; what
they are called is kept in one file of the state folder. Nothing here needs the package.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from rag.domain.errors import SettingsError
from rag.domain.private_files import replace_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEVICES = ("gpu", "npu", "cpu")
"""What a model can run on, the usual order of preference."""
_LIST = "models.json"
_DESCRIPTION = "genai_config.json"
_NAME = regex.compile(r"[\w.-]+(?::\d+)?")
_NAMES = Path(__file__).with_name("model_names.toml")


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A model in a folder of this machine."""

    name: str
    """With its version: ``Phi-4-mini-instruct-generic-cpu:5``."""
    folder: Path
    device: str
    """One of DEVICES."""
    provider: str
    """ONNX Runtime's execution provider: ``CPU``, ``cuda``, ``qnn``..."""


def models_in(home: Path, preferred: str = "") -> list[OnnxModel]:
    """Return the models that are kept, those for the preferred device first.

    A model whose folder is gone is left out.
    """
    order = sorted(DEVICES, key=lambda device: device != preferred)
    found = list(_kept_models(home))
    return sorted(found, key=lambda model: (order.index(model.device), model.name))


def add_model(home: Path, folder: Path, name: str = "") -> OnnxModel:
    """Keep a folder as a model, under its own name where none is given.

    Raises SettingsError if it holds no ONNX model, or the name cannot be one.
    """
    folder = folder.expanduser().absolute()
    wanted = name or folder.name
    if not _NAME.fullmatch(wanted):
        raise SettingsError(
            f"{wanted!r} cannot be a model's name.",
            "Give --name letters, digits, dots and hyphens.",
        )
    model = _described(wanted if ":" in wanted else f"{wanted}:1", folder)
    if model is None:
        raise SettingsError(
            f"{folder} holds no model that ONNX Runtime GenAI can run.",
            f"Name the folder in which its {_DESCRIPTION} stands.",
        )
    _keep(home, {**_paths(home), model.name: str(folder)})
    return model


def forget_model(home: Path, name: str) -> None:
    """Keep a model no longer; its files stay. Raises SettingsError if there is none of the name."""
    paths = _paths(home)
    if paths.pop(name, None) is None:
        raise SettingsError(
            f"There is no model {name!r}.", f"There is: {', '.join(sorted(paths)) or 'none'}."
        )
    _keep(home, paths)


def _keep(home: Path, paths: dict[str, str]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    replace_private(home / _LIST, json.dumps(paths, indent=1).encode())


def _paths(home: Path) -> dict[str, str]:
    try:
        kept = json.loads((home / _LIST).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The list of models in {home} cannot be read.", f"Delete {_LIST} and add them again."
        ) from error
    return {str(name): str(path) for name, path in kept.items()} if isinstance(kept, dict) else {}


def _kept_models(home: Path) -> Iterator[OnnxModel]:
    for name, path in _paths(home).items():
        if model := _described(name, Path(path)):
            yield model


def _described(name: str, folder: Path) -> OnnxModel | None:
    try:
        description = json.loads((folder / _DESCRIPTION).read_bytes())
        options = description["model"]["decoder"]["session_options"].get("provider_options") or []
        providers = [provider for option in options for provider in option]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    provider = str(providers[0]) if providers else "CPU"
    return OnnxModel(name, folder, _device(name, provider), provider)


def _device(name: str, provider: str) -> str:
    """What the name says, else what the provider is for."""
    words: Sequence[str] = regex.split(r"[-_:.]+", name.casefold())
    named = next((device for device in DEVICES if device in words), "")
    return named or _devices().get(provider.casefold(), "cpu")


@cache
def _devices() -> dict[str, str]:
    data = tomllib.loads(_NAMES.read_text(encoding="utf-8"))["devices"]
    return {provider: device for device, text in data.items() for provider in text.split()}
