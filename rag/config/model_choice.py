"""Settings -> the small and the large model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.config.settings import EMBEDDED, FOUNDRY
from rag.config.state_folder import foundry_home
from rag.domain.completions import PASSAGE_TOKENS, Endpoint, Profile
from rag.domain.requests import ReasoningEffort
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
        return built_in(settings, EMBEDDED_PROFILE.answer_tokens)
    return served_small(settings, settings.small_base_url, settings.small_model)


def built_in(settings: Settings, answer_tokens: int) -> ChatBackend:
    """Return the built-in model."""
    passages = settings.context_tokens or EMBEDDED_PROFILE.passage_tokens
    profile = replace(EMBEDDED_PROFILE, passage_tokens=passages, answer_tokens=answer_tokens)
    return build_backend("embedded", _endpoint(settings, EMBEDDED, EMBEDDED, profile))


def served_small(settings: Settings, base_url: str, model: str) -> ChatBackend:
    """Return the small model of a server, under the name that the settings have for it.

    The key goes only to the server that the settings name.
    """
    profile = _served(settings, base_url, SMALL_ANSWER_TOKENS, settings.small_parallel)
    key = settings.small_api_key if settings.small_base_url else ""
    endpoint = replace(
        _endpoint(settings, base_url, model, profile), api_key=key, shown=settings.small_model
    )
    return _build(settings, endpoint)


def served_large(settings: Settings, base_url: str, model: str) -> ChatBackend:
    """Return the large model of a server, likewise."""
    profile = _served(settings, base_url, LARGE_ANSWER_TOKENS, settings.large_parallel)
    key = settings.large_api_key if settings.large_base_url else ""
    effort = settings.reasoning_effort
    endpoint = replace(
        _endpoint(settings, base_url, model, profile),
        api_key=key,
        shown=settings.large_model,
        reasoning_effort="" if effort is ReasoningEffort.AUTO else effort.value,
    )
    return _build(settings, endpoint)


def served_for_bench(settings: Settings, base_url: str, model: str) -> ChatBackend:
    """Return any model of a server under its own name, as a benchmark asks it."""
    served = settings.model_copy(update={"small_model": model})
    key = settings.small_api_key
    if settings.large_base_url and with_version(settings.large_base_url) == with_version(base_url):
        key = settings.large_api_key
    elif not settings.small_base_url:
        key = ""
    profile = replace(
        _served(served, base_url, settings.bench_max_tokens, 1),
        answer_tokens=settings.bench_max_tokens,
    )
    endpoint = replace(_endpoint(served, base_url, model, profile), api_key=key)
    return _build(served, endpoint)


def build_large(settings: Settings) -> ChatBackend | None:
    """Return the large model, or None if none is configured."""
    if not settings.large_base_url:
        return None
    return served_large(settings, settings.large_base_url, settings.large_model)


def _build(settings: Settings, endpoint: Endpoint) -> ChatBackend:
    if endpoint.base_url != FOUNDRY:
        return build_backend("openai_compatible", endpoint)
    return build_backend("foundry", replace(endpoint, folder=str(foundry_home(settings))))


def _endpoint(settings: Settings, base_url: str, model: str, profile: Profile) -> Endpoint:
    first, gap = settings.timeout_s, settings.gap_timeout_s
    return Endpoint(base_url, model, profile, timeout_s=first, gap_s=gap)


def _served(settings: Settings, base_url: str, answer_tokens: int, parallel: int) -> Profile:
    return Profile(
        passage_tokens=settings.context_tokens or PASSAGE_TOKENS,
        answer_tokens=answer_tokens,
        parallel=parallel,
        local=base_url == FOUNDRY or is_local(with_version(base_url)),
    )
