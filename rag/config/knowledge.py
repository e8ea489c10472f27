"""Settings -> the knowledge base, for commands that need no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.config.state_folder import corpus_state, ensure_writable
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.readers import separate_processes
from rag.retrieval.family import RETRIEVERS

if TYPE_CHECKING:
    from rag.config.settings import Settings
    from rag.corpus.readers import Readers

SETTLE_S = 0.4
"""A file is read once it has been unchanged for this long; programs that copy pause less."""


def build_knowledge(settings: Settings, readers: Readers | None = None) -> KnowledgeBase:
    """Return the knowledge base of the corpus folder; nothing is read yet."""
    return KnowledgeBase(
        settings.corpus_dir,
        RETRIEVERS["bm25"],
        guide=settings.guide,
        state=ensure_writable(corpus_state(settings)),
        readers=readers or separate_processes(),
        settle_s=SETTLE_S,
    )
