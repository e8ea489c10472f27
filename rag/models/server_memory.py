"""How much memory a model server of this machine takes, where that can be read."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import psutil

from rag.models.addresses import is_local, with_version
from rag.models.server_facts import FACTS_TIMEOUT_S, json_at

_MEBIBYTE = 1024**2


async def memory_mb(base_url: str, model: str) -> float | None:
    """Return the memory of the server at an address, in MB; None where it is unknown.

    That is the resident memory of the process that listens there and of its children, where Ollama
    runs models; where it is another user's, what Ollama tells of the loaded model.
    """
    address = with_version(base_url)
    port = urlsplit(address).port
    if not is_local(address) or port is None:
        return None
    resident = await asyncio.to_thread(_resident_at, port)
    return resident if resident is not None else await _told(address, model)


async def _told(address: str, model: str) -> float | None:
    """What Ollama says of a model that is loaded (``/api/ps``, its docs/api.md)."""
    told = await json_at(f"{address.removesuffix('/v1')}/api/ps", "", FACTS_TIMEOUT_S)
    entries = told.get("models") if isinstance(told, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and model in {entry.get("name"), entry.get("model")}:
            size = entry.get("size")
            return size / _MEBIBYTE if isinstance(size, int) else None
    return None


def _resident_at(port: int) -> float | None:
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", None) == port and connection.pid:
                process = psutil.Process(connection.pid)
                family = [process, *process.children(recursive=True)]
                return float(sum(one.memory_info().rss for one in family)) / _MEBIBYTE
    return None
