"""Pictures of passages where they stand in their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.corpus.ingestion.page_picture import page_picture

if TYPE_CHECKING:
    from rag.corpus.snapshot import Snapshot


def picture_of(corpus: Snapshot, document: str, page: int, start: int) -> bytes:
    """Return a page of a PDF as a PNG, what it has of the passage that begins at ``start`` marked.

    Empty if there is none: another kind of file, an attachment, a passage that has changed since.
    Blocks for a few hundred milliseconds.
    """
    passage = next((one for one in corpus.passages_of(document) if one.start == start), None)
    if passage is None or passage.page is None or corpus.file_of(document) != document:
        return b""
    file = corpus.file_on_disk(document)
    return page_picture(file, page, passage.text) if file else b""
