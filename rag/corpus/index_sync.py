"""Keeps the search index in line with the document store."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from rag.corpus.database import DatabaseState
    from rag.corpus.document_store import DocumentStore
    from rag.domain.documents import LedgerEntry
    from rag.domain.protocols import Index, Retriever, RetrieverFamily

logger = logging.getLogger(__name__)

HELD_PASSAGES = 10_000
"""Unsaved passages take 3 kB of memory each; saved ones are mapped."""
SAVE_ABOVE = 1_000
"""The index is saved after this many changed passages, since loading more at the next start would
take over a tenth of a second."""


@dataclass(frozen=True)
class Synced:
    """A state of the store, and the retriever for exactly that state."""

    state: DatabaseState
    entries: tuple[LedgerEntry, ...]
    read: set[str]
    """The paths of the files read by this version of the readers."""
    retriever: Retriever


class IndexSync:
    """The index of one document store; not safe to use from several threads at once."""

    def __init__(
        self,
        store: DocumentStore,
        family: RetrieverFamily,
        state: Path | None,
        held_passages: int = HELD_PASSAGES,
    ) -> None:
        """``state``: the state folder; without one, the index is in memory."""
        self._store = store
        self._family = family
        self._state = state
        self._held_passages = held_passages
        self._unsaved = 0
        self._erased = len(store.erased())
        """The number of erased documents when the index was last compacted."""
        self._index = self._opened()

    def _opened(self) -> Index:
        """Open this store's index; delete those of earlier, damaged stores."""
        self._index_of = self._store.id
        if self._state is None:
            return self._family()
        own = self._state / f"index-{self._store.id}"
        for other in self._state.glob("index-*"):
            if other != own:
                shutil.rmtree(other, ignore_errors=True)
        return self._family(own)

    def catch_up(self) -> Synced:
        """Add the documents that only the store has, and delete those that only the index has."""
        while True:
            state = self._store.state
            if state.database != self._index_of:
                self._index = self._opened()
            entries = self._store.entries()
            read = self._store.current_paths()
            wanted = {entry.document for entry in entries} - {0}
            known = set(self._index.documents)
            added = self._store.indexed(wanted - known)
            if state == self._store.state:
                break  # otherwise damaged records were dropped, so the index must be updated again
        self._unsaved += sum(len(one.terms) for one in added.values())
        try:
            retriever = self._index.change(added, known - wanted)
        except ValueError:
            logger.warning("The index is newer than what was read of the corpus; it is built anew.")
            retriever = self._rebuilt(wanted)
        return Synced(state, entries, read, retriever)

    def _rebuilt(self, wanted: set[int]) -> Retriever:
        """Rebuild the index: after a power loss it may not match the store."""
        if self._state is not None:
            shutil.rmtree(self._state / f"index-{self._store.id}", ignore_errors=True)
        self._index = self._opened()
        return self._index.change(self._store.indexed(wanted))

    def save_if_full(self) -> Retriever | None:
        """Compact and save if there are many unsaved passages; return the new retriever."""
        if self._unsaved <= self._held_passages:
            return None
        self._index.compact(wholly=True)
        return self.save()

    def tidy(self) -> Retriever | None:
        """Compact and save if that is worth it; return the new retriever."""
        return self.save() if self._index.compact() or self._unsaved > SAVE_ABOVE else None

    def save(self, *, compact: bool = False) -> Retriever:
        """Save the index without the documents that another process has erased meanwhile.

        ``compact``: until nothing of a deleted document is left.
        """
        self.catch_up()
        erased = len(self._store.erased())
        if compact or erased != self._erased:
            self._index.compact(wholly=True)
            self._erased = erased
        self._store.flush()
        self._index.save()
        self._unsaved = 0
        return self._index.change({})
