from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from rag.corpus.ingestion.reader import InProcessReader
from rag.corpus.ingestion.record import Packed
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.documents import ChangeKind, File, FileStatus
from rag.domain.errors import CorpusError
from rag.retrieval.family import RETRIEVERS
from tests.builders import found
from tests.fakes import NotingReader


@pytest.fixture(params=sorted(RETRIEVERS))
def knowledge(request: pytest.FixtureRequest, corpus: Path) -> KnowledgeBase:
    return KnowledgeBase(corpus, RETRIEVERS[request.param])


def numbers(generation: Snapshot) -> dict[str, int]:
    return {file.path: file.document for file in generation.documents}


def test_every_document_can_be_found(knowledge: KnowledgeBase) -> None:
    generation = knowledge.refresh()
    assert found(generation, "postag") == ["returns.md"]
    assert found(generation, "holiday") == ["office/holidays.md"]
    assert [d.path for d in generation.documents] == ["faq.md", "office/holidays.md", "returns.md"]


def test_an_unchanged_folder_is_not_read_again(knowledge: KnowledgeBase) -> None:
    assert knowledge.refresh() is knowledge.refresh()


def test_a_new_file_answers_and_a_deleted_one_is_gone(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    before = knowledge.refresh()
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    (corpus / "returns.md").unlink()
    after = knowledge.refresh()
    assert found(after, "umbrella") == ["new.md"]
    assert found(after, "postag") == []
    assert after.revision != before.revision


def test_a_changed_file_answers_with_its_new_text_only(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    knowledge.refresh()
    (corpus / "returns.md").write_text("Umbrellas may be returned.")
    after = knowledge.refresh()
    assert found(after, "postag") == []
    assert found(after, "umbrella") == ["returns.md"]


def test_only_what_changed_is_read(corpus: Path) -> None:
    readers = NotingReader()
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], readers=readers)
    kept = numbers(knowledge.refresh())["faq.md"]
    readers.paths.clear()
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    after = knowledge.refresh()
    assert readers.paths == ["new.md"]
    assert numbers(after)["faq.md"] == kept


def test_a_bad_file_is_named_and_keeps_no_other_back(
    knowledge: KnowledgeBase, corpus: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (corpus / "noise.bin").write_bytes(bytes(range(256)) * 9)
    (corpus / "empty.md").write_bytes(b"")
    generation = knowledge.refresh()
    assert [file.path for file in generation.unreadable] == ["empty.md", "noise.bin"]
    assert "noise.bin" in caplog.text
    assert found(generation, "postag") == ["returns.md"]


def test_the_revision_is_that_of_the_content(knowledge: KnowledgeBase, corpus: Path) -> None:
    first = knowledge.refresh().revision
    text = (corpus / "returns.md").read_text()
    (corpus / "returns.md").write_text("Other.")
    assert knowledge.refresh().revision != first
    (corpus / "returns.md").write_text(text)
    assert knowledge.refresh().revision == first


def test_an_empty_folder_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    generation = KnowledgeBase(tmp_path / "empty", RETRIEVERS["bm25"]).refresh()
    assert generation.passage_count == 0
    assert found(generation, "anything") == []


def test_a_folder_that_goes_is_said(knowledge: KnowledgeBase, corpus: Path) -> None:
    knowledge.refresh()
    corpus.rename(corpus.with_name("moved"))
    with pytest.raises(CorpusError):
        knowledge.refresh()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="names are text on this platform")
def test_a_name_that_is_no_text_is_named_and_keeps_no_other_back(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    with open(os.fsencode(corpus) + b"/caf\xe9.md", "w") as file:  # noqa: PTH123 - bytes
        file.write("Coffee is free.")
    generation = knowledge.refresh()
    assert [file.name for file in generation.unreadable] == ["caf?.md"]
    assert found(generation, "postag") == ["returns.md"]


class Locked(InProcessReader):
    """Finds every file in use, until it is told that they are free."""

    free = False

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        problem = "" if self.free else "It cannot be opened."
        return super().read(folder, [replace(file, problem=problem) for file in files])


def test_a_file_that_was_locked_is_tried_again(corpus: Path) -> None:
    readers = Locked()
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], readers=readers)
    assert set(statuses(knowledge.refresh()).values()) == {FileStatus.WAITING}
    readers.free = True
    assert set(statuses(knowledge.refresh()).values()) == {FileStatus.INDEXED}


def test_tidying_keeps_what_is_found_and_what_changes_later(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    for number in range(20):
        (corpus / f"{number}.md").write_text(f"Umbrella number{number} is free of charge.")
    knowledge.refresh()
    for number in range(10):
        (corpus / f"{number}.md").unlink()
    before = knowledge.refresh()
    knowledge.tidy()
    after = knowledge.current
    assert after is not None
    assert after.retriever is not before.retriever
    assert after.search({"umbrella": 1.0}, 30) == before.search({"umbrella": 1.0}, 30)
    (corpus / "15.md").unlink()
    assert "15.md" not in found(knowledge.refresh(), "number15")
    assert found(knowledge.refresh(), "number16") == ["16.md"]


def test_a_question_goes_on_with_the_generation_it_began_with(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    before = knowledge.refresh()
    (corpus / "returns.md").write_text("Umbrellas may be returned.")
    knowledge.refresh()
    assert found(before, "postag") == ["returns.md"]
    assert found(before, "umbrella") == []


def test_text_that_no_file_has_any_more_is_erased_when_tidied(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    before = knowledge.refresh()
    (corpus / "returns.md").unlink()
    knowledge.refresh()
    knowledge.tidy()
    assert found(before, "postag") == []


def statuses(generation: Snapshot) -> dict[str, FileStatus]:
    return {file.path: file.status for file in generation.files}


def test_a_moved_file_is_not_read_again_and_answers_under_its_new_path(corpus: Path) -> None:
    readers = NotingReader()
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], readers=readers)
    before = knowledge.refresh()
    readers.paths.clear()
    (corpus / "archive").mkdir()
    (corpus / "returns.md").rename(corpus / "archive" / "old.md")
    after = knowledge.refresh()
    assert readers.paths == []
    assert found(after, "postag") == ["archive/old.md"]
    [moved] = [f for f in after.files if f.path == "archive/old.md"]
    [origin] = [f for f in before.files if f.path == "returns.md"]
    assert (moved.sha256, moved.passages, moved.title) == (
        origin.sha256,
        origin.passages,
        origin.title,
    )


def test_a_move_is_one_line_among_the_last_changes(knowledge: KnowledgeBase, corpus: Path) -> None:
    knowledge.refresh()
    before = len(knowledge.store.change_log.last())
    (corpus / "returns.md").rename(corpus / "later.md")
    knowledge.refresh()
    changes = knowledge.store.change_log.last()
    assert len(changes) == before + 1
    assert (changes[0].kind, changes[0].path) == (ChangeKind.MOVED, "returns.md → later.md")


def test_of_two_new_copies_of_a_file_that_went_one_is_a_duplicate(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    knowledge.refresh()
    content = (corpus / "returns.md").read_bytes()
    (corpus / "returns.md").unlink()
    (corpus / "a.md").write_bytes(content)
    (corpus / "b.md").write_bytes(content)
    found_in = statuses(knowledge.refresh())
    assert {found_in["a.md"], found_in["b.md"]} == {FileStatus.INDEXED, FileStatus.DUPLICATE}


def test_a_duplicate_is_listed_and_takes_over_when_the_original_goes(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    (corpus / "z-copy.md").write_bytes((corpus / "returns.md").read_bytes())
    generation = knowledge.refresh()
    assert found(generation, "postag") == ["returns.md"]
    assert statuses(generation)["z-copy.md"] is FileStatus.DUPLICATE
    assert generation is knowledge.refresh()
    (corpus / "returns.md").unlink()
    after = knowledge.refresh()
    assert found(after, "postag") == ["z-copy.md"]
    assert statuses(after)["z-copy.md"] is FileStatus.INDEXED


def test_a_file_that_was_just_deleted_is_not_quoted(knowledge: KnowledgeBase, corpus: Path) -> None:
    generation = knowledge.refresh()
    (corpus / "returns.md").unlink()
    assert found(generation, "postag") == []
    assert generation.passages_of("returns.md") == ()
    assert generation.document("returns.md") is None


def test_hits_of_deleted_files_make_room_for_others(knowledge: KnowledgeBase, corpus: Path) -> None:
    for number in range(8):
        (corpus / f"{number}.md").write_text(f"Umbrella umbrella {number} is free.")
    (corpus / "last.md").write_text("There is one umbrella among many other things in the office.")
    generation = knowledge.refresh()
    for number in range(8):
        (corpus / f"{number}.md").unlink()
    assert found(generation, "umbrella") == ["last.md"]


def test_a_file_that_is_still_written_keeps_its_old_text_until_it_is_whole(corpus: Path) -> None:
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], settle_s=60.0)
    for path in corpus.rglob("*.md"):
        os.utime(path, (1, 1))
    knowledge.refresh(wait=False)
    (corpus / "returns.md").write_text("Umbrellas may be")
    during = knowledge.refresh(wait=False)
    assert statuses(during)["returns.md"] is FileStatus.WAITING
    assert found(during, "postag") == ["returns.md"]
    os.utime(corpus / "returns.md", (2, 2))
    assert found(knowledge.refresh(wait=False), "umbrella") == ["returns.md"]


def test_while_another_process_writes_the_last_state_answers(corpus: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state)
    knowledge.refresh()
    (corpus / "new.md").write_text("Umbrellas are free of charge.")
    with FileLock(state / "writing.lock"):
        assert found(knowledge.refresh(wait=False), "umbrella") == []
        assert knowledge.behind
    assert found(knowledge.refresh(wait=False), "umbrella") == ["new.md"]
    assert not knowledge.behind


def test_what_was_read_of_many_files_is_found_before_the_last_is_read(corpus: Path) -> None:
    seen = []
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], publish_s=-1.0)
    knowledge.report = lambda done, total: seen.append(
        (done, total, len(knowledge.current.documents) if knowledge.current else 0)
    )
    knowledge.refresh()
    assert seen == [(1, 3, 0), (2, 3, 1), (3, 3, 2)]
    assert knowledge.progress is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="names are text on this platform")
def test_a_name_that_is_no_text_can_be_renamed_and_answers_then(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    bad = os.fsencode(corpus) + b"/caf\xe9.md"
    with open(bad, "w") as file:  # noqa: PTH123 - bytes
        file.write("Umbrellas are free.")
    knowledge.refresh()
    os.rename(bad, os.fsencode(corpus) + b"/coffee.md")  # noqa: PTH104 - as above
    after = knowledge.refresh()
    assert found(after, "umbrella") == ["coffee.md"]
    assert after.unreadable == ()


def test_files_that_swap_their_content_both_answer(knowledge: KnowledgeBase, corpus: Path) -> None:
    one, other = corpus / "returns.md", corpus / "faq.md"
    knowledge.refresh()
    texts = one.read_bytes(), other.read_bytes()
    one.write_bytes(texts[1])
    other.write_bytes(texts[0])
    after = knowledge.refresh()
    assert set(statuses(after).values()) == {FileStatus.INDEXED}
    assert found(after, "postag") == ["faq.md"]
    assert found(after, "warranti") == ["returns.md"]


def test_a_duplicate_takes_over_when_the_original_changes(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    (corpus / "z-copy.md").write_bytes((corpus / "returns.md").read_bytes())
    knowledge.refresh()
    (corpus / "returns.md").write_text("Umbrellas may be returned.")
    after = knowledge.refresh()
    assert found(after, "postag") == ["z-copy.md"]
    assert found(after, "umbrella") == ["returns.md"]
