"""The family of chat backends; a new member is one file and its line in ``BACKENDS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.models.embedded import EmbeddedBackend
from rag.models.openai_compatible import OpenAICompatibleBackend

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.domain.completions import Endpoint
    from rag.domain.protocols import ChatBackend

BACKENDS: dict[str, Callable[[Endpoint], ChatBackend]] = {
    "embedded": EmbeddedBackend,
    "openai_compatible": OpenAICompatibleBackend,
}
