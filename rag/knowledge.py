"""KnowledgeBase: the one mutable thing. It swaps whole generations, so readers see one or other."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rag.corpus import scan
from rag.domain import FileStatus
from rag.library import Library
from rag.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rag.corpus import File
    from rag.domain import Document, LedgerEntry, Passage
    from rag.interfaces import Index, Retriever, RetrieverFamily
    from rag.library import Changes, Packed

logger = logging.getLogger(__name__)

ANSWERING = frozenset({FileStatus.INDEXED, FileStatus.PARTLY})
PUBLISH_S = 1.0
"""While many files are read, what was read is found after so long."""
SAVE_ABOVE = 1_000
"""When so many passages have changed since the index was saved, it is saved again: more would take
over a tenth of a second to take in at the next start."""


@dataclass(frozen=True)
class Generation:
    """One state of the corpus, whole: what a question is answered from."""

    files: tuple[LedgerEntry, ...]
    """All files, by path."""
    retriever: Retriever
    library: Library
    changes: Changes
    """Of the library, when this generation was made."""

    @cached_property
    def revision(self) -> str:
        """Changes exactly when a file's path or bytes change."""
        digest = hashlib.sha256()
        for file in self.files:
            content = f"{file.path}\0{file.sha256 or file.reason}\0"
            digest.update(content.encode(errors="surrogateescape"))
        return digest.hexdigest()[:12]

    @cached_property
    def documents(self) -> tuple[LedgerEntry, ...]:
        """The files that answer, by path."""
        return tuple(file for file in self.files if file.document)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Path -> title of the files that answer."""
        return {file.path: file.title for file in self.documents}

    @property
    def unreadable(self) -> tuple[LedgerEntry, ...]:
        """The files that do not answer, by path."""
        return tuple(file for file in self.files if not file.document)

    @cached_property
    def passage_count(self) -> int:
        """How many passages can be found."""
        return sum(file.passages for file in self.documents)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the documents, the most frequent first."""
        counts: dict[str, int] = {}
        for file in self.documents:
            counts[file.language] = counts.get(file.language, 0) + file.passages
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    @cached_property
    def _by_path(self) -> dict[str, LedgerEntry]:
        return {file.path: file for file in self.documents}

    @cached_property
    def _by_number(self) -> dict[int, LedgerEntry]:
        return {file.document: file for file in self.documents}

    def has(self, scope: str) -> bool:
        """Is there a document of that path, or one under that folder?"""
        folder = scope.rstrip("/") + "/"
        return scope in self._by_path or any(p.startswith(folder) for p in self._by_path)

    def has_document(self, path: str) -> bool:
        """Is there a document of that path?"""
        return path in self._by_path

    def document(self, path: str) -> Document | None:
        """The document of that path with its text; None where it is gone."""
        found = self._found(path)
        return found[0] if found else None

    def passages_of(self, path: str) -> tuple[Passage, ...]:
        """A document's passages in reading order; none where it is gone."""
        found = self._found(path)
        return found[1] if found else ()

    def _found(self, path: str) -> tuple[Document, tuple[Passage, ...]] | None:
        file = self._by_path.get(path)
        return self.library.document(file.document) if file else None

    def search(
        self, weights: dict[str, float], k: int, scope: str = ""
    ) -> list[tuple[float, Passage]]:
        """Return at most ``k`` (score, passage), best first; what was erased since is left out."""
        found = self.retriever.search(weights, k, scope)
        documents = {one.document: self.library.document(one.document) for one in found}
        return [
            (one.score, document[1][one.passage])
            for one in found
            if (document := documents[one.document])
        ]


class KnowledgeBase:
    """A folder's passages, brought up to date by ``refresh``; safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        family: RetrieverFamily,
        *,
        guide: bool = True,
        state: Path | None = None,
    ) -> None:
        """``state``: the folder for what is kept of the corpus; without, nothing is kept."""
        self.folder = folder
        self._state = state
        self._library = Library(state / "library.sqlite3" if state else None)
        self._family = family
        self._index = self._opened()
        self._guide = guide
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._read: set[str] = set()
        """Paths of the files that this version of the readers has read."""
        self._waiting: dict[str, LedgerEntry] = {}
        """Files that could not be opened."""
        self._unsaved = 0

    def _opened(self) -> Index:
        """The index of this very library; those of others, which was damaged, are removed."""
        self._index_of = self._library.id
        if self._state is None:
            return self._family()
        own = self._state / f"index-{self._library.id}"
        for other in self._state.glob("index-*"):
            if other != own:
                shutil.rmtree(other, ignore_errors=True)
        return self._family(own)

    @property
    def current(self) -> Generation | None:
        """The generation of the last look, None before the first."""
        return self._generation

    def refresh(self) -> Generation:
        """Look at the folder, read what is new or changed, and return the current generation.

        Blocks while files are read. Raises CorpusError when there is no folder; a file that
        cannot be read is named in ``unreadable`` and keeps no other one back.
        """
        with self._lock:
            files = scan(self.folder, guide=self._guide)
            generation = self._generation
            if generation is None or generation.changes != self._library.changes:
                generation = self._catch_up()
            known = {file.path: file for file in generation.files}
            wanted = [file for file in files if not self._is_known(file, known.get(file.path))]
            there = {file.path for file in files}
            gone = [path for path in known if path not in there]
            if not wanted and not gone:
                return generation
            self._waiting = {}
            self._library.keep((), gone)
            for batch in self._read_files(wanted):
                self._take(batch, known)
            return self._catch_up()

    def _read_files(self, files: Sequence[File]) -> Iterator[list[Packed]]:
        """Read files; what a second gave comes together."""
        batch: list[Packed] = []
        started = time.monotonic()
        for file in files:
            batch.append(read_file(self.folder, file))
            if time.monotonic() - started > PUBLISH_S:
                yield batch
                batch, started = [], time.monotonic()
        yield batch

    def _take(self, batch: Sequence[Packed], known: Mapping[str, LedgerEntry]) -> None:
        """Let what was read be found."""
        locked = [one.entry for one in batch if one.entry.status is FileStatus.WAITING]
        for entry in locked:
            old = known.get(entry.path, entry)
            self._waiting[entry.path] = replace(old, status=entry.status, reason=entry.reason)
        self._library.keep([one for one in batch if one.entry not in locked])
        self._catch_up()

    def _is_known(self, file: File, entry: LedgerEntry | None) -> bool:
        return (
            entry is not None
            and file.path in self._read
            and file.path not in self._waiting
            and (entry.size, entry.modified_ns) == (file.size, file.modified_ns)
        )

    def _catch_up(self) -> Generation:
        """Bring the index in line with the library: the one way in which a generation comes."""
        while True:
            changes = self._library.changes
            if changes.library != self._index_of:
                self._index = self._opened()
            entries = self._library.entries()
            self._read = self._library.current_paths()
            wanted = {entry.document for entry in entries} - {0}
            known = set(self._index.documents)
            added = self._library.indexed(wanted - known)
            if changes == self._library.changes:
                break  # else some of it was damaged, and is gone now
        self._unsaved += sum(len(one.terms) for one in added.values())
        retriever = self._index.change(added, known - wanted)
        files = {entry.path: entry for entry in entries} | self._waiting
        ordered = tuple(files[path] for path in sorted(files))
        self._generation = Generation(ordered, retriever, self._library, changes)
        return self._generation

    def tidy(self) -> None:
        """Erase what no file has any more, and compact and save the index where that is worth it.

        Blocks, so it belongs in the background.
        """
        retriever = self._index.compact()
        with self._lock:
            self._library.purge()
            if retriever and self._generation:
                # A change since then has a later view already.
                self._generation = replace(self._generation, retriever=self._index.change({}))
        if retriever or self._unsaved > SAVE_ABOVE:
            self.save()

    def save(self) -> None:
        """Keep the index for the next start; what is not in it is taken from the library then."""
        with self._lock:
            self._index.save()
            self._unsaved = 0
