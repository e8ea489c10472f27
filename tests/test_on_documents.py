"""Every file of a folder of real ones is read, or the reason is told; its own words find it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.analysis import terms_of
from rag.children import MAX_SECONDS, Children
from rag.domain import FileStatus
from rag.generation import Generation
from rag.knowledge import KnowledgeBase
from rag.retrievers import RETRIEVERS
from rag.settings import PROJECT_FOLDER

DOCUMENTS = PROJECT_FOLDER.parent / "shared" / "data" / "documents"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"no documents in {DOCUMENTS}")
RARE_WORDS = 8


@pytest.fixture(scope="module")
def corpus() -> Iterator[Generation]:
    children = Children(max_seconds=MAX_SECONDS)
    knowledge = KnowledgeBase(DOCUMENTS, RETRIEVERS["bm25"], readers=children)
    yield knowledge.refresh()
    children.close()


def test_every_file_has_a_status_and_what_does_not_answer_a_reason(corpus: Generation) -> None:
    files = [path for path in DOCUMENTS.rglob("*") if path.is_file()]
    assert len(corpus.files) == len(files)
    assert all(file.reason for file in corpus.files if file.status is not FileStatus.INDEXED)
    assert not [file for file in corpus.files if file.status is FileStatus.WAITING]
    assert not [file.path for file in corpus.files if "longer than" in file.reason]


def test_every_document_is_found_by_its_rarest_words(corpus: Generation) -> None:
    lost = []
    for file in corpus.documents:
        texts = [set(terms_of(p.text, file.language)) for p in corpus.passages_of(file.path)]
        longest = max(texts, key=len)
        rarest = sorted(longest, key=corpus.retriever.idf_of, reverse=True)[:RARE_WORDS]
        # Within the file: some files have the same text as others, and some repeat themselves.
        found = corpus.search(dict.fromkeys(rarest, 1.0), 3, file.path)
        held = [set(rarest) <= set(terms_of(p.text, file.language)) for _, p in found]
        if not any(held):
            lost.append(file.path)
    assert lost == []
