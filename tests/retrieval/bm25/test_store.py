from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain.errors import IndexDamaged
from rag.domain.paths import PROJECT_FOLDER
from rag.retrieval.bm25.lucene import LuceneBM25
from rag.retrieval.bm25.state import Part
from rag.retrieval.bm25.store import POINTER, Saved, Store, load_part

documents = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6)
QUERY = [("a", None), ("b", 2.0)]


def index() -> LuceneBM25:
    made = LuceneBM25([["a", "b"], ["b"], ["c", "a", "a"]])
    made.add([["a"], ["d"]])
    made.delete([1])
    return made


@given(st.lists(documents, max_size=8), st.lists(documents, max_size=4), st.sets(st.integers(0, 5)))
def test_what_is_saved_comes_back_and_can_be_changed(
    tmp_path_factory: pytest.TempPathFactory,
    corpus: list[list[str]],
    added: list[list[str]],
    deleted: set[int],
) -> None:
    made = LuceneBM25(corpus)
    made.add(added)
    made.delete(n for n in deleted if n < len(corpus) + len(added))
    store = Store(tmp_path_factory.mktemp("store"))
    store.save(Saved({"p": made.state}))
    saved = store.load()
    assert saved is not None
    loaded = LuceneBM25(())
    loaded.restore(saved.states["p"])
    assert loaded.top(QUERY, 20) == made.top(QUERY, 20)
    for one in (loaded, made):
        one.add([["a", "d"]])
        one.delete([0] if corpus else [])
    assert loaded.top(QUERY, 20) == made.top(QUERY, 20)


def test_the_arrays_are_mapped_and_nothing_is_read_to_open(tmp_path: Path) -> None:
    big = LuceneBM25([[f"w{n % 997}", "common"] for n in range(5_000)])
    Store(tmp_path).save(Saved({"p": big.state}))
    saved = Store(tmp_path).load()
    assert saved is not None
    [part] = saved.states["p"].parts
    assert isinstance(part.segment.documents, np.memmap)
    assert isinstance(part.impacts.values, np.memmap)


def test_only_the_current_generation_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for _ in range(3):
        store.save(Saved({"p": index().state}))
    assert [path.name for path in tmp_path.glob("generation-*")] == ["generation-3"]


def test_where_nothing_was_saved_there_is_nothing(tmp_path: Path) -> None:
    assert Store(tmp_path / "none").load() is None


@pytest.mark.parametrize("fault", ["cut", "missing", "pointer", "version"])
def test_damage_and_other_versions_are_noticed(tmp_path: Path, fault: str) -> None:
    Store(tmp_path).save(Saved({"p": index().state}))
    [victim] = tmp_path.glob("generation-1/p-0/documents.npy")
    pointer = tmp_path / POINTER
    if fault == "cut":
        victim.write_bytes(victim.read_bytes()[:-2])
    elif fault == "missing":
        victim.unlink()
    elif fault == "pointer":
        pointer.write_text("{")
    else:
        pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "version": 0}))
    with pytest.raises(IndexDamaged) as caught:
        Store(tmp_path).load()
    assert "built anew" in caught.value.sentence


def test_a_generation_that_is_replaced_while_it_is_opened_is_no_damage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(Saved({"p": index().state}))
    replaced: list[Path] = []

    def replacing(folder: Path, described: dict[str, Any]) -> Part:
        if not replaced:
            replaced.append(folder)
            store.save(Saved({"p": index().state}))
        return load_part(folder, described)

    saved = Store(tmp_path, replacing).load()
    assert saved is not None
    assert [folder.parent.name for folder in replaced] == ["generation-1"]
    assert saved.states["p"].size == index().state.size


WRITER = """
import sys
from pathlib import Path
from rag.retrieval.bm25.lucene import LuceneBM25
from rag.retrieval.bm25.store import Saved, Store
number = 0
while True:
    number += 1
    index = LuceneBM25([["a"] * (number % 7 + 1), ["b"] * 3] * 200)
    Store(Path(sys.argv[1])).save(Saved({"p": index.state}))
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    chance = random.Random(1)
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            cwd=PROJECT_FOLDER,
            stdout=subprocess.PIPE,
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() * 0.05)
        writer.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        writer.wait()
        writer.stdout.close()
        saved = Store(tmp_path).load()
        assert saved is not None
        state = saved.states["p"]
        assert state.size == 400
        loaded = LuceneBM25(())
        loaded.restore(state)
        assert len(loaded.top([("a", None)], 500)) == 200
