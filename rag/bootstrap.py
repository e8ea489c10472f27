"""build_assistant(settings): the only place that chooses parts and joins them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.assistant import Assistant, SystemClock
from rag.backends import BACKENDS
from rag.backends.embedded import PROFILE as EMBEDDED_PROFILE
from rag.backends.openai_compatible import is_local, with_version
from rag.calibration import Calibrator
from rag.cascade import Cascade, Rules
from rag.children import Children
from rag.curation import Curator
from rag.domain import Endpoint, Profile
from rag.generate import Model
from rag.history import History
from rag.knowledge import KnowledgeBase
from rag.retrievers import RETRIEVERS
from rag.settings import EMBEDDED, usable
from rag.tokens import TokenCounter
from rag.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.interfaces import ChatBackend
    from rag.reading import Readers
    from rag.settings import Settings

SETTLE_S = 0.4
"""A file is read when nothing was written to it for so long: copying programs pause less."""
PASSAGE_TOKENS = 2_000
SMALL_ANSWER_TOKENS = 400
LARGE_ANSWER_TOKENS = 1_200
"""The large model's thinking counts too."""


def build_assistant(settings: Settings) -> Assistant:
    """Return an assistant; it connects to nothing and reads nothing before its first question."""
    clock = SystemClock()
    counter = TokenCounter(usable(settings.state_dir) / "tiktoken")
    large = build_large(settings)
    readers = Children()
    return Assistant(
        build_knowledge(settings, readers),
        Cascade(
            Model("small", build_small(settings), clock, counter.count),
            Model("large", large, clock, counter.count) if large else None,
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
        ),
        clock,
        uploads=build_uploads(settings, readers) if settings.upload_max_mb else None,
        top_k=settings.top_k,
        prices=settings.prices,
    )


def corpus_state(settings: Settings) -> Path:
    """The folder for what is kept about this corpus; two corpora never share one."""
    real = settings.corpus_dir.resolve()
    digest = hashlib.sha256(str(real).encode()).hexdigest()[:12]
    return settings.state_dir / "corpora" / f"{real.name}-{digest}"


def open_history(settings: Settings) -> History:
    """Open the conversations about this corpus."""
    return History(usable(corpus_state(settings)) / "history.sqlite3")


def build_uploads(settings: Settings, readers: Readers) -> Uploads:
    """Return the conversations' own documents."""
    return Uploads(
        corpus_state(settings) / "uploads",
        RETRIEVERS["bm25"],
        readers,
        max_bytes=settings.upload_max_mb * 1024**2,
    )


def build_knowledge(settings: Settings, readers: Readers | None = None) -> KnowledgeBase:
    """Return the knowledge base of the corpus folder, still unread."""
    return KnowledgeBase(
        settings.corpus_dir,
        RETRIEVERS["bm25"],
        guide=settings.guide,
        state=usable(corpus_state(settings)),
        readers=readers or Children(),
        settle_s=SETTLE_S,
    )


def build_curator(
    settings: Settings, knowledge: KnowledgeBase, history: History, notice: Callable[[str], str]
) -> Curator:
    """Return what admins do to the corpus; ``notice`` stands in place of erased answers."""
    return Curator(knowledge, corpus_state(settings) / "trash", history, notice)


def build_calibrator(
    settings: Settings, knowledge: KnowledgeBase, history: History | None = None
) -> Calibrator:
    """Return what fits the levels of evidence to a corpus."""
    return Calibrator(knowledge, usable(corpus_state(settings)), history)


def build_small(settings: Settings) -> ChatBackend:
    """Return the small model: the configured server's, else the built-in one."""
    if settings.small_base_url in {"", EMBEDDED}:
        profile = replace(
            EMBEDDED_PROFILE,
            passage_tokens=settings.context_tokens or EMBEDDED_PROFILE.passage_tokens,
        )
        return BACKENDS["embedded"](
            Endpoint(EMBEDDED, EMBEDDED, profile, timeout_s=settings.timeout_s)
        )
    return BACKENDS["openai_compatible"](
        Endpoint(
            settings.small_base_url,
            settings.small_model,
            _served(settings, settings.small_base_url, SMALL_ANSWER_TOKENS),
            settings.small_api_key,
            settings.timeout_s,
        )
    )


def build_large(settings: Settings) -> ChatBackend | None:
    """Return the large model, where one is configured."""
    if not settings.large_base_url:
        return None
    return BACKENDS["openai_compatible"](
        Endpoint(
            settings.large_base_url,
            settings.large_model,
            _served(settings, settings.large_base_url, LARGE_ANSWER_TOKENS),
            settings.large_api_key,
            settings.timeout_s,
        )
    )


def _served(settings: Settings, base_url: str, answer_tokens: int) -> Profile:
    return Profile(
        passage_tokens=settings.context_tokens or PASSAGE_TOKENS,
        answer_tokens=answer_tokens,
        local=is_local(with_version(base_url)),
    )
