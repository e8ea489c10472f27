"""Every file of a folder of real ones is read, or the reason is told; its own words find it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

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
        passage = max(corpus.passages_of(file.path), key=lambda p: len(p.text))
        [indexed] = knowledge_terms(corpus, file.document, passage.start)
        rarest = sorted(set(indexed), key=corpus.retriever.idf_of, reverse=True)[:RARE_WORDS]
        found = [p for _, p in corpus.search(dict.fromkeys(rarest, 1.0), 3)]
        if file.path not in {p.document for p in found}:
            lost.append(file.path)
    assert lost == []


def knowledge_terms(corpus: Generation, number: int, start: int) -> Iterator[Counter[str]]:
    """The terms of the passage of a document that begins there."""
    from rag.indexing import indexed

    found = corpus.texts(number)
    assert found
    document, passages = found
    for passage, terms in zip(passages, indexed(document, passages).terms, strict=True):
        if passage.start == start:
            yield Counter(terms)
            return
