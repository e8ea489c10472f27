"""A file -> what the library keeps of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.chunking import passages_of
from rag.domain import FileStatus, LedgerEntry
from rag.errors import ExtractionError
from rag.extraction import extract
from rag.indexing import indexed
from rag.library import Packed, packed

if TYPE_CHECKING:
    from pathlib import Path

    from rag.corpus import File

logger = logging.getLogger(__name__)


def read_file(folder: Path, file: File) -> Packed:
    """Read a file of the corpus; what is wrong with it is in its entry. Blocks."""
    entry = LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.INDEXED)
    try:
        if file.problem:
            raise ExtractionError(file.problem)
        document = extract(folder / file.path, file.path)
    except ExtractionError as error:
        logger.warning("%s is left out. %s", entry.name, error)
        locked = isinstance(error.__cause__, OSError) or bool(file.problem)
        status = FileStatus.WAITING if locked else FileStatus.UNREADABLE
        return Packed(replace(entry, status=status, reason=str(error)))
    passages = passages_of(document)
    partly = document.pages_readable < document.page_count
    entry = replace(
        entry,
        status=FileStatus.PARTLY if partly else FileStatus.INDEXED,
        reason=f"{document.pages_readable} of {document.page_count} pages are readable."
        if partly
        else "",
        sha256=document.sha256,
        title=document.title,
        language=document.language,
        pages=document.page_count,
        pages_readable=document.pages_readable,
        passages=len(passages),
        indexed_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return packed(entry, document, passages, indexed(document, passages))
