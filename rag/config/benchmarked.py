"""Which models a benchmark measures, and where each of them answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rag.config.clock import SystemClock
from rag.config.model_choice import built_in, served_for_bench
from rag.config.settings import EMBEDDED
from rag.config.state_folder import ensure_writable, foundry_home
from rag.models.addresses import with_version
from rag.models.discovery import foundry, packaged, probed
from rag.models.model import Model
from rag.models.names import model_for, shown_list
from rag.models.server_facts import Served, served_at
from rag.models.tokens import TokenCounter

if TYPE_CHECKING:
    from rag.config.settings import Settings


async def benchmarked(settings: Settings) -> tuple[list[Model], dict[str, str]]:
    """Return the models that are there, and why the others are not, by name.

    Where no server has the small model, and none is named for it, that is the built-in one.
    """
    count = TokenCounter(ensure_writable(settings.state_dir) / "tiktoken").count
    clock = SystemClock()
    servers = await _servers(settings)
    found, missing = [], {}
    for name in settings.bench_models or (settings.small_model, settings.large_model):
        offers = ((server.base_url, model_for(name, server.models)) for server in servers)
        address, model = next(((a, m) for a, m in offers if m), ("", None))
        if model:
            backend = served_for_bench(settings, address, model)
            found.append(Model("small", backend, clock, count))
        elif name == EMBEDDED or (
            name == settings.small_model and settings.small_base_url in {"", EMBEDDED}
        ):
            backend = built_in(settings, settings.bench_max_tokens)
            found.append(Model("small", backend, clock, count))
        else:
            there = shown_list([one for server in servers for one in server.models])
            missing[name] = f"No server here has it; there is: {there or 'none'}."
    return found, missing


async def _servers(settings: Settings) -> list[Served]:
    """The servers that are named, then those that are found where a model's is not named."""
    named = {
        settings.small_base_url: settings.small_api_key,
        settings.large_base_url: settings.large_api_key,
    }
    answers = await asyncio.gather(
        *(served_at(with_version(a), key) for a, key in named.items() if "." in a or ":" in a)
    )
    servers = [server for server in answers if server]
    if settings.discover and not all(named):
        steps = [
            *packaged(foundry_home(settings), settings.foundry_device),
            *await foundry(),
            *await probed(leave_out=(settings.port,)),
        ]
        servers += [step.found for step in steps if step.found]
    return servers
