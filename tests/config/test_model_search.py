from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from rag.answering.cascade import Cascade
from rag.answering.escalation import Rules
from rag.config.environment import load_settings
from rag.config.model_search import FRESH_MS, ModelSearch
from rag.domain.completions import Message
from rag.models import discovery
from rag.models.discovery import Step, foundry
from rag.models.foundry_models import add_model, forget_model
from rag.models.model import Model
from rag.models.server_facts import Served
from tests.fakes import FakeBackend, FakeClock, count_words
from tests.models.foundry import onnx_folder, stand_in
from tests.scripted_server import Script, ScriptedServer

BUILT_IN = "built-in"
SMALL, LARGE = "Phi-4-mini-instruct-generic-cpu:5", "gpt-oss:20b"


async def no_foundry() -> list[Step]:
    return []


class Search:
    """A search over a cascade of the built-in model alone."""

    def __init__(
        self,
        *ports: int,
        ask_foundry: Callable[[], Awaitable[list[Step]]] = no_foundry,
        **settings: object,
    ) -> None:
        self.clock = FakeClock()
        built_in = Model("small", FakeBackend(model=BUILT_IN), self.clock, count_words)
        self.cascade = Cascade(built_in, None, Rules(), self.clock)
        self.search = ModelSearch(
            load_settings(**settings), self.cascade, self.clock, count_words, ports, ask_foundry
        )

    async def look(self) -> tuple[str, str]:
        """Look again, and return the names of both models."""
        self.clock.advance(FRESH_MS * 2)
        await self.search.refresh(wait=True)
        large = self.cascade.large
        return self.cascade.small.name, large.name if large else ""


@pytest.fixture
async def opened() -> AsyncIterator[list[Search]]:
    searches: list[Search] = []
    yield searches
    for one in searches:
        await one.search.close()


async def test_models_are_found_by_name_each_at_its_own_server(opened: list[Search]) -> None:
    with (
        ScriptedServer(Script("A."), (SMALL,)) as small,
        ScriptedServer(Script("B."), (LARGE,)) as large,
    ):
        opened.append(this := Search(small.port, large.port))
        assert await this.look() == ("phi-4-mini", "gpt-oss-20b")
        assert this.search.found == {
            "small": f"127.0.0.1:{small.port}",
            "large": f"127.0.0.1:{large.port}",
        }


async def test_a_found_model_is_asked_by_the_name_that_its_server_has(opened: list[Search]) -> None:
    with ScriptedServer(Script("Thirty days."), (SMALL,)) as server:
        opened.append(this := Search(server.port))
        await this.look()
        pieces = [piece async for piece in this.cascade.small.write([])]
        assert server.requests[0].body["model"] == SMALL
        assert pieces[-1].model == "phi-4-mini"  # type: ignore[union-attr]


async def test_the_key_of_a_setting_is_not_sent_to_a_server_that_was_found(
    opened: list[Search],
) -> None:
    with ScriptedServer(Script("Thirty days."), (SMALL,)) as server:
        opened.append(this := Search(server.port, small_api_key="secret-key"))
        await this.look()
        async for _ in this.cascade.small.write([]):
            pass
        assert "secret-key" not in str(server.requests[0].headers)


async def test_a_server_that_comes_and_goes_is_noticed(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), (SMALL,)) as server:
        port = server.port
    opened.append(this := Search(port))
    assert await this.look() == (BUILT_IN, "")
    with ScriptedServer(Script("A."), (SMALL,), port=port):
        assert await this.look() == ("phi-4-mini", "")
    assert await this.look() == (BUILT_IN, "")


async def test_a_server_that_is_only_busy_stays_in_use(opened: list[Search]) -> None:
    async def hold(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    with ScriptedServer(Script("A."), (SMALL,)) as server:
        opened.append(this := Search(server.port))
        await this.look()
        port = server.port
    async with await asyncio.start_server(hold, "127.0.0.1", port):
        assert await this.look() == ("phi-4-mini", "")


async def test_without_the_wanted_model_the_built_in_one_answers(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), ("llama3.2:1b",)) as server:
        opened.append(this := Search(server.port))
        assert await this.look() == (BUILT_IN, "")
        _, tried = this.search.tried
        assert tried.ok
        assert "llama3.2:1b" in tried.detail


async def test_our_own_port_is_not_asked(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), (SMALL,)) as server:
        opened.append(this := Search(server.port, port=server.port))
        assert await this.look() == (BUILT_IN, "")
        assert server.connections == 0


async def test_a_model_that_a_setting_names_is_not_looked_for(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), (SMALL, LARGE)) as server:
        opened.append(this := Search(server.port, small_base_url="embedded"))
        assert await this.look() == (BUILT_IN, "gpt-oss-20b")


async def test_foundrys_address_comes_before_the_usual_ports(opened: list[Search]) -> None:
    with (
        ScriptedServer(Script("A."), (SMALL,)) as at_foundry,
        ScriptedServer(Script("B."), ("phi4-mini:latest",)) as elsewhere,
    ):

        async def told() -> list[Step]:
            address = f"{at_foundry.base_url}/v1"
            return [Step("foundry server status", Served(address, (SMALL,)), address, address)]

        opened.append(this := Search(elsewhere.port, ask_foundry=told))
        await this.look()
        assert this.search.found["small"] == f"127.0.0.1:{at_foundry.port}"


async def test_a_server_that_foundry_told_and_that_is_gone_is_noticed_at_once(
    opened: list[Search],
) -> None:
    with ScriptedServer(Script("A."), (SMALL,)) as server:
        address = f"{server.base_url}/v1"

        async def told() -> list[Step]:
            return [Step("foundry server status", Served(address, (SMALL,)), address, address)]

        opened.append(this := Search(ask_foundry=told))
        assert await this.look() == ("phi-4-mini", "")
    assert await this.look() == (BUILT_IN, "")


async def test_a_question_does_not_wait_for_a_look_that_was_just_taken(
    opened: list[Search],
) -> None:
    with ScriptedServer(Script("A."), (SMALL,)) as server:
        opened.append(this := Search(server.port))
        await this.look()
        asked = server.connections
        await this.search.refresh()
        assert server.connections == asked


async def test_the_address_is_read_from_what_the_command_prints() -> None:
    with ScriptedServer(Script("A."), (SMALL,)) as server:

        async def printed(command: Sequence[str]) -> str:
            if command[1] == "server":
                return "Unrecognised command 'server'."
            return f"Model management service is running on {server.base_url}/openai/status"

        steps = await foundry(printed)
    assert [step.tried for step in steps] == ["foundry server status", "foundry service status"]
    assert steps[-1].found == Served(f"{server.base_url}/v1", (SMALL,))


async def test_an_address_on_another_machine_is_not_taken_from_the_command() -> None:
    async def printed(_command: Sequence[str]) -> str:
        return "running on http://192.0.2.7:5273"

    steps = await foundry(printed)
    assert not any(step.found for step in steps)


async def test_without_the_command_foundry_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    [step] = await foundry()
    assert step.detail == "foundry is not on the PATH"


OTHERS = ("llama3.2:1b", "nomic-embed-text", "whisper-small", "qwen3:4b")


async def test_the_models_of_a_found_server_are_offered_but_those_that_do_not_write(
    opened: list[Search],
) -> None:
    with ScriptedServer(Script("A."), OTHERS) as server:
        opened.append(this := Search(server.port))
        await this.look()
        assert this.search.offered == ("llama3.2:1b", "qwen3:4b")


async def test_a_chosen_model_answers_under_its_own_name_and_is_offered_no_more(
    opened: list[Search],
) -> None:
    with ScriptedServer(Script("A."), OTHERS) as server:
        opened.append(this := Search(server.port))
        await this.look()
        await this.search.choose("qwen3:4b")
        assert this.cascade.small.name == "qwen3:4b"
        assert this.search.offered == ("llama3.2:1b",)
        assert this.search.lacking is None


async def test_a_choice_is_kept_over_a_restart(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), (SMALL, *OTHERS)) as server:
        opened.append(first := Search(server.port))
        await first.look()
        await first.search.choose("qwen3:4b")
        opened.append(second := Search(server.port))
        assert (await second.look())[0] == "qwen3:4b"


async def test_where_the_chosen_model_is_gone_the_wanted_one_answers(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), (SMALL, *OTHERS)) as server:
        opened.append(this := Search(server.port))
        await this.look()
        await this.search.choose("qwen3:4b")
        server.models = (SMALL,)
        assert (await this.look())[0] == "phi-4-mini"


async def test_what_nobody_offers_cannot_be_chosen(opened: list[Search]) -> None:
    with ScriptedServer(Script("A."), (SMALL,)) as server:
        opened.append(this := Search(server.port))
        await this.look()
        await this.search.choose("../../etc/passwd")
        assert (await this.look())[0] == "phi-4-mini"


async def test_nothing_is_offered_where_a_setting_names_the_small_model(
    opened: list[Search],
) -> None:
    with ScriptedServer(Script("A."), OTHERS) as server:
        opened.append(this := Search(server.port, small_base_url="http://127.0.0.1:9"))
        await this.look()
        assert this.search.offered == ()


async def test_a_choice_that_cannot_be_kept_holds_until_the_end(
    monkeypatch: pytest.MonkeyPatch, opened: list[Search], caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.config.model_search.keep_choice", full)
    with ScriptedServer(Script("A."), ("llama3.2:1b",)) as server:
        opened.append(this := Search(server.port))
        await this.look()
        await this.search.choose("llama3.2:1b")
        assert this.cascade.small.name == "llama3.2:1b"
    assert "cannot be kept (No space left on device)" in caplog.text


@pytest.fixture
def foundry_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Adds a model of Foundry Local's package by name."""
    stand_in(monkeypatch)
    monkeypatch.setattr(discovery, "is_installed", lambda: True)

    def add(name: str) -> None:
        folder = onnx_folder(tmp_path / name.replace(":", "-"))
        add_model(tmp_path / "foundry", folder, name)

    return add


async def test_a_model_of_foundrys_package_is_used_before_one_of_a_server(
    foundry_package: Callable[[str], None], tmp_path: Path, opened: list[Search]
) -> None:
    foundry_package(SMALL)
    with ScriptedServer(Script("A."), (SMALL,)) as server:
        opened.append(this := Search(server.port, state_dir=tmp_path))
        assert await this.look() == ("phi-4-mini", "")
        assert this.search.found == {"small": "Foundry Local's package"}
        deltas = [
            delta
            async for delta in this.cascade.small.backend.stream([Message("user", "one two")], 9)
        ]
        assert "".join(delta.text for delta in deltas) == "one two"


async def test_the_device_in_the_settings_decides_which_of_a_models_packings_is_used(
    foundry_package: Callable[[str], None], tmp_path: Path, opened: list[Search]
) -> None:
    for device in ("cpu", "gpu"):
        foundry_package(f"Phi-4-mini-instruct-generic-{device}:5")
    for setting, used in (("auto", "gpu"), ("cpu", "cpu")):
        opened.append(this := Search(state_dir=tmp_path, foundry_device=setting))
        await this.look()
        assert this.search.offered == (
            f"Phi-4-mini-instruct-generic-{'cpu' if used == 'gpu' else 'gpu'}:5",
        )


async def test_a_model_that_is_forgotten_is_used_no_longer(
    foundry_package: Callable[[str], None], tmp_path: Path, opened: list[Search]
) -> None:
    foundry_package(SMALL)
    opened.append(this := Search(state_dir=tmp_path))
    assert await this.look() == ("phi-4-mini", "")
    forget_model(tmp_path / "foundry", SMALL)
    assert await this.look() == (BUILT_IN, "")


async def test_a_lacking_model_of_the_package_comes_with_the_command_that_gets_it(
    foundry_package: Callable[[str], None], tmp_path: Path, opened: list[Search]
) -> None:
    foundry_package("qwen2.5-0.5b-instruct-generic-cpu:4")
    opened.append(this := Search(state_dir=tmp_path))
    await this.look()
    assert this.search.fetch == "rag foundry download phi-4-mini"


async def test_a_replaced_model_is_freed_once_its_turns_are_over(
    monkeypatch: pytest.MonkeyPatch, opened: list[Search]
) -> None:
    monkeypatch.setattr("rag.config.model_search.RETIRED_AFTER_S", 0.0)
    opened.append(this := Search())
    backend = FakeBackend(model=SMALL)
    replaced = Model("small", backend, this.clock, count_words)
    async for _ in replaced._queue.enter():
        pass
    this.cascade.small = replaced
    this.search._set("small", Model("small", FakeBackend(), this.clock, count_words))
    await asyncio.sleep(0.01)
    assert not backend.ended
    replaced._queue.leave()
    await asyncio.gather(*this.search._retiring)
    assert backend.ended
