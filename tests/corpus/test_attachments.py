"""What is attached to a mail in the corpus is a document of its own."""

from __future__ import annotations

import shutil
import sqlite3
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.corpus.curation import Curator
from rag.corpus.database import CorpusDatabase
from rag.corpus.ingestion.worker_pool import WorkerPool
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.documents import FileStatus
from rag.domain.errors import CorpusError
from rag.history.conversations import History
from rag.retrieval.family import RETRIEVERS
from tests import builders

PRICES = "# Prices\n\nThe gasket costs 41 euros.\n"


def write_mail(path: Path, **attached: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Our offer"
    mail.set_content("Please find our terms below.")
    for name, text in attached.items():
        mail.add_attachment(text, filename=f"{name}.md")
    path.write_bytes(bytes(mail))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder


@pytest.fixture
def knowledge(folder: Path) -> KnowledgeBase:
    return KnowledgeBase(folder, RETRIEVERS["bm25"])


@pytest.fixture
def curator(knowledge: KnowledgeBase, tmp_path: Path) -> Curator:
    return Curator(knowledge, tmp_path / "trash", History(tmp_path / "history"), str)


def paths(corpus: Snapshot) -> list[str]:
    return [file.path for file in corpus.files]


def test_an_attachment_is_found_under_its_own_name(folder: Path, knowledge: KnowledgeBase) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    corpus = knowledge.refresh()
    assert builders.found(corpus, "gasket") == ["offer.eml/prices.md"]
    assert corpus.titles["offer.eml/prices.md"] == "Prices"
    assert corpus.file_of("offer.eml/prices.md") == "offer.eml"


def test_the_scope_of_a_mail_includes_its_attachments(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    (folder / "other.md").write_text("The gasket is blue.\n")
    found = knowledge.refresh().search({"gasket": 1.0}, 5, "offer.eml")
    assert [passage.document for _, passage in found] == ["offer.eml/prices.md"]


def test_attachments_survive_the_pipe_from_a_reader(folder: Path) -> None:
    write_mail(folder / "offer.eml", prices=PRICES, terms="Pay within 14 days.")
    pool = WorkerPool(1)
    try:
        corpus = KnowledgeBase(folder, RETRIEVERS["bm25"], readers=pool).refresh()
    finally:
        pool.close()
    assert paths(corpus) == ["offer.eml", "offer.eml/prices.md", "offer.eml/terms.md"]
    assert builders.found(corpus, "gasket") == ["offer.eml/prices.md"]


def test_attachments_change_with_their_mail(folder: Path, knowledge: KnowledgeBase) -> None:
    write_mail(folder / "offer.eml", prices=PRICES, terms="Pay within 14 days.")
    knowledge.refresh()
    write_mail(folder / "offer.eml", prices=PRICES.replace("gasket", "bolt"))
    corpus = knowledge.refresh()
    assert paths(corpus) == ["offer.eml", "offer.eml/prices.md"]
    assert builders.found(corpus, "gasket") == []
    assert builders.found(corpus, "bolt") == ["offer.eml/prices.md"]


def test_attachments_move_with_their_mail(folder: Path, knowledge: KnowledgeBase) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    knowledge.refresh()
    (folder / "2026").mkdir()
    shutil.move(folder / "offer.eml", folder / "2026" / "offer.eml")
    corpus = knowledge.refresh()
    assert paths(corpus) == ["2026/offer.eml", "2026/offer.eml/prices.md"]
    assert builders.found(corpus, "gasket") == ["2026/offer.eml/prices.md"]


def test_attachments_go_with_their_mail(folder: Path, knowledge: KnowledgeBase) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    knowledge.refresh()
    (folder / "offer.eml").unlink()
    assert paths(knowledge.refresh()) == []


def test_a_file_and_not_its_copy_in_a_mail_is_the_original(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    write_mail(folder / "a.eml", prices=PRICES)
    (folder / "prices.md").write_text(PRICES)
    assert builders.found(knowledge.refresh(), "gasket") == ["prices.md"]


def test_an_attachment_takes_the_place_of_a_deleted_original(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    write_mail(folder / "a.eml", prices=PRICES)
    (folder / "prices.md").write_text(PRICES)
    knowledge.refresh()
    (folder / "prices.md").unlink()
    assert builders.found(knowledge.refresh(), "gasket") == ["a.eml/prices.md"]


def test_the_list_of_changes_names_the_mail_alone(
    folder: Path, knowledge: KnowledgeBase, curator: Curator
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    knowledge.refresh()
    (folder / "offer.eml").unlink()
    knowledge.refresh()
    assert [change.path for change in curator.changes()] == ["offer.eml", "offer.eml"]


def test_an_attachment_alone_cannot_be_deleted(
    folder: Path, knowledge: KnowledgeBase, curator: Curator
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    with pytest.raises(CorpusError, match=r"prices\.md is attached to offer\.eml"):
        curator.delete("offer.eml/prices.md")
    with pytest.raises(CorpusError, match=r"prices\.md is attached to offer\.eml"):
        curator.erase("offer.eml/prices.md")
    assert (folder / "offer.eml").is_file()


def test_reading_an_attachment_again_reads_its_mail(
    folder: Path, knowledge: KnowledgeBase, curator: Curator
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    before = {file.path: file.document for file in knowledge.refresh().files}
    curator.read_again("offer.eml/prices.md")
    after = {file.path: file.document for file in knowledge.refresh().files}
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())


def test_erasing_a_mail_erases_its_attachments(
    folder: Path, knowledge: KnowledgeBase, curator: Curator
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    hashes = {file.sha256 for file in knowledge.refresh().files}
    curator.erase("offer.eml")
    assert paths(knowledge.refresh()) == []
    assert knowledge.store.erased() == hashes
    assert knowledge.store.erasing() == []


def test_erasing_a_mail_spares_what_is_elsewhere(
    folder: Path, knowledge: KnowledgeBase, curator: Curator
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    (folder / "prices.md").write_text(PRICES)
    curator.erase("offer.eml")
    assert builders.found(knowledge.refresh(), "gasket") == ["prices.md"]
    assert len(knowledge.store.erased()) == 1


def test_a_file_that_is_attached_to_a_mail_is_not_erased_before_the_mail(
    folder: Path, curator: Curator
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    (folder / "prices.md").write_text(PRICES)
    with pytest.raises(CorpusError, match=r"attached to offer\.eml"):
        curator.erase("prices.md")
    curator.erase("offer.eml")
    curator.erase("prices.md")
    assert list(folder.iterdir()) == []


def test_a_damaged_record_of_an_attachment_is_read_again(folder: Path, tmp_path: Path) -> None:
    write_mail(folder / "offer.eml", prices=PRICES)
    state = tmp_path / "state"
    first = KnowledgeBase(folder, RETRIEVERS["bm25"], state=state)
    number = next(f.document for f in first.refresh().files if f.attached_to)
    first.close()
    with sqlite3.connect(state / "library.sqlite3") as connection:
        connection.execute("UPDATE documents SET record=x'00', terms=x'00' WHERE id=?", [number])
    corpus = KnowledgeBase(folder, RETRIEVERS["bm25"], state=state).refresh()
    assert builders.found(corpus, "gasket") == ["offer.eml/prices.md"]
    assert corpus.document("offer.eml/prices.md") is not None


def test_an_unreadable_attachment_makes_its_mail_partly_read(
    folder: Path, knowledge: KnowledgeBase
) -> None:
    write_mail(folder / "offer.eml", prices=PRICES, empty=" ")
    mail = knowledge.refresh().files[0]
    assert (mail.path, mail.status) == ("offer.eml", FileStatus.PARTLY)
    assert mail.reason == "Attachments cannot be read: empty.md."


def test_a_database_of_the_last_layout_keeps_its_content(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    first = CorpusDatabase(path)
    first.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP INDEX attachments")
        connection.execute("ALTER TABLE files DROP COLUMN attached_to")
        connection.execute("INSERT INTO erased VALUES ('ab', 1)")
        connection.execute("PRAGMA user_version=3")
    again = CorpusDatabase(path)
    assert again.id == first.id
    assert again.read("SELECT sha256 FROM erased") == [("ab",)]
    assert again.read("SELECT attached_to FROM files") == []
