from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.documents import FileStatus, Reading
from rag.presentation.corpus_panel import PanelView, panel_props
from rag.retrieval.family import RETRIEVERS


@pytest.fixture
def snapshot(corpus: Path) -> Snapshot:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (corpus / "zebra.md").write_text((corpus / "faq.md").read_text())
    return KnowledgeBase(corpus, RETRIEVERS["bm25"]).refresh()


def names(snapshot: Snapshot, view: PanelView) -> list[str]:
    return [file["name"] for file in panel_props(snapshot, (), None, "en", view)["files"]]


def test_what_cannot_be_read_comes_first_and_what_is_searched_last(snapshot: Snapshot) -> None:
    assert names(snapshot, PanelView()) == [
        "broken.pdf",
        "zebra.md",
        "faq.md",
        "office/holidays.md",
        "returns.md",
    ]


def test_a_status_shows_its_files_and_all_are_counted(snapshot: Snapshot) -> None:
    props = panel_props(snapshot, (), None, "en", PanelView(status=FileStatus.UNREADABLE))
    assert [file["name"] for file in props["files"]] == ["broken.pdf"]
    counts = {one["status"]: one["count"] for one in props["statuses"]}
    assert counts == {"unreadable": 1, "duplicate": 1, "indexed": 3}


def test_of_many_files_the_first_are_shown_and_the_rest_counted(snapshot: Snapshot) -> None:
    props = panel_props(snapshot, (), None, "en", PanelView(shown=2))
    assert (len(props["files"]), props["hidden"]) == (2, 3)


def test_documents_can_be_added_to_the_folders_there_are(snapshot: Snapshot) -> None:
    assert panel_props(snapshot, (), None, "en", PanelView())["folders"] == ["office"]


@pytest.mark.parametrize(
    ("reading", "told"),
    [
        (Reading(12, 300, 39.6), "Reading: 12 of 300 files. About 40 s left."),
        (Reading(0, 300, None), "Reading: 0 of 300 files."),
        (None, ""),
    ],
)
def test_the_progress_tells_how_long_it_takes(
    snapshot: Snapshot, reading: Reading | None, told: str
) -> None:
    assert panel_props(snapshot, (), reading, "en", PanelView())["progress"] == told
