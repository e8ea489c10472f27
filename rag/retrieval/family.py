"""The family of retrievers; a new member is one file and its line in ``RETRIEVERS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.retrieval.bm25.index import PassageIndex

if TYPE_CHECKING:
    from rag.domain.protocols import RetrieverFamily

RETRIEVERS: dict[str, RetrieverFamily] = {"bm25": PassageIndex}
