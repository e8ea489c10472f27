from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from rag.config.state_folder import keep_private
from rag.domain.child_processes import child_environment
from rag.domain.private_files import close_to_others, make_private_file, make_private_folder

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix
def test_a_new_file_is_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history.sqlite"
    make_private_file(path)
    assert (rights(path), rights(path.parent)) == (0o600, 0o700)


@posix
def test_folders_above_a_new_one_are_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_private_folder(tmp_path / "state" / "corpora" / "a")
    finally:
        os.umask(before)
    assert rights(tmp_path / "state") == 0o700
    assert rights(tmp_path / "state" / "corpora") == 0o700


@posix
def test_what_exists_is_closed_to_others(tmp_path: Path) -> None:
    inner = tmp_path / "corpora" / "a"
    inner.mkdir(parents=True)
    (inner / "index").write_text("x")
    os.chmod(inner / "index", 0o644)  # noqa: PTH101
    os.chmod(inner, 0o755)  # noqa: PTH101
    close_to_others(tmp_path)
    assert (rights(inner / "index"), rights(inner), rights(tmp_path)) == (0o600, 0o700, 0o700)


def test_a_database_is_private_with_its_log(tmp_path: Path) -> None:
    from rag.history.database import HistoryDatabase

    HistoryDatabase(tmp_path / "history.sqlite")
    if sys.platform != "win32":
        assert {rights(file) for file in tmp_path.iterdir()} == {0o600}


def test_children_learn_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = (
        "RAG_SMALL_API_KEY",
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "DB_PASSWORD",
        "RAG_CORPUS_DIR",
        "HTTPS_PROXY",
        "PGPASS_OF_THE_SHOP",
        "SOME_NAME_THAT_NOBODY_THOUGHT_OF",
    )
    for name in secrets:
        monkeypatch.setenv(name, "secret")
    known = child_environment()
    assert "secret" not in known.values()
    assert known["PATH"] == os.environ["PATH"]


@posix
def test_a_state_folder_that_holds_other_things_stays_open(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)  # noqa: PTH101
    for name in ("corpora", "photos"):
        (tmp_path / name).mkdir()
        os.chmod(tmp_path / name, 0o755)  # noqa: PTH101
    keep_private(tmp_path)
    assert (rights(tmp_path), rights(tmp_path / "photos")) == (0o755, 0o755)
    assert rights(tmp_path / "corpora") == 0o700


@posix
def test_a_state_folder_of_its_own_is_closed(tmp_path: Path) -> None:
    (tmp_path / "corpora").mkdir()
    os.chmod(tmp_path, 0o755)  # noqa: PTH101
    keep_private(tmp_path)
    assert rights(tmp_path) == 0o700
