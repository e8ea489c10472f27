"""The available chat backends; a new one is a module and an entry in ``BACKENDS``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.domain.completions import Endpoint
    from rag.domain.protocols import ChatBackend

BACKENDS = {
    "embedded": "rag.models.embedded:EmbeddedBackend",
    "foundry": "rag.models.foundry:FoundryBackend",
    "openai_compatible": "rag.models.openai_compatible:OpenAICompatibleBackend",
}
"""Name -> ``module:class``; imported when a backend is built."""


def build_backend(name: str, endpoint: Endpoint) -> ChatBackend:
    """Return a backend of that kind for an endpoint."""
    module, _, member = BACKENDS[name].partition(":")
    backend: ChatBackend = getattr(importlib.import_module(module), member)(endpoint)
    return backend
