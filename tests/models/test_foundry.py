"""A model of Foundry Local's package: its process, its answers, its end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from rag.domain.completions import Endpoint, Message
from rag.domain.errors import BackendRefused, BackendUnreachable, PromptTooLong
from rag.models.foundry import FoundryBackend
from tests.models.foundry import PROFILE, foundry_backend, real_or_skip, stand_in
from tests.waiting import wait_until


@pytest_asyncio.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FoundryBackend]:
    stand_in(monkeypatch)
    opened = foundry_backend(tmp_path)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def real(tmp_path: Path) -> AsyncIterator[FoundryBackend]:
    real_or_skip()
    opened = foundry_backend(tmp_path, real=True)
    yield opened
    await opened.close()


async def said(backend: FoundryBackend, text: str, most: int = 80) -> str:
    stream = backend.stream([Message("user", text)], most)
    return "".join([delta.text async for delta in stream])


async def test_an_answer_streams_with_its_tokens_and_its_end(backend: FoundryBackend) -> None:
    deltas = [d async for d in backend.stream([Message("user", "one two three")], 2)]
    assert [delta.text for delta in deltas if delta.text] == ["one", " two"]
    assert next(d.usage for d in deltas if d.usage).completion_tokens == 2
    assert [d.finish_reason for d in deltas if d.finish_reason] == ["length"]


async def test_it_states_the_window_and_the_slots_of_its_model(backend: FoundryBackend) -> None:
    seen = await backend.load(60.0)
    assert seen.usage
    assert (backend.stated_window, backend.stated_slots) == (200, 2)


async def test_a_prompt_that_does_not_fit_is_refused_with_the_window(
    backend: FoundryBackend,
) -> None:
    with pytest.raises(PromptTooLong) as refused:
        await said(backend, "word " * 300)
    assert refused.value.window_tokens == 200


async def test_a_failure_of_the_runtime_is_told_in_its_own_words(backend: FoundryBackend) -> None:
    with pytest.raises(BackendRefused, match="the graph failed"):
        await said(backend, "fail")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere proxies lead nowhere")
async def test_the_child_has_no_network(backend: FoundryBackend) -> None:
    assert await said(backend, "connect") == "PermissionError"


async def test_who_goes_stops_the_model(backend: FoundryBackend, tmp_path: Path) -> None:
    async with aclosing(backend.stream([Message("user", "word " * 110)], 80)) as stream:
        await anext(stream)
    (data,) = (tmp_path / "data").iterdir()
    await asyncio.to_thread(wait_until, (data / "stopped").exists)
    assert int((data / "stopped").read_text()) < 80


async def test_two_answers_are_written_at_once(backend: FoundryBackend) -> None:
    await backend.load(60.0)
    one, other = await asyncio.gather(said(backend, "a b c"), said(backend, "d e f"))
    assert (one, other) == ("a b c", "d e f")


async def test_a_second_start_finds_the_model_registered_already(backend: FoundryBackend) -> None:
    await said(backend, "one")
    await backend.close()
    assert await said(backend, "two") == "two"


async def test_a_damaged_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    broken = foundry_backend(tmp_path, name="broken-cpu")
    with pytest.raises(BackendRefused, match="file is damaged"):
        await said(broken, "one")
    await broken.close()


async def test_a_model_that_is_not_kept_is_missed_with_the_command_that_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    missing = FoundryBackend(Endpoint("foundry", "phi-4-mini", PROFILE, folder=str(tmp_path)))
    with pytest.raises(BackendUnreachable, match="has no phi-4-mini here; it has: none") as error:
        await missing.start()
    assert error.value.advice == "Get it with: rag foundry download phi-4-mini"
    assert not (await missing.check()).ok


async def test_a_missing_package_is_missed_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.foundry.is_installed", lambda: False)
    without = FoundryBackend(Endpoint("foundry", "phi-4-mini", PROFILE, folder=str(tmp_path)))
    check = await without.check()
    assert (check.ok, check.remedy) == (False, 'pip install "plumbline-rag[foundry]"')


async def test_an_alias_means_the_model_with_its_device_and_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    foundry_backend(tmp_path, name="Phi-4-mini-instruct-generic-cpu:5")
    named = FoundryBackend(Endpoint("foundry", "phi-4-mini", PROFILE, folder=str(tmp_path)))
    assert await said(named, "one") == "one"
    await named.close()


async def test_the_real_package_answers_on_onnx_runtime(real: FoundryBackend) -> None:
    prompt = [
        Message("system", "Answer in one sentence from the passage."),
        Message("user", "The cabin pass costs 30 euros a year.\n\nWhat does the pass cost?"),
    ]
    deltas = [delta async for delta in real.stream(prompt, 40)]
    assert "30" in "".join(delta.text for delta in deltas)
    usage = next(delta.usage for delta in deltas if delta.usage)
    assert usage.prompt_tokens > 20
    assert not usage.estimated


async def test_the_real_package_states_its_window_and_stops(real: FoundryBackend) -> None:
    await real.load(120.0)
    assert real.stated_window == 8_192
    async with aclosing(real.stream([Message("user", "Count to a thousand.")], 900)) as stream:
        await anext(stream)
    assert await said(real, "Say yes.", 1)
