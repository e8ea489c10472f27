from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.models.server_process import ServerProcess, joules, server_process, told_memory_mb
from tests.scripted_server import Script, ScriptedServer


async def test_the_process_behind_a_port_is_found_with_its_memory_and_time() -> None:
    with ScriptedServer(Script("A.")) as server:
        process = await server_process(server.base_url)
    assert process == ServerProcess(os.getpid())
    assert process.memory_mb
    assert process.memory_mb > 20
    assert process.processor_seconds


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/v1", "http://192.0.2.1:11434", "embedded"])
async def test_where_nothing_of_this_machine_listens_there_is_none(address: str) -> None:
    assert await server_process(address) is None


def test_a_process_that_has_ended_tells_nothing() -> None:
    ended = ServerProcess(2**22 + 1)
    assert (ended.memory_mb, ended.processor_seconds) == (None, None)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ('{"models": [{"name": "phi4-mini:latest", "size": 4194304}]}', 4.0),
        ('{"models": [{"name": "phi4-mini:latest", "size": "big"}]}', None),
        ('{"models": [1, {"name": "other", "size": 5}]}', None),
        ('{"models": null}', None),
        ("[]", None),
    ],
)
async def test_what_ollama_tells_of_a_loaded_model_is_read(page: str, told: float | None) -> None:
    with ScriptedServer(Script("A."), pages={"/api/ps": page}) as server:
        assert await told_memory_mb(server.base_url, "phi4-mini:latest") == told


def test_energy_is_the_sum_over_the_packages_that_can_be_read(tmp_path: Path) -> None:
    for name, used in (("intel-rapl:0", "1500000"), ("intel-rapl:1", "500000")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "energy_uj").write_text(f"{used}\n")
    (tmp_path / "intel-rapl:2").mkdir()
    (tmp_path / "intel-rapl:2" / "energy_uj").write_text("none")
    assert joules(tmp_path) == 2.0


def test_without_a_counter_there_is_no_energy(tmp_path: Path) -> None:
    assert joules(tmp_path) is None
