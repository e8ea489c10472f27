"""What a command imports, which is what its start costs; no clock is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import rag
from rag.domain.requests import Mode
from rag.evaluation.start import bench_start
from rag.interfaces.cli.main import main
from rag.interfaces.cli.parser import COMMANDS, MODES, Command, build_parser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAVY = {
    *("aiohttp", "chainlit", "httpx2", "kreuzberg", "llvmlite", "numba", "openai", "tiktoken"),
    *("watchfiles", "xllamacpp"),
}
USED_BY_SETTINGS = {"pydantic", "pydantic_settings"}
USED_BY_SEARCH = {"numpy", "regex", "rapidfuzz", "rank_bm25", "Stemmer"}


def imported(code: str, environment: dict[str, str] | None = None) -> set[str]:
    """The top-level modules, and those of ours, that a fresh Python has after some code."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('modules', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **(environment or {})},
    )
    names = run.stdout.splitlines()[-1].split()[1:]
    return {name if name.startswith("rag.") else name.partition(".")[0] for name in names}


def after(*arguments: str) -> set[str]:
    """What a command has imported when it ends."""
    return imported(
        "from rag.interfaces.cli.main import main\n"
        f"try: main({list(arguments)!r})\nexcept SystemExit: pass"
    )


def commands() -> Iterator[tuple[tuple[str, ...], Command]]:
    for name, entry in COMMANDS.items():
        if isinstance(entry, Command):
            yield (name,), entry
        else:
            yield from (((name, kind), command) for kind, command in entry.items())


@pytest.mark.parametrize("arguments", [(), *(names for names, _ in commands())])
def test_help_imports_the_parser_alone(arguments: tuple[str, ...]) -> None:
    modules = after(*arguments, "--help")
    ours = {name for name in modules if name.startswith("rag.")}
    assert ours == {f"rag.interfaces{end}" for end in ("", ".cli")} | {
        f"rag.interfaces.cli.{name}" for name in ("main", "output", "parser")
    }
    assert not modules & (HEAVY | USED_BY_SETTINGS | USED_BY_SEARCH | {"asyncio"})


@pytest.mark.parametrize("run", [command.run for _, command in commands()])
def test_what_a_command_runs_is_there_and_light(run: str) -> None:
    module, _, function = run.partition(":")
    assert not imported(f"from rag.interfaces.cli.{module} import {function}") & HEAVY


def test_a_search_on_a_warm_index_loads_no_model_and_no_reader(corpus: Path) -> None:
    main(["index", "--corpus", str(corpus)])
    # A folder without programs: were a reader started, it would fail and nothing be found.
    code = (
        "import subprocess\n"
        "def refuse(*_, **__): raise AssertionError('a process was started')\n"
        "subprocess.Popen.__init__ = refuse\n"
        "from rag.interfaces.cli.main import main\n"
        f"assert main(['search', 'postage', '--corpus', {str(corpus)!r}]) == 0"
    )
    modules = imported(code, {"RAG_LARGE_BASE_URL": "http://127.0.0.1:9"})
    assert not modules & HEAVY
    assert "rag.answering.cascade" not in modules


def test_a_refused_question_asks_and_imports_no_model(corpus: Path) -> None:
    main(["index", "--corpus", str(corpus)])
    modules = after("ask", "What is the capital of Mongolia?", "--corpus", str(corpus))
    assert not modules & {"openai", "httpx2", "tiktoken", "numba", "chainlit", "kreuzberg"}


def test_the_models_child_imports_only_what_it_needs() -> None:
    modules = imported("import rag.models.embedded_server")
    ours = {name for name in modules if name.startswith("rag.")}
    assert ours == {"rag.models", "rag.models.embedded_server", "rag.models.supervised_child"}
    assert not modules & (HEAVY | USED_BY_SETTINGS | USED_BY_SEARCH | {"asyncio"})


@pytest.mark.parametrize(
    "package", ["rag", "rag.models", "rag.models.family", "rag.retrieval", "rag.corpus"]
)
def test_a_packages_face_is_light(package: str) -> None:
    modules = imported(f"import {package}")
    assert not modules & (HEAVY | USED_BY_SETTINGS | USED_BY_SEARCH)


def test_a_reader_imports_no_settings_and_no_model() -> None:
    modules = imported("import rag.corpus.ingestion.worker")
    assert not modules & (HEAVY | USED_BY_SETTINGS | {"numpy"})


def test_the_parser_knows_every_mode() -> None:
    assert list(MODES) == [mode.value for mode in Mode]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"rag {rag.__version__}\n"


def test_starts_are_measured_as_whole_processes(tmp_path: Path) -> None:
    [report] = bench_start([("--version",)], tmp_path, times=1)
    assert report.command == "--version"
    assert report.elapsed_ms > 0
