"""Keeps the search index in line with the document store, which alone is the truth."""

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
"""When so many passages have changed since the index was saved, it is saved again: more would take
over a tenth of a second to take in at the next start."""


@dataclass(frozen=True)
class Synced:
    """A state of the store, and the retriever that sees just that."""

    state: DatabaseState
    entries: tuple[LedgerEntry, ...]
    read: set[str]
    """Paths of the files that this version of the readers has read."""
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
        """``state``: the folder for what is kept; without, the index is in memory."""
        self._store = store
        self._family = family
        self._state = state
        self._held_passages = held_passages
        self._unsaved = 0
        self._erased = len(store.erased())
        """How many documents had been erased when the index was compacted last."""
        self._index = self._opened()

    def _opened(self) -> Index:
        """The index of this very store; those of others, which was damaged, are removed."""
        self._index_of = self._store.id
        if self._state is None:
            return self._family()
        own = self._state / f"index-{self._store.id}"
        for other in self._state.glob("index-*"):
            if other != own:
                shutil.rmtree(other, ignore_errors=True)
        return self._family(own)

    def catch_up(self) -> Synced:
        """Take in what the store holds and the index does not, and drop the rest."""
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
                break  # else some of it was damaged, and is gone now
        self._unsaved += sum(len(one.terms) for one in added.values())
        try:
            retriever = self._index.change(added, known - wanted)
        except ValueError:
            logger.warning("The index is newer than what was read of the corpus; it is built anew.")
            retriever = self._rebuilt(wanted)
        return Synced(state, entries, read, retriever)

    def _rebuilt(self, wanted: set[int]) -> Retriever:
        """The index from the store alone: after a power loss they may not fit each other."""
        if self._state is not None:
            shutil.rmtree(self._state / f"index-{self._store.id}", ignore_errors=True)
        self._index = self._opened()
        return self._index.change(self._store.indexed(wanted))

    def save_if_much_is_held(self) -> Retriever | None:
        """Compact and save where unsaved passages fill the memory; return what is seen then."""
        if self._unsaved <= self._held_passages:
            return None
        self._index.compact(wholly=True)
        return self.save()

    def tidy(self) -> Retriever | None:
        """Compact and save where that is worth it; return what is seen then."""
        return self.save() if self._index.compact() or self._unsaved > SAVE_ABOVE else None

    def save(self, *, compact: bool = False) -> Retriever:
        """Save the index; words that another process has erased meanwhile are not in it.

        ``compact``: until nothing of a deleted document is left, whatever else.
        """
        self.catch_up()
        erased = len(self._store.erased())
        if compact or erased != self._erased:
            self._index.compact(wholly=True)
            self._erased = erased
        self._store.settle()
        self._index.save()
        self._unsaved = 0
        return self._index.change({})
