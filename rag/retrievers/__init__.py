"""The family of retrievers; a new member is one file and its line in ``RETRIEVERS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.retrievers.passages import PassageIndex

if TYPE_CHECKING:
    from rag.interfaces import RetrieverFamily

RETRIEVERS: dict[str, RetrieverFamily] = {"bm25": PassageIndex}
