from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from rag.corpus.folder import DEEPEST_FOLDER, scan
from rag.domain.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path, *, guide: bool = True) -> list[str]:
    return [file.path for file in scan(folder, guide=guide)]


def test_files_are_listed_by_path_with_their_folders(corpus: Path) -> None:
    assert names(corpus) == ["faq.md", "office/holidays.md", "returns.md"]


@pytest.mark.parametrize(
    "name", [".hidden", "~$open.docx", "a.swp", "half.part", "backup~", "x.tmp"]
)
def test_hidden_and_temporary_files_are_left_alone(corpus: Path, name: str) -> None:
    (corpus / name).write_text("x")
    assert name not in names(corpus)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links on this platform")
def test_links_are_not_followed(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text("secret")
    (corpus / "link.md").symlink_to(tmp_path / "outside.md")
    (corpus / "folder").symlink_to(tmp_path)
    assert names(corpus) == ["faq.md", "office/holidays.md", "returns.md"]


def test_the_guide_can_be_left_out(corpus: Path) -> None:
    (corpus / "guide").mkdir()
    (corpus / "guide" / "a.md").write_text("x")
    assert "guide/a.md" in names(corpus)
    assert "guide/a.md" not in names(corpus, guide=False)


def test_a_missing_folder_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist") as caught:
        scan(tmp_path / "nowhere")
    assert "RAG_CORPUS_DIR" in caught.value.advice


def test_a_folder_too_deep_is_told_and_the_rest_is_served(corpus: Path) -> None:
    inner = corpus
    for _ in range(DEEPEST_FOLDER + 3):
        inner = inner / "d"
        inner.mkdir()
    (inner / "deep.md").write_text("x")
    found = scan(corpus)
    assert "returns.md" in [file.path for file in found]
    assert [file.problem for file in found if file.problem] == [
        f"It is more than {DEEPEST_FOLDER} folders deep. Move it up."
    ]
