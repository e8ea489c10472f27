"""Finds model servers on this machine that nobody has named."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from rag.domain.errors import SettingsError
from rag.models.addresses import is_local, with_version
from rag.models.foundry import INSTALL, PLACE, is_installed
from rag.models.foundry_models import models_in
from rag.models.server_facts import Served, served_at

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from pathlib import Path

FOUNDRY = "Foundry Local"
PACKAGE = "Foundry Local's package"
PORTS = {
    11434: "Ollama",
    1234: "LM Studio",
    8080: "llama.cpp",
    5273: FOUNDRY,
    1337: "Jan",
    8000: "vLLM",
}
"""Default port -> who takes it, in the order of preference."""
PROBE_S = 0.3
FOUNDRY_S = 2.0
FOUNDRY_COMMANDS = (("foundry", "server", "status"), ("foundry", "service", "status"))
"""Of version 0.10 on, and the older one."""
_ADDRESS = regex.compile(r"https?://[\w.:\[\]-]+")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried, and what came of it."""

    tried: str
    found: Served | None = None
    detail: str = ""
    address: str = ""
    """What a command told, to be asked again; empty for a port."""
    server: str = FOUNDRY
    """The kind of server that is expected there."""


def packaged(home: Path, preferred: str = "") -> list[Step]:
    """Return what Foundry Local's package has here, for each device in the order of preference.

    It reads a few small files, and asks no server.
    """
    if not is_installed():
        return [Step(PACKAGE, detail=f"it is not installed ({INSTALL})", server=PACKAGE)]
    try:
        models = models_in(home, preferred)
    except SettingsError as error:
        return [Step(PACKAGE, detail=str(error).rstrip("."), server=PACKAGE)]
    if not models:
        return [Step(PACKAGE, detail="it has no model yet (rag foundry download)", server=PACKAGE)]
    by_device = {
        model.device: Served(PLACE, tuple(m.name for m in models if m.device == model.device))
        for model in models
    }
    return [
        Step(f"{PACKAGE}, {device.upper()}", served, server=PACKAGE)
        for device, served in by_device.items()
    ]


async def probed(
    ports: Collection[int] = tuple(PORTS), leave_out: Collection[int] = ()
) -> list[Step]:
    """Ask the usual ports of this machine at once, each for at most ``PROBE_S``.

    ``leave_out``: the ports of this Plumbline.
    """
    asked = [port for port in ports if port not in leave_out]
    addresses = [f"http://127.0.0.1:{port}/v1" for port in asked]
    found = await asyncio.gather(*(served_at(one, timeout_s=PROBE_S) for one in addresses))
    return [
        Step(f"127.0.0.1:{port} ({_kind_at(port)})", served, server=_kind_at(port))
        for port, served in zip(asked, found, strict=True)
    ]


async def foundry(run: Callable[[Sequence[str]], Awaitable[str]] | None = None) -> list[Step]:
    """Ask Foundry Local's command line where its service is, if it is installed."""
    if run is None and shutil.which(FOUNDRY_COMMANDS[0][0]) is None:
        return [Step("foundry server status", detail="foundry is not on the PATH")]
    steps = []
    for command in FOUNDRY_COMMANDS:
        said = await (run(command) if run else _output_of(command))
        addresses = [with_version(_root(one)) for one in _ADDRESS.findall(said)]
        for address in filter(is_local, dict.fromkeys(addresses)):
            served = await served_at(address)
            steps.append(Step(" ".join(command), served, address, address))
            if served:
                return steps
        steps.append(Step(" ".join(command), detail="it tells no address that answers"))
    return steps


async def asked_again(steps: Sequence[Step]) -> list[Step]:
    """Return steps with what answers by now at the addresses that they led to."""
    addresses = [step.address for step in steps]
    found = await asyncio.gather(
        *(served_at(one, timeout_s=PROBE_S) if one else _nothing() for one in addresses)
    )
    return [replace(step, found=served) for step, served in zip(steps, found, strict=True)]


async def _nothing() -> None:
    return None


def _kind_at(port: int) -> str:
    return PORTS.get(port, "a model server")


def _root(address: str) -> str:
    return address.rstrip("/.")


async def _output_of(command: Sequence[str]) -> str:
    """What a command prints within its time; empty if it fails."""
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return ""
    try:
        async with asyncio.timeout(FOUNDRY_S):
            said, _ = await child.communicate()
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        return ""
    return said.decode(errors="replace")
