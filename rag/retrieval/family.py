"""The available retrievers; a new one is a module and an entry in ``RETRIEVERS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.retrieval.bm25.index import PassageIndex
from rag.retrieval.bm25.kernels import use_compiled

if TYPE_CHECKING:
    from rag.domain.protocols import RetrieverFamily

RETRIEVERS: dict[str, RetrieverFamily] = {"bm25": PassageIndex}


def prepare_for_many() -> None:
    """Do the set-up that pays off only for a process with many searches. Blocks briefly."""
    use_compiled()
