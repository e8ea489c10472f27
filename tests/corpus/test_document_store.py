from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from rag.corpus.document_store import DocumentStore
from rag.corpus.folder import scan
from rag.corpus.index_sync import SAVE_ABOVE
from rag.corpus.ingestion.reader import read_file
from rag.corpus.knowledge_base import KnowledgeBase
from rag.domain.documents import FileStatus, Indexed
from rag.retrieval.bm25.index import PassageIndex, View
from rag.retrieval.family import RETRIEVERS
from tests.builders import found
from tests.fakes import NotingReader


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def readers() -> NotingReader:
    return NotingReader()


@pytest.fixture
def reads(readers: NotingReader) -> list[str]:
    """The names of the files that are read, in order."""
    return readers.paths


Open = Callable[[], KnowledgeBase]


@pytest.fixture
def opened(corpus: Path, state: Path, readers: NotingReader) -> Open:
    return lambda: KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state, readers=readers)


def test_an_unchanged_corpus_opens_without_reading_a_document(
    corpus: Path, state: Path, reads: list[str], opened: Open
) -> None:
    before = opened().refresh()
    reads.clear()
    after = opened().refresh()
    assert reads == []
    assert after.files == before.files
    assert after.document("faq.md") == before.document("faq.md")
    assert after.passages_of("returns.md") == before.passages_of("returns.md")
    assert after.revision == before.revision
    assert found(after, "postag") == ["returns.md"]


def test_a_saved_index_opens_without_counting_a_term(
    corpus: Path, state: Path, opened: Open
) -> None:
    knowledge = opened()
    knowledge.refresh()
    knowledge.save()
    counted: list[int] = []

    class Noting(PassageIndex):
        def change(self, added: Mapping[int, Indexed], deleted: Iterable[int] = ()) -> View:
            counted.extend(added)
            return super().change(added, deleted)

    again = KnowledgeBase(corpus, Noting, state=state)
    assert found(again.refresh(), "postag") == ["returns.md"]
    assert counted == []
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    again.refresh()
    assert len(counted) == 1


def test_what_changed_since_the_index_was_saved_is_taken_in_at_the_start(
    corpus: Path, state: Path, reads: list[str], opened: Open
) -> None:
    knowledge = opened()
    knowledge.refresh()
    knowledge.save()
    (corpus / "returns.md").unlink()
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    knowledge.refresh()  # and the app is killed before it saves again
    reads.clear()
    after = opened().refresh()
    assert reads == []
    assert found(after, "umbrella") == ["new.md"]
    assert found(after, "postag") == []


def test_the_index_is_saved_when_much_has_changed(corpus: Path, state: Path, opened: Open) -> None:
    knowledge = opened()
    (corpus / "long.csv").write_text("name,colour\n" + "box,red\n" * SAVE_ABOVE * 200)
    knowledge.refresh()
    knowledge.tidy()
    assert list(state.glob("index-*/current.json"))


def test_only_what_changed_meanwhile_is_read(
    corpus: Path, state: Path, reads: list[str], opened: Open
) -> None:
    opened().refresh()
    (corpus / "faq.md").write_text("Umbrellas are free of charge.")
    (corpus / "returns.md").unlink()
    reads.clear()
    after = opened().refresh()
    assert reads == ["faq.md"]
    assert found(after, "umbrella") == ["faq.md"]
    assert found(after, "postag") == []


def test_what_is_deleted_is_erased_from_the_disk_too(
    corpus: Path, state: Path, opened: Open
) -> None:
    (corpus / "secret.md").write_text("The password is xylophone-canary.")
    knowledge = opened()
    knowledge.refresh()
    (corpus / "secret.md").unlink()
    knowledge.refresh()
    knowledge.tidy()
    rows = sqlite3.connect(state / "library.sqlite3").execute("SELECT path FROM files ORDER BY 1")
    assert rows.fetchall() == [("faq.md",), ("office/holidays.md",), ("returns.md",)]
    texts = sqlite3.connect(state / "library.sqlite3").execute("SELECT count(*) FROM documents")
    assert texts.fetchone() == (3,)


def test_an_unreadable_file_is_remembered_with_its_reason(
    corpus: Path, state: Path, reads: list[str], opened: Open
) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    opened().refresh()
    reads.clear()
    [bad] = opened().refresh().unreadable
    assert reads == []
    assert (bad.path, bad.status) == ("broken.pdf", FileStatus.UNREADABLE)
    assert bad.reason


def test_what_another_version_of_the_readers_wrote_is_read_anew(
    corpus: Path, state: Path, reads: list[str], opened: Open
) -> None:
    older = DocumentStore(state / "library.sqlite3", version="another")
    older.keep([read_file(corpus, file) for file in scan(corpus)])
    older.close()
    opened().refresh()
    assert sorted(reads) == ["faq.md", "office/holidays.md", "returns.md"]
    reads.clear()
    opened().refresh()
    assert reads == []


def test_what_another_process_reads_is_there_without_reading_it_again(
    corpus: Path, state: Path, reads: list[str], opened: Open
) -> None:
    one, other = opened(), opened()
    one.refresh()
    reads.clear()
    assert found(other.refresh(), "postag") == ["returns.md"]
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    one.refresh()
    assert found(other.refresh(), "umbrella") == ["new.md"]
    assert reads == ["new.md"]


@pytest.mark.parametrize("fault", ["no database", "record", "terms"])
def test_a_damaged_file_is_noticed_and_built_anew(
    corpus: Path,
    state: Path,
    reads: list[str],
    caplog: pytest.LogCaptureFixture,
    fault: str,
    opened: Open,
) -> None:
    opened().refresh()
    file = state / "library.sqlite3"
    if fault == "no database":
        file.write_bytes(b"this is no database, but it is long enough to be looked at" * 20)
        file.with_name(file.name + "-wal").unlink(missing_ok=True)
    else:
        with sqlite3.connect(file) as database:
            database.execute(f"UPDATE documents SET {fault}=x'00ff'")
        database.close()
    reads.clear()
    knowledge = opened()
    knowledge.refresh()
    for path in ("faq.md", "office/holidays.md", "returns.md"):
        knowledge.refresh().document(path)
    assert found(knowledge.refresh(), "postag") == ["returns.md"]
    assert sorted(reads) == ["faq.md", "office/holidays.md", "returns.md"]
    assert "read again" in caplog.text


def test_a_damaged_index_is_noticed_and_built_anew_without_reading_a_document(
    corpus: Path, state: Path, reads: list[str], caplog: pytest.LogCaptureFixture, opened: Open
) -> None:
    knowledge = opened()
    knowledge.refresh()
    knowledge.save()
    next(state.glob("index-*/current.json")).write_text("{")
    reads.clear()
    assert found(opened().refresh(), "postag") == ["returns.md"]
    assert reads == []
    assert "built anew" in caplog.text


def test_texts_that_are_not_talked_of_leave_the_memory(corpus: Path) -> None:
    store = DocumentStore(cached_characters=10)
    store.keep([read_file(corpus, file) for file in scan(corpus)])
    first, second, _ = (entry.document for entry in store.entries())
    before = store.document(first)
    assert store.document(first) is before
    store.document(second)
    again = store.document(first)
    assert again == before
    assert again is not before


def test_an_index_that_is_newer_than_the_library_is_built_anew(
    corpus: Path, state: Path, opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    knowledge = opened()
    knowledge.refresh()
    knowledge.save()
    knowledge.close()
    file = state / "library.sqlite3"
    older = file.read_bytes()
    knowledge = opened()
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    knowledge.refresh()
    knowledge.save()
    knowledge.close()
    file.write_bytes(older)  # as after a power loss
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    (corpus / "other.md").write_text("Parasols are not.")
    (corpus / "new.md").unlink()
    after = opened().refresh()
    assert found(after, "parasol") == ["other.md"]
    assert found(after, "umbrella") == []
    assert found(after, "postag") == ["returns.md"]
