"""The only place that chooses parts and assembles them into an assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.assistant import Assistant
from rag.answering.cascade import Cascade
from rag.answering.escalation import Rules
from rag.config.clock import SystemClock
from rag.config.knowledge import build_knowledge
from rag.config.model_choice import build_large, build_small
from rag.config.model_search import ModelSearch
from rag.config.resting_models import noting_rests
from rag.config.state_folder import corpus_state, ensure_writable, keep_private
from rag.corpus.curation import Curator
from rag.corpus.readers import separate_processes
from rag.corpus.uploads import Uploads
from rag.models.model import Model
from rag.models.tokens import TokenCounter
from rag.retrieval.calibration import Calibrator
from rag.retrieval.family import RETRIEVERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.config.settings import Settings
    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.readers import Readers
    from rag.domain.protocols import ErasableHistory, LikedAnswers


def build_assistant(settings: Settings) -> Assistant:
    """Return an assistant; it connects to nothing and reads nothing before its first question."""
    clock = SystemClock()
    state = ensure_writable(settings.state_dir)
    keep_private(state)
    counter = TokenCounter(state / "tiktoken")
    large = build_large(settings)
    note = noting_rests(state)
    readers = separate_processes()
    cascade = Cascade(
        Model("small", build_small(settings), clock, counter.count, note),
        Model("large", large, clock, counter.count, note) if large else None,
        Rules(
            settings.escalation,
            settings.min_confidence,
            settings.min_answer_tokens,
            settings.strict,
            settings.escalation_style,
            settings.max_escalation_share,
            settings.max_wait_s,
        ),
        clock,
    )
    return Assistant(
        build_knowledge(settings, readers),
        cascade,
        clock,
        finder=ModelSearch(settings, cascade, clock, counter.count, note=note)
        if settings.discover
        else None,
        uploads=build_uploads(settings, readers) if settings.upload_max_mb else None,
        top_k=settings.top_k,
        expand=settings.expand,
        prices=settings.prices,
        warm_up=settings.warm_up,
    )


def build_uploads(settings: Settings, readers: Readers) -> Uploads:
    """Return the store of the conversations' own documents."""
    return Uploads(
        corpus_state(settings) / "uploads",
        RETRIEVERS["bm25"],
        readers,
        max_bytes=settings.upload_max_mb * 1024**2,
    )


def build_curator(
    settings: Settings,
    knowledge: KnowledgeBase,
    history: ErasableHistory,
    notice: Callable[[str], str],
) -> Curator:
    """Return the curator; ``notice`` gives the replacement for an erased answer, by language."""
    return Curator(knowledge, corpus_state(settings) / "trash", history, notice)


def build_calibrator(
    settings: Settings, knowledge: KnowledgeBase, history: LikedAnswers | None = None
) -> Calibrator:
    """Return the calibrator of the evidence levels for a corpus."""
    return Calibrator(knowledge, ensure_writable(corpus_state(settings)), history)
