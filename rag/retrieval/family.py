"""The family of retrievers; a new member is one file and its line in ``RETRIEVERS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.retrieval.bm25.index import PassageIndex
from rag.retrieval.bm25.kernels import use_compiled

if TYPE_CHECKING:
    from rag.domain.protocols import RetrieverFamily

RETRIEVERS: dict[str, RetrieverFamily] = {"bm25": PassageIndex}


def prepare_for_many() -> None:
    """Do what pays for a process that searches often. Blocks for a moment."""
    use_compiled()
