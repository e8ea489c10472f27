"""Settings -> the knowledge base: all that a command needs which asks no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.config.state_folder import corpus_state, usable
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.readers import separate_processes
from rag.retrieval.family import RETRIEVERS

if TYPE_CHECKING:
    from rag.config.settings import Settings
    from rag.corpus.readers import Readers

SETTLE_S = 0.4
"""A file is read when nothing was written to it for so long: copying programs pause less."""


def build_knowledge(settings: Settings, readers: Readers | None = None) -> KnowledgeBase:
    """Return the knowledge base of the corpus folder, still unread."""
    return KnowledgeBase(
        settings.corpus_dir,
        RETRIEVERS["bm25"],
        guide=settings.guide,
        state=usable(corpus_state(settings)),
        readers=readers or separate_processes(),
        settle_s=SETTLE_S,
    )
