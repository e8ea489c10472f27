"""Settings -> the knowledge base, for commands that need no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.config.state_folder import corpus_state, ensure_writable
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.readers import separate_processes
from rag.domain.documents import GUIDE_FOLDER
from rag.domain.paths import PROJECT_FOLDER
from rag.retrieval.family import RETRIEVERS

if TYPE_CHECKING:
    from pathlib import Path

    from rag.config.settings import Settings
    from rag.corpus.readers import Readers

GUIDE = PROJECT_FOLDER / "docs_corpus" / GUIDE_FOLDER
SETTLE_S = 0.4
"""A file is read once it has been unchanged for this long; programs that copy pause less."""


def build_knowledge(settings: Settings, readers: Readers | None = None) -> KnowledgeBase:
    """Return the knowledge base of the corpus folder; nothing is read yet.

    The shipped guide stands beside a folder that does not hold it.
    """
    readers = readers or separate_processes()
    beside = None
    if settings.guide and GUIDE.is_dir() and not _holds(settings.corpus_dir, GUIDE):
        state = ensure_writable(corpus_state(settings.model_copy(update={"corpus_dir": GUIDE})))
        beside = KnowledgeBase(GUIDE, RETRIEVERS["bm25"], state=state, readers=readers)
    return KnowledgeBase(
        settings.corpus_dir,
        RETRIEVERS["bm25"],
        guide=settings.guide,
        beside=beside,
        state=ensure_writable(corpus_state(settings)),
        readers=readers,
        settle_s=SETTLE_S,
    )


def _holds(folder: Path, inner: Path) -> bool:
    return inner.resolve().is_relative_to(folder.resolve())
