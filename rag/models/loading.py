"""Has a server load a model before the first question.

Most servers load a model at the first request for it. Foundry Local does not: its stream of a model
that is not loaded answers 200 and breaks off. It loads one at ``GET /models/load/{name}``, as its
SDK 2.2.1 serves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from rag.domain.completions import Capabilities, Message
from rag.models.server_facts import json_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.completions import Delta

STATUS_TIMEOUT_S = 1.0
ONE_TOKEN: Sequence[Message] = (
    Message("system", "Answer in one word."),
    Message("user", "Are you there?"),
)
"""The request that a server loads a model for, and shows what it can do."""


async def preload(base_url: str, model: str, api_key: str, limit_s: float) -> None:
    """Ask a server of Foundry Local to load a model; others are left alone."""
    root = base_url.removesuffix("/v1")
    status = await json_at(f"{root}/status", api_key, STATUS_TIMEOUT_S)
    if isinstance(status, dict) and "modelCachePath" in status:
        await json_at(f"{root}/models/load/{quote(model, safe='')}", api_key, limit_s)


def capabilities_of(deltas: Sequence[Delta]) -> Capabilities:
    """Return what a streamed answer shows of its server."""
    usages = [delta.usage for delta in deltas if delta.usage]
    return Capabilities(
        usage=bool(usages),
        logprobs=any(delta.logprob is not None for delta in deltas),
        cached=any(usage.cached_tokens for usage in usages) or None,
    )
