"""Killed while it reads: afterwards folder, ledger and index agree. ``make soak`` does it more often."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.paths import PROJECT_FOLDER
from rag.retrieval.family import RETRIEVERS

TIMES = 20 if os.environ.get("SOAK") else 3
FILES = 60
READER = """
import sys, time
from pathlib import Path
from rag.corpus.ingestion.worker_pool import WorkerPool
from rag.corpus.knowledge_base import KnowledgeBase
from rag.retrieval.family import RETRIEVERS
made = KnowledgeBase(
    Path(sys.argv[1]), RETRIEVERS["bm25"], state=Path(sys.argv[2]), readers=WorkerPool(2),
    publish_s=0.02, held_passages=5,
)
made.report = lambda done, total: print("read", done, flush=True)
print("ready", flush=True)
made.refresh()
while True:
    made.tidy()
    print("tidied", flush=True)
    made.save()
    print("saved", flush=True)
    time.sleep(0.02)  # else the other process, which polls for the lock, hardly gets it
"""
STEPS = 60
"""It is killed after at most so many lines, so that it may be reading, tidying or saving."""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    write(folder, 0)
    return folder


def write(folder: Path, round_: int) -> None:
    """New, changed and deleted files."""
    for number in range(FILES):
        path = folder / f"{number}.md"
        if (number + round_) % 5 == 0:
            path.unlink(missing_ok=True)
        elif round_ == 0 or (number + round_) % 3 == 0:
            path.write_text(f"# File {number}\n\nThe word word{number}round{round_} is here.\n")


def test_after_a_kill_folder_ledger_and_index_agree(corpus: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    state = tmp_path / "state"
    for round_ in range(TIMES):
        write(corpus, round_)
        with reading(corpus, state) as lines:
            for _ in range(chance.randrange(STEPS)):
                assert lines.readline()
        agrees(corpus, KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state).refresh())


@contextmanager
def reading(corpus: Path, state: Path) -> Iterator[IO[bytes]]:
    """The lines of a process that reads the corpus over and over; it is killed at the end."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(corpus), str(state)],
        cwd=PROJECT_FOLDER,
        stdout=subprocess.PIPE,
    )
    assert reader.stdout is not None
    try:
        assert reader.stdout.readline() == b"ready\n"
        yield reader.stdout
        assert reader.poll() is None
    finally:
        reader.kill()
        reader.wait()
        reader.stdout.close()


def agrees(corpus: Path, generation: Snapshot) -> None:
    paths = sorted(path.name for path in corpus.iterdir())
    assert sorted(file.path for file in generation.documents) == paths
    for path in paths:
        text = (corpus / path).read_text()
        document = generation.document(path)
        assert document is not None
        assert document.text == text
        word = text.rpartition(" is here")[0].rpartition(" ")[2]
        number, _, round_ = word.removeprefix("word").partition("round")
        found = generation.search({f"word{number}round{round_}": 1.0}, 2)
        assert [passage.document for _, passage in found] == [path]
        for before in range(int(round_)):
            assert generation.search({f"word{number}round{before}": 1.0}, 2) == []


def test_two_processes_on_one_corpus_see_the_same(corpus: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    mine = KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state)
    mine.refresh()
    with reading(corpus, state):
        for round_ in range(1, 6):  # while the other one writes generation after generation
            write(corpus, round_)
            agrees(corpus, mine.refresh())
            mine.save()
            agrees(corpus, KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state).refresh())


def test_two_corpora_never_share_anything(corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "0.md").write_text("Umbrellas are free of charge.")
    one = KnowledgeBase(corpus, RETRIEVERS["bm25"], state=tmp_path / "a").refresh()
    two = KnowledgeBase(other, RETRIEVERS["bm25"], state=tmp_path / "b").refresh()
    assert one.search({"umbrella": 1.0}, 5) == []
    assert [p.document for _, p in two.search({"umbrella": 1.0}, 5)] == ["0.md"]
