from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.corpus.folder import scan
from rag.corpus.ingestion.reader import read_file
from rag.corpus.ingestion.record import Packed
from rag.corpus.ingestion.worker_pool import LEAST_BYTES, WorkerPool
from rag.domain.documents import File, FileStatus
from rag.domain.paths import PROJECT_FOLDER
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def children() -> Iterator[WorkerPool]:
    made = WorkerPool(2)
    yield made
    made.close()


def read(children: WorkerPool, folder: Path) -> dict[str, Packed]:
    return {one.entry.path: one for one in children.read(folder, scan(folder))}


def test_a_child_gives_what_reading_in_this_process_gives(
    children: WorkerPool, corpus: Path
) -> None:
    found = read(children, corpus)
    for file in scan(corpus):
        here = read_file(corpus, file)
        assert found[file.path].record == here.record
        assert found[file.path].terms == here.terms
        assert found[file.path].entry.passages == here.entry.passages


def test_children_are_kept_for_the_next_files(children: WorkerPool, corpus: Path) -> None:
    read(children, corpus)
    before = {child.process.pid for child in children._idle.queue}
    read(children, corpus)
    after = {child.process.pid for child in children._idle.queue}
    assert before
    assert before <= after


def test_a_file_that_blocks_its_reader_is_marked_and_the_rest_goes_on(corpus: Path) -> None:
    (corpus / "slow.txt").write_text("x" * 20_000_000)
    children = WorkerPool(2, max_seconds=6)
    found = read(children, corpus)
    children.close()
    assert found["slow.txt"].entry.status is FileStatus.UNREADABLE
    assert "longer than 6 seconds" in found["slow.txt"].entry.reason
    assert found["returns.md"].entry.status is FileStatus.INDEXED


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory differ")
def test_a_file_that_needs_too_much_memory_is_marked_and_the_rest_goes_on(corpus: Path) -> None:
    (corpus / "huge.csv").write_text("a,b\n" + "word,other\n" * 6_000_000)
    children = WorkerPool(1, max_bytes=int(1.5 * 1024**3))
    found = read(children, corpus)
    children.close()
    assert found["huge.csv"].entry.status is FileStatus.UNREADABLE
    assert found["returns.md"].entry.status is FileStatus.INDEXED


def test_a_bomb_is_marked_in_no_time(children: WorkerPool, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        with bomb.open("word/document.xml", "w") as file:
            for _ in range(400):
                file.write(b"A " * (1 << 19))
    [found] = read(children, tmp_path).values()
    assert found.entry.status is FileStatus.UNREADABLE
    assert found.entry.reason


def test_a_child_that_is_killed_is_replaced(children: WorkerPool, corpus: Path) -> None:
    read(children, corpus)
    killed = list(children._idle.queue)
    for child in killed:
        child.process.kill()
        child.process.wait()
    found = read(children, corpus)
    assert killed
    assert {one.entry.status for one in found.values()} == {FileStatus.INDEXED}


@pytest.mark.parametrize(("idle_s", "alive"), [(600.0, True), (-1.0, False)])
def test_children_end_when_nothing_was_to_be_read_for_a_while(
    corpus: Path,
    idle_s: float,
    alive: bool,  # noqa: FBT001
) -> None:
    children = WorkerPool(1, idle_s=idle_s)
    read(children, corpus)
    [child] = children._idle.queue
    children.rest()
    assert child.alive is alive
    children.close()


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    parent = (
        "import os, sys; from pathlib import Path; from rag.corpus.ingestion.worker_pool import Worker;"
        f"child = Worker.start(9.0, {3 * 1024**3}); print(child.process.pid, flush=True);"
        "sys.stdin.readline(); os._exit(1)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.stdin.close()
    process.wait()
    # The child holds the other end of its parent's output, until it ends.
    assert process.stdout.read() == b""
    process.stdout.close()
    wait_until(lambda: ended(child))


NAMES = (
    "emoji😀.md",
    "n" * 248 + ".md",
    "new\nline.md",
    "two..dots..md",
    "rtl\u202egpj.md",
    'quo\'te "and" space.md',
)


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
@pytest.mark.parametrize("name", NAMES)
def test_odd_names_are_read(children: WorkerPool, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("The warranty lasts two years.")
    [found] = children.read(tmp_path, scan(tmp_path))
    assert found.entry.status is FileStatus.INDEXED
    assert found.entry.path == name


def test_a_file_that_went_meanwhile_waits(children: WorkerPool, tmp_path: Path) -> None:
    [found] = children.read(tmp_path, [File("gone.md", 3, 1)])
    assert found.entry.status is FileStatus.WAITING


@pytest.mark.parametrize(("budget", "readers"), [(2, 1), (6, 2), (64, 4)])
def test_all_readers_together_keep_to_one_budget_of_memory(budget: int, readers: int) -> None:
    pool = WorkerPool(4, budget=budget * 1024**3)
    assert pool.count == readers
    assert pool.count * pool.max_bytes <= max(budget * 1024**3, LEAST_BYTES)
