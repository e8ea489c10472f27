"""Settings -> the small and the large model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.config.settings import EMBEDDED
from rag.domain.completions import PASSAGE_TOKENS, Endpoint, Profile
from rag.models.addresses import is_local, with_version
from rag.models.embedded import PROFILE as EMBEDDED_PROFILE
from rag.models.family import build_backend

if TYPE_CHECKING:
    from rag.config.settings import Settings
    from rag.domain.protocols import ChatBackend

SMALL_ANSWER_TOKENS = 400
LARGE_ANSWER_TOKENS = 1_200
"""This includes the large model's reasoning."""


def build_small(settings: Settings) -> ChatBackend:
    """Return the small model: that of the configured server, else the built-in one."""
    if settings.small_base_url in {"", EMBEDDED}:
        profile = replace(
            EMBEDDED_PROFILE,
            passage_tokens=settings.context_tokens or EMBEDDED_PROFILE.passage_tokens,
        )
        return build_backend(
            "embedded", Endpoint(EMBEDDED, EMBEDDED, profile, timeout_s=settings.timeout_s)
        )
    return build_backend(
        "openai_compatible",
        Endpoint(
            settings.small_base_url,
            settings.small_model,
            _served(
                settings, settings.small_base_url, SMALL_ANSWER_TOKENS, settings.small_parallel
            ),
            settings.small_api_key,
            settings.timeout_s,
        ),
    )


def build_large(settings: Settings) -> ChatBackend | None:
    """Return the large model, or None if none is configured."""
    if not settings.large_base_url:
        return None
    return build_backend(
        "openai_compatible",
        Endpoint(
            settings.large_base_url,
            settings.large_model,
            _served(
                settings, settings.large_base_url, LARGE_ANSWER_TOKENS, settings.large_parallel
            ),
            settings.large_api_key,
            settings.timeout_s,
        ),
    )


def _served(settings: Settings, base_url: str, answer_tokens: int, parallel: int) -> Profile:
    return Profile(
        passage_tokens=settings.context_tokens or PASSAGE_TOKENS,
        answer_tokens=answer_tokens,
        parallel=parallel,
        local=is_local(with_version(base_url)),
    )
