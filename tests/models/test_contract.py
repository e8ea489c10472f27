"""What every backend has to keep, for each member of the family."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.domain.completions import Endpoint, Message
from rag.models.embedded import PROFILE
from rag.models.family import BACKENDS, build_backend
from tests.models.foundry import foundry_backend, real_or_skip, stand_in
from tests.scripted_server import Script, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.domain.protocols import ChatBackend


@pytest.fixture(params=[*sorted(BACKENDS), "foundry, for real"])
def backend(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ChatBackend]:
    kind, _, real = request.param.partition(", ")
    if kind == "foundry":
        real_or_skip() if real else stand_in(monkeypatch)
        yield foundry_backend(tmp_path, real=bool(real))
        return
    with ScriptedServer(Script("Two words"), ("scripted",)) as server:
        yield build_backend(request.param, Endpoint(server.base_url, "scripted", PROFILE))


async def test_a_turn_has_text_and_an_end(backend: ChatBackend) -> None:
    deltas = [d async for d in backend.stream([Message("user", "Say two words.")], 8)]
    assert "".join(delta.text for delta in deltas).strip()
    assert any(delta.finish_reason for delta in deltas)
    await backend.close()


async def test_it_tells_what_it_is_and_can_be_closed_twice(backend: ChatBackend) -> None:
    check = await backend.check()
    assert check.ok, check.detail
    assert backend.model
    assert backend.base_url
    assert backend.profile.passage_tokens > 0
    await backend.close()
    await backend.close()
