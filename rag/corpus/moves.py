"""Finds files that were moved or renamed, which need not be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.corpus.ingestion.reader import renamed, sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from rag.corpus.document_store import DocumentStore
    from rag.corpus.folder import Changed
    from rag.corpus.ingestion.record import Packed
    from rag.domain.documents import LedgerEntry


def find_moved(folder: Path, changed: Changed, store: DocumentStore) -> dict[str, Packed]:
    """Find new files with the bytes of a missing one, which need not be read; by the new path.

    A second new file with the same bytes is read, and found to be a duplicate; so is a mail, for
    its attachments.
    """
    by_size: dict[int, list[LedgerEntry]] = {}
    mails = {entry.attached_to for entry in changed.known.values()}
    for path in changed.gone:
        if changed.known[path].document and path not in mails:
            by_size.setdefault(changed.known[path].size, []).append(changed.known[path])
    found: dict[str, Packed] = {}
    for file in changed.settled:
        if file.path in changed.known or file.size not in by_size:
            continue
        digest = sha256_of(folder / file.path)
        for old in by_size[file.size]:
            if old.sha256 != digest or old.path in found:
                continue
            if kept := store.document(old.document):
                found[old.path] = renamed(old, kept, file)
                break
    return found
