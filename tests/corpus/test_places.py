from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.places import place_in
from rag.corpus.snapshot import Snapshot
from rag.retrieval.family import RETRIEVERS

COMPOSED = unicodedata.normalize("NFC", "Prüfplan.md")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    for name, text in (
        ("Handbook/Pumps/start.md", "Start the pump with the key."),
        (DECOMPOSED, "Der Kessel wird geprüft."),
        ("copies/start.md", "Start the pump with the key."),
    ):
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def corpus(folder: Path) -> Iterator[Snapshot]:
    knowledge = KnowledgeBase(folder, RETRIEVERS["bm25"])
    yield knowledge.refresh()
    knowledge.close()


@pytest.mark.parametrize(
    "named",
    [
        *("Handbook/Pumps", "Handbook/Pumps/", "./Handbook/Pumps", "Handbook//Pumps/."),
        *("handbook/pumps", "HANDBOOK/Pumps/", " Handbook/Pumps "),
    ],
)
def test_spellings_of_a_folder_mean_the_same(corpus: Snapshot, folder: Path, named: str) -> None:
    assert place_in(corpus, folder, named) in {"Handbook/Pumps", "Handbook/Pumps/"}


def test_an_absolute_path_and_one_from_the_working_folder_mean_the_same(
    corpus: Snapshot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    for named in (str(folder / "Handbook"), "docs/Handbook", "./docs/Handbook/"):
        assert place_in(corpus, folder, named) == "Handbook"


@pytest.mark.parametrize("named", [COMPOSED, DECOMPOSED, f"./{COMPOSED}", COMPOSED.upper()])
def test_composed_and_decomposed_names_mean_the_same(
    corpus: Snapshot, folder: Path, named: str
) -> None:
    assert place_in(corpus, folder, named) == DECOMPOSED


def test_the_corpus_itself_is_everything(corpus: Snapshot, folder: Path) -> None:
    assert [place_in(corpus, folder, named) for named in ("", ".", "./", str(folder))] == [""] * 4


def test_a_folder_of_duplicates_means_what_they_repeat(corpus: Snapshot, folder: Path) -> None:
    places = {place_in(corpus, folder, "copies"), place_in(corpus, folder, "Handbook")}
    assert len(places) == 1 or "Handbook/Pumps/start.md" in places or "copies/start.md" in places
    for named in ("copies", "Handbook"):
        place = place_in(corpus, folder, named)
        assert place is not None
        assert corpus.has(place)


@pytest.mark.parametrize("named", ["nowhere", "../elsewhere", "/etc", "Handbook/Pumps/stop.md"])
def test_what_is_not_there_is_no_place(corpus: Snapshot, folder: Path, named: str) -> None:
    assert place_in(corpus, folder, named) is None
