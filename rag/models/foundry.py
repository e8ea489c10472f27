"""Foundry Local in a process of ours: an ONNX model in a supervised child.

Needs the package's extra ``foundry``. Foundry's package 2.2.1 looks for a server of Microsoft that
counts its use, even where that is switched off as far as it can be; the child has no network.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.errors import BackendUnreachable
from rag.models.foundry_models import OnnxModel, models_in
from rag.models.names import model_for, shown_list
from rag.models.supervised import Program, SupervisedBackend

if TYPE_CHECKING:
    from rag.domain.completions import Endpoint

PLACE = "foundry"
"""The base URL that selects it."""
INSTALL = 'pip install "plumbline-rag[foundry]"'
_PACKAGE = "foundry_local_sdk"


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that an endpoint means, among those that are kept."""

    endpoint: Endpoint

    @property
    def home(self) -> Path:
        """Where Foundry's own files are kept."""
        return Path(self.endpoint.folder)

    def find(self) -> OnnxModel:
        """Return the model. Raises BackendUnreachable if it or the package is not there."""
        if not is_installed():
            raise BackendUnreachable("Foundry Local's package is not installed.", INSTALL)
        models = {model.name: model for model in models_in(self.home)}
        name = model_for(self.endpoint.model, models)
        if name is None:
            raise BackendUnreachable(
                f"Foundry Local has no {self.endpoint.model} here; it has: "
                f"{shown_list(list(models)) or 'none'}.",
                f"Get it with: rag foundry download {self.endpoint.model}",
            )
        return models[name]

    def configuration(self) -> dict[str, object]:
        """Return what the child is told."""
        model = self.find()
        data = self.home / "data" / model.name.replace(":", "-")
        data.mkdir(parents=True, exist_ok=True)
        return {"name": model.name, "folder": str(model.folder), "data": str(data)}


class FoundryBackend(SupervisedBackend):
    """A model that Foundry Local's package runs on ONNX Runtime."""

    def __init__(self, endpoint: Endpoint) -> None:
        choice = Choice(endpoint)
        program = Program(
            module="rag.models.foundry_server",
            configuration=choice.configuration,
            model=endpoint.model,
            kind=endpoint.shown or endpoint.model,
            place=PLACE,
            about="Foundry Local's package runs it on ONNX Runtime, in this machine's memory.",
            needs=f"Look whether {INSTALL} went well.",
        )
        super().__init__(endpoint, program)


@cache
def is_installed() -> bool:
    """Return whether Foundry Local's package is there, without importing it."""
    return importlib.util.find_spec(_PACKAGE) is not None
