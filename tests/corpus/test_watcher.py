from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.corpus.watcher import Watcher, tells_nothing
from rag.domain.documents import FileStatus, Watch
from rag.retrieval.family import RETRIEVERS

pytestmark = pytest.mark.parametrize("mode", [Watch.NATIVE, Watch.POLL])


@asynccontextmanager
async def watched(corpus: Path, mode: Watch, settle_s: float = 0.2) -> AsyncIterator[KnowledgeBase]:
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"], settle_s=settle_s)
    task = asyncio.create_task(Watcher(knowledge, mode).run())
    try:
        await until(lambda: bool(found(knowledge, "postag")))
        yield knowledge
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


def found(knowledge: KnowledgeBase, term: str) -> list[str]:
    generation = knowledge.current
    return [p.document for _, p in generation.search({term: 1.0}, 5)] if generation else []


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
        seen = set()
        with (corpus / "long.md").open("w") as file:
            for number in range(8):
                file.write(f"Umbrella number{number} is free of charge.\n\n")
                file.flush()
                await asyncio.sleep(0.08)
                seen |= {(f.path, f.status) for f in knowledge.fresh().files}
        assert ("long.md", FileStatus.INDEXED) not in seen
        await until(lambda: found(knowledge, "number7") == ["long.md"])


async def test_a_folder_that_goes_and_comes_back_is_watched_again(
    corpus: Path, mode: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.corpus.watcher.COMPARE_S", 0.5)
    async with watched(corpus, mode) as knowledge:
        corpus.rename(corpus.with_name("away"))  # noqa: ASYNC240 - as above
        await asyncio.sleep(0.1)
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
    assert tells_nothing(tmp_path / "corpus", mounts) is nothing


async def test_what_goes_wrong_is_said_and_the_watch_goes_on(
    corpus: Path, mode: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("rag.corpus.watcher.LOCKED_S", 0.1)
    async with watched(corpus, mode) as knowledge:
        refresh = knowledge.refresh
        failed: list[int] = []

        def failing(*, wait: bool = True) -> Snapshot:
            if not failed:
                failed.append(1)
                raise sqlite3.OperationalError("database is locked")
            return refresh(wait=wait)

        monkeypatch.setattr(knowledge, "refresh", failing)
        (corpus / "new.md").write_text("Umbrellas are free of charge.")
        await until(lambda: found(knowledge, "umbrella") == ["new.md"])
    assert "tried again" in caplog.text
