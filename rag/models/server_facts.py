"""What a model server tells of itself: its models, and how each is loaded.

Sources: OpenAI's list of models, with vLLM's ``max_model_len``; Ollama's ``/api/ps``, which has
``context_length`` once a model is loaded; LM Studio's ``/api/v1/models``; llama.cpp's ``/props``,
with ``total_slots``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.models.addresses import proxy_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx2

OURS = "plumbline"
"""The owner of models that another Plumbline serves; it is no model server."""
FACTS_TIMEOUT_S = 1.0
VLLM_SLOTS = 64
"""vLLM batches as it goes; its own limit is 256 sequences."""
_LONGEST_LIST = 1_000
_WINDOWS = ("/api/ps", "/api/v1/models", "/props")


@dataclass(frozen=True, slots=True)
class Served:
    """A model server's address, with the version, and the names of its models."""

    base_url: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How a model is loaded, as far as its server tells."""

    window: int | None = None
    """Tokens."""
    slots: int | None = None
    """Requests at once."""


async def served_at(
    base_url: str, api_key: str = "", timeout_s: float = FACTS_TIMEOUT_S
) -> Served | None:
    """Return what a server lists; None if no model server, or a Plumbline, answers in time."""
    found = await json_at(f"{base_url}/models", api_key, timeout_s)
    entries = list(_entries(found, "data"))
    if not isinstance(found, dict) or "data" not in found:
        return None
    if any(entry.get("owned_by") == OURS for entry in entries):
        return None
    return Served(base_url, tuple(str(entry["id"]) for entry in entries if entry.get("id")))


async def loaded_at(
    base_url: str, model: str, api_key: str = "", timeout_s: float = FACTS_TIMEOUT_S
) -> Loaded:
    """Return what a server tells of how it has loaded a model."""
    root = base_url.removesuffix("/v1")
    addresses = [f"{base_url}/models", *(f"{root}{path}" for path in _WINDOWS)]
    told = await asyncio.gather(*(json_at(one, api_key, timeout_s) for one in addresses))
    windows = [window for answer in told for window in _windows_in(answer, model)]
    slots = [number for answer in told for number in _slots_in(answer)]
    return Loaded(min(windows, default=None), min(slots, default=None))


def _slots_in(answer: object) -> Iterator[int]:
    """Yield what one of the answers says of the requests that are taken at once."""
    if isinstance(answer, dict):
        yield from _number(answer.get("total_slots"))
    if any(entry.get("owned_by") == "vllm" for entry in _entries(answer, "data")):
        yield VLLM_SLOTS


def _windows_in(answer: object, model: str) -> Iterator[int]:
    """Yield what one of the answers says of a model's window."""
    for entry in _entries(answer, "data"):
        if entry.get("id") == model:
            yield from _number(entry.get("max_model_len"))
    for entry in _entries(answer, "models"):
        if model in {entry.get("name"), entry.get("model"), entry.get("key")}:
            yield from _number(entry.get("context_length"))
        for loaded in _entries(entry, "loaded_instances"):
            if model in {loaded.get("id"), entry.get("key")}:
                yield from _number(_table(loaded.get("config")).get("context_length"))
    if isinstance(answer, dict):
        yield from _number(_table(answer.get("default_generation_settings")).get("n_ctx"))


def _entries(answer: object, key: str) -> Iterator[Mapping[str, Any]]:
    entries = answer.get(key) if isinstance(answer, dict) else None
    for entry in entries[:_LONGEST_LIST] if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield entry


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> Iterator[int]:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        yield value


async def json_at(address: str, api_key: str, timeout_s: float) -> object:
    """Return the JSON at an address; None if there is none, whatever the reason."""
    client = await asyncio.to_thread(_client, address, timeout_s)
    headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
    errors = await asyncio.to_thread(_errors)
    try:
        async with client, asyncio.timeout(timeout_s):
            answer = await client.get(address, headers=headers)
            return answer.json() if answer.is_success else None
    except errors:
        return None


def _client(address: str, timeout_s: float) -> httpx2.AsyncClient:
    """The client is imported here, outside of the event loop: it takes a while."""
    import httpx2  # noqa: PLC0415 - see above

    from rag.models.bounded_transport import BoundedTransport  # noqa: PLC0415

    # To load the certificates takes 15 ms, and there are none without HTTPS.
    encrypted = address.startswith("https:")
    inner = httpx2.AsyncHTTPTransport(verify=encrypted, proxy=proxy_of(address))
    return httpx2.AsyncClient(transport=BoundedTransport(inner), trust_env=False, timeout=timeout_s)


def _errors() -> tuple[type[Exception], ...]:
    import httpx2  # noqa: PLC0415 - see above

    return (
        httpx2.HTTPError,
        httpx2.StreamError,
        httpx2.InvalidURL,
        ValueError,
        OSError,
        TimeoutError,
    )
