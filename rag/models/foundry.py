"""Foundry Local in a process of ours: an ONNX model in a supervised child.

Needs the package's extra ``foundry``. Foundry's package 2.2.1 looks for a server of Microsoft that
counts its use, even where that is switched off as far as it can be; the child has no network.
"""

from __future__ import annotations

import importlib.util
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.errors import BackendUnreachable
from rag.models.foundry_models import models_in
from rag.models.names import model_for, shown_list
from rag.models.supervised import Program, SupervisedBackend

if TYPE_CHECKING:
    from rag.domain.completions import Endpoint

PLACE = "foundry"
"""The base URL that selects it."""
INSTALL = 'pip install "plumbline-rag[foundry]"'
_PACKAGE = "foundry_local_sdk"


class FoundryBackend(SupervisedBackend):
    """A model that Foundry Local's package runs on ONNX Runtime."""

    def __init__(self, endpoint: Endpoint) -> None:
        program = Program(
            module="rag.models.foundry_server",
            configuration=partial(_configuration, endpoint),
            model=endpoint.model,
            kind=endpoint.shown or endpoint.model,
            place=PLACE,
            about="Foundry Local's package runs it on ONNX Runtime, in this machine's memory.",
            needs=f"Look whether {INSTALL} went well.",
        )
        super().__init__(endpoint, program)


def _configuration(endpoint: Endpoint) -> dict[str, object]:
    """What the child is told. Raises BackendUnreachable if the model or the package is missing."""
    if not is_installed():
        raise BackendUnreachable("Foundry Local's package is not installed.", INSTALL)
    home = Path(endpoint.folder)
    models = {model.name: model for model in models_in(home)}
    name = model_for(endpoint.model, models)
    if name is None:
        raise BackendUnreachable(
            f"Foundry Local has no {endpoint.model} here; it has: "
            f"{shown_list(list(models)) or 'none'}.",
            f"Get it with: rag foundry download {endpoint.model}",
        )
    data = home / "data" / name.replace(":", "-")
    data.mkdir(parents=True, exist_ok=True)
    return {"name": name, "folder": str(models[name].folder), "data": str(data)}


@cache
def is_installed() -> bool:
    """Return whether Foundry Local's package is there, without importing it."""
    return importlib.util.find_spec(_PACKAGE) is not None
