"""What a model server of this machine takes of it: memory, processor time, energy."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

from rag.models.addresses import is_local, with_version
from rag.models.server_facts import FACTS_TIMEOUT_S, json_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEBIBYTE = 1024**2
POWERCAP = Path("/sys/class/powercap")
_PACKAGES = "intel-rapl:?"
"""The processor packages of Linux' powercap interface (Documentation/power/powercap)."""
_MICROJOULES = 1_000_000


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """The process that listens at a server's port, with its children, where Ollama runs models."""

    pid: int

    @property
    def memory_mb(self) -> float | None:
        """Resident memory; None if the process has ended or belongs to another user."""
        sizes = [self._value(one, "memory") for one in self._family()]
        known = [size for size in sizes if size is not None]
        return sum(known) / _MEBIBYTE if known else None

    @property
    def processor_seconds(self) -> float | None:
        """Time on all processors so far; None likewise."""
        times = [self._value(one, "time") for one in self._family()]
        known = [time for time in times if time is not None]
        return sum(known) if known else None

    def _family(self) -> Iterator[psutil.Process]:
        with suppress(psutil.Error, OSError):
            process = psutil.Process(self.pid)
            yield process
            yield from process.children(recursive=True)

    @staticmethod
    def _value(process: psutil.Process, what: str) -> float | None:
        with suppress(psutil.Error, OSError):
            if what == "memory":
                return float(process.memory_info().rss)
            times = process.cpu_times()
            return float(times.user + times.system)
        return None


async def server_process(base_url: str) -> ServerProcess | None:
    """Return the process that serves an address; None where it cannot be seen."""
    address = with_version(base_url)
    port = urlsplit(address).port
    if not is_local(address) or port is None:
        return None
    return await asyncio.to_thread(_listening, port)


async def told_memory_mb(base_url: str, model: str) -> float | None:
    """Return what Ollama tells of a model that is loaded (``/api/ps``, its docs/api.md)."""
    address = with_version(base_url)
    told = await json_at(f"{address.removesuffix('/v1')}/api/ps", "", FACTS_TIMEOUT_S)
    entries = told.get("models") if isinstance(told, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and model in {entry.get("name"), entry.get("model")}:
            size = entry.get("size")
            return size / _MEBIBYTE if isinstance(size, int) else None
    return None


def joules(folder: Path = POWERCAP) -> float | None:
    """Return what the processors have used so far, by RAPL; None where that cannot be read.

    The counters begin anew from time to time; a difference below zero tells nothing.
    """
    total = None
    for package in sorted(folder.glob(_PACKAGES)):
        with suppress(OSError, ValueError):
            used = int((package / "energy_uj").read_text(encoding="ascii")) / _MICROJOULES
            total = used if total is None else total + used
    return total


def _listening(port: int) -> ServerProcess | None:
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", None) == port and connection.pid:
                return ServerProcess(connection.pid)
    return None
