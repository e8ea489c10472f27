"""Every file of a folder of real ones is read, or the reason is told; its own words find it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.corpus.ingestion.worker_pool import MAX_SECONDS, WorkerPool
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.documents import FileStatus
from rag.domain.paths import PROJECT_FOLDER
from rag.retrieval.family import RETRIEVERS
from rag.text.analysis import terms_of

DOCUMENTS = PROJECT_FOLDER.parent / "shared" / "data" / "documents"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"no documents in {DOCUMENTS}")
RARE_WORDS = 8


@pytest.fixture(scope="module")
def corpus() -> Iterator[Snapshot]:
    children = WorkerPool(max_seconds=MAX_SECONDS)
    knowledge = KnowledgeBase(DOCUMENTS, RETRIEVERS["bm25"], readers=children)
    yield knowledge.refresh()
    children.close()


def test_every_file_has_a_status_and_what_does_not_answer_a_reason(corpus: Snapshot) -> None:
    files = [path for path in DOCUMENTS.rglob("*") if path.is_file()]
    assert len(corpus.files) == len(files) > 0
    assert all(file.reason for file in corpus.files if file.status is not FileStatus.INDEXED)
    assert not [file for file in corpus.files if file.status is FileStatus.WAITING]
    assert not [file.path for file in corpus.files if "longer than" in file.reason]


def test_every_document_is_found_by_its_rarest_words(corpus: Snapshot) -> None:
    assert corpus.documents
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
