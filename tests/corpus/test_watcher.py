from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rag.corpus.ingestion.reader import InProcessReader
from rag.corpus.ingestion.record import Packed
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.readers import Readers
from rag.corpus.watcher import Watcher, lacks_events
from rag.domain.documents import File, FileStatus, Watch
from rag.retrieval.family import RETRIEVERS
from tests import builders
from tests.waiting import until

pytestmark = pytest.mark.parametrize("mode", [Watch.NATIVE, Watch.POLL])


@asynccontextmanager
async def watched(
    corpus: Path,
    mode: Watch,
    settle_s: float = 0.2,
    readers: Readers | None = None,
    **seconds: float,
) -> AsyncIterator[KnowledgeBase]:
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], settle_s=settle_s, readers=readers)
    task = asyncio.create_task(Watcher(knowledge, mode, **seconds).run())
    try:
        await until(lambda: bool(found(knowledge, "postag")))
        yield knowledge
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def found(knowledge: KnowledgeBase, term: str) -> list[str]:
    return builders.found(knowledge.current, term) if knowledge.current else []


async def test_a_new_file_is_found_and_a_deleted_one_is_gone(corpus: Path, mode: Watch) -> None:
    async with watched(corpus, mode) as knowledge:
        (corpus / "sub").mkdir()
        (corpus / "sub" / "new.md").write_text("Umbrellas are free of charge.")
        await until(lambda: found(knowledge, "umbrella") == ["sub/new.md"])
        (corpus / "sub" / "new.md").unlink()
        assert found(knowledge, "umbrella") == []  # even before the watcher speaks
        await until(lambda: "sub/new.md" not in {f.path for f in knowledge.fresh().files})


async def test_a_save_by_rename_is_one_change(corpus: Path, mode: Watch) -> None:
    async with watched(corpus, mode) as knowledge:
        (corpus / ".returns.md.swp").write_text("Umbrellas may be returned.")
        (corpus / ".returns.md.swp").replace(corpus / "returns.md")
        await until(lambda: found(knowledge, "umbrella") == ["returns.md"])
        assert found(knowledge, "postag") == []


async def test_a_moved_folder_takes_its_documents_along(corpus: Path, mode: Watch) -> None:
    async with watched(corpus, mode) as knowledge:
        (corpus / "office").rename(corpus / "people")
        await until(lambda: found(knowledge, "holiday") == ["people/holidays.md"])


async def test_a_file_that_is_being_written_waits_until_it_is_whole(
    corpus: Path, mode: Watch
) -> None:
    async with watched(corpus, mode, settle_s=2.0) as knowledge:
        (corpus / "long.md").write_text("Umbrella number1 is free of charge.\n\n")
        await until(lambda: status(knowledge, "long.md") is FileStatus.WAITING)
        with (corpus / "long.md").open("a") as file:
            file.write("Umbrella number2 is free of charge.\n\n")
        await until(lambda: status(knowledge, "long.md") is FileStatus.INDEXED)
        assert found(knowledge, "number2") == ["long.md"]


def status(knowledge: KnowledgeBase, path: str) -> FileStatus | None:
    return next((f.status for f in knowledge.fresh().files if f.path == path), None)


async def test_a_folder_that_goes_and_comes_back_is_watched_again(
    corpus: Path, mode: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(corpus, mode, compare_s=0.2) as knowledge:
        corpus.rename(corpus.with_name("away"))  # noqa: ASYNC240 - as above
        await until(lambda: "does not exist" in caplog.text)
        corpus.with_name("away").rename(corpus)
        (corpus / "new.md").write_text("Umbrellas are free of charge.")
        await until(lambda: found(knowledge, "umbrella") == ["new.md"])


async def test_a_folder_that_takes_another_ones_place_is_watched(corpus: Path, mode: Watch) -> None:
    async with watched(corpus, mode) as knowledge:
        corpus.rename(corpus.with_name("old"))  # noqa: ASYNC240 - as above
        corpus.mkdir()  # noqa: ASYNC240 - a moment
        await until(lambda: found(knowledge, "postag") == [])
        await until(lambda: knowledge.fresh().files == ())
        (corpus / "new.md").write_text("Umbrellas are free of charge.")
        await until(lambda: found(knowledge, "umbrella") == ["new.md"])


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(("kind", "nothing"), [("ext4", False), ("cifs", True), ("nfs4", True)])
def test_network_drives_tell_nothing(tmp_path: Path, kind: str, nothing: bool) -> None:  # noqa: FBT001
    mounts = tmp_path / "mounts"
    mounts.write_text(f"root / ext4 rw 0 0\nshare {tmp_path} {kind} rw 0 0\n")
    assert lacks_events(tmp_path / "corpus", mounts) is nothing


class FailingOnce(InProcessReader):
    """A reader behind which the database is locked, the first time that ``path`` is read."""

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        wanted = list(files)
        if self.path in {file.path for file in wanted}:
            self.path = ""
            raise sqlite3.OperationalError("database is locked")
        return super().read(folder, wanted)


async def test_what_goes_wrong_is_said_and_the_watch_goes_on(
    corpus: Path, mode: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched(corpus, mode, readers=FailingOnce("new.md"), locked_s=0.1) as knowledge:
        (corpus / "new.md").write_text("Umbrellas are free of charge.")
        await until(lambda: found(knowledge, "umbrella") == ["new.md"])
    assert "tried again" in caplog.text
