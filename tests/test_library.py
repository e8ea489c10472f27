from __future__ import annotations

from pathlib import Path

import pytest

from rag import knowledge as module
from rag import library as library_module
from rag.domain import Document, Unreadable
from rag.extraction import extract
from rag.knowledge import Generation, KnowledgeBase
from rag.library import Library
from rag.retrievers import RETRIEVERS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "library.sqlite3"


def opened(corpus: Path, file: Path) -> KnowledgeBase:
    return KnowledgeBase(corpus, RETRIEVERS["bm25"], library=Library(file))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, in order."""
    names: list[str] = []

    def reading(path: Path, name: str) -> Document:
        names.append(name)
        return extract(path, name)

    monkeypatch.setattr(module, "extract", reading)
    return names


def found(generation: Generation, term: str) -> list[str]:
    return [passage.document for _, passage in generation.retriever.search({term: 1.0}, 5)]


def test_an_unchanged_corpus_opens_without_reading_a_document(
    corpus: Path, file: Path, reads: list[str]
) -> None:
    before = opened(corpus, file).refresh()
    reads.clear()
    after = opened(corpus, file).refresh()
    assert reads == []
    assert after.documents == before.documents
    assert [e.indexed for e in after.entries] == [e.indexed for e in before.entries]
    assert after.revision == before.revision
    assert found(after, "postag") == ["returns.md"]


def test_only_what_changed_meanwhile_is_read(corpus: Path, file: Path, reads: list[str]) -> None:
    opened(corpus, file).refresh()
    (corpus / "faq.md").write_text("Umbrellas are free of charge.")
    (corpus / "returns.md").unlink()
    reads.clear()
    after = opened(corpus, file).refresh()
    assert reads == ["faq.md"]
    assert found(after, "umbrella") == ["faq.md"]
    assert found(after, "postag") == []


def test_what_is_deleted_is_forgotten_on_disk_too(corpus: Path, file: Path) -> None:
    knowledge = opened(corpus, file)
    knowledge.refresh()
    (corpus / "returns.md").unlink()
    knowledge.refresh()
    rows = Library(file)._db.execute("SELECT path FROM entries ORDER BY path").fetchall()
    assert rows == [("faq.md",), ("office/holidays.md",)]


def test_an_unreadable_file_is_remembered_with_its_reason(
    corpus: Path, file: Path, reads: list[str]
) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    opened(corpus, file).refresh()
    reads.clear()
    [bad] = opened(corpus, file).refresh().unreadable
    assert reads == []
    assert isinstance(bad, Unreadable)
    assert bad.path == "broken.pdf"


def test_what_another_version_of_the_readers_wrote_is_read_anew(
    corpus: Path, file: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(corpus, file).refresh()
    reads.clear()
    monkeypatch.setattr(library_module, "_version", lambda: "another")
    opened(corpus, file).refresh()
    assert len(reads) == 3


@pytest.mark.parametrize("fault", ["no database", "record"])
def test_a_damaged_file_is_noticed_and_built_anew(
    corpus: Path, file: Path, reads: list[str], caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    first = Library(file)
    KnowledgeBase(corpus, RETRIEVERS["bm25"], library=first).refresh()
    if fault == "record":
        first._db.execute("UPDATE entries SET record=x'00ff'")
    first.close()
    if fault == "no database":
        file.write_bytes(b"this is no database, but it is long enough to be looked at" * 20)
        file.with_name(file.name + "-wal").unlink(missing_ok=True)
    reads.clear()
    generation = opened(corpus, file).refresh()
    assert len(reads) == 3
    assert "read again" in caplog.text
    assert found(generation, "postag") == ["returns.md"]
