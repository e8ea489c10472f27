"""An immutable state of a corpus, from which a question is answered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rag.domain.documents import PRIVATE, SHIPPED_GUIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from rag.domain.documents import Document, LedgerEntry, Passage
    from rag.domain.protocols import Retriever


@dataclass(frozen=True)
class Snapshot:
    """An immutable state of the corpus."""

    files: tuple[LedgerEntry, ...]
    """All files, by path."""
    retriever: Retriever
    locate: Callable[[str], Path]
    """Path in the corpus -> path of the file on disk."""
    reader: str
    """The version of the readers."""
    reading: tuple[int, int] | None
    """(files read, files to read) if not all new files are read yet."""
    texts: Callable[[int], tuple[Document, tuple[Passage, ...]] | None]
    """A document's number -> its text and passages, or None if it is gone."""
    state: Path | None = None
    """The state folder of the corpus; None if nothing is stored."""
    guide: Snapshot | None = None
    """The shipped guide beside it, searched by itself; its paths begin with SHIPPED_GUIDE."""
    prefix: str = ""
    """What its paths begin with, but not those of the retriever."""

    @cached_property
    def revision(self) -> str:
        """A hash that changes exactly when a file's path or bytes change."""
        digest = hashlib.sha256()
        for file in self.files:
            content = f"{file.path}\0{file.sha256 or file.reason}\0"
            digest.update(content.encode(errors="surrogateescape"))
        return digest.hexdigest()[:12]

    @cached_property
    def documents(self) -> tuple[LedgerEntry, ...]:
        """The searchable files, by path."""
        return tuple(file for file in self.files if file.document)

    @cached_property
    def titles(self) -> dict[str, str]:
        """Path -> title of the searchable files."""
        return {file.path: file.title for file in self.documents}

    @property
    def unreadable(self) -> tuple[LedgerEntry, ...]:
        """The files that cannot be searched, by path."""
        return tuple(file for file in self.files if not file.document)

    @cached_property
    def passage_count(self) -> int:
        """The number of searchable passages."""
        return sum(file.passages for file in self.documents)

    @cached_property
    def languages(self) -> dict[str, int]:
        """The languages of the documents with their passages, the most frequent first."""
        counts: dict[str, int] = {}
        for file in self.documents:
            counts[file.language] = counts.get(file.language, 0) + file.passages
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def _by_path(self) -> dict[str, LedgerEntry]:
        return {file.path: file for file in self.documents}

    @cached_property
    def _by_number(self) -> dict[int, LedgerEntry]:
        return {file.document: file for file in self.documents}

    def still_has(self, path: str, sha256: str) -> bool | None:
        """Return whether content with that hash is in the corpus, even under another path.

        None if it is not and there is no file with that path either.
        """
        owner = self._owner(path)
        if owner is not self:
            return owner.still_has(path, sha256)
        if sha256 in self._hashes:
            return True
        return False if path in self._by_path else None

    @cached_property
    def _hashes(self) -> set[str]:
        return {file.sha256 for file in self.documents}

    def has(self, scope: str) -> bool:
        """Return whether there is a document with that path, or any in that folder."""
        owner = self._owner(scope)
        if owner is not self:
            return owner.has(scope)
        folder = scope.rstrip("/") + "/"
        return scope in self._by_path or any(p.startswith(folder) for p in self._by_path)

    def modified_ns(self, path: str) -> int:
        """Return the time of a document's file, in nanoseconds since 1970; 0 if it is gone."""
        file = self.entry(path)
        return file.modified_ns if file else 0

    def has_document(self, path: str) -> bool:
        """Return whether there is a document with that path."""
        return self.entry(path) is not None

    def file_of(self, path: str) -> str | None:
        """Return the path of the file that holds a document, or None if it is gone."""
        entry = self.entry(path)
        return entry.file if entry else None

    def file_on_disk(self, path: str) -> Path | None:
        """Return the file that holds a document, or None if it is gone."""
        entry = self.entry(path)
        return self._owner(path).locate(entry.file) if entry else None

    def document(self, path: str) -> Document | None:
        """Return the document with that path, or None if it is gone."""
        found = self._found(path)
        return found[0] if found else None

    def passages_of(self, path: str) -> tuple[Passage, ...]:
        """Return a document's passages in reading order; none if it is gone."""
        found = self._found(path)
        return found[1] if found else ()

    def _found(self, path: str) -> tuple[Document, tuple[Passage, ...]] | None:
        owner, file = self._owner(path), self.entry(path)
        there = file is not None and owner.locate(file.file).is_file()
        return owner.texts(file.document) if file and there else None

    def _owner(self, path: str) -> Snapshot:
        return self.guide if self.guide and path.startswith(SHIPPED_GUIDE) else self

    def entry(self, path: str) -> LedgerEntry | None:
        """Return the entry of the document with that path, or None if it is gone."""
        owner = self._owner(path)
        return self._by_path.get(path) if owner is self else owner.entry(path)

    def _is_there(self, file: LedgerEntry | None) -> bool:
        """Whether the file still exists; it may have just been deleted."""
        return file is not None and self.locate(file.file).is_file()

    def search(
        self, weights: Mapping[str, float], k: int, scope: str = ""
    ) -> list[tuple[float, Passage]]:
        """Return at most ``k`` (score, passage), best first, without those of deleted files."""
        scope = scope.removeprefix(self.prefix)
        there: dict[int, tuple[Passage, ...]] = {}
        wanted = k
        while True:
            found = self.retriever.search(weights, wanted, scope)
            for number in {one.document for one in found} - there.keys():
                kept = self._is_there(self._by_number.get(number)) and self.texts(number)
                there[number] = kept[1] if kept else ()
            passages = [
                (one.score, there[one.document][one.passage])
                for one in found
                if there[one.document]
            ]
            if len(passages) >= k or len(found) < wanted:
                return passages[:k]
            wanted *= 2

    def under(self, prefix: str) -> Snapshot:
        """Return this snapshot with a prefix before its paths."""

        def locate(path: str) -> Path:
            return self.locate(path.removeprefix(prefix))

        def texts(number: int) -> tuple[Document, tuple[Passage, ...]] | None:
            found = self.texts(number)
            if not found:
                return None
            document, passages = found
            path = f"{prefix}{document.path}"
            return replace(document, path=path), tuple(replace(p, document=path) for p in passages)

        files = tuple(
            replace(
                file,
                path=f"{prefix}{file.path}",
                attached_to=file.attached_to and f"{prefix}{file.attached_to}",
            )
            for file in self.files
        )
        return replace(self, files=files, locate=locate, texts=texts, prefix=prefix)

    def with_private(self, own: Snapshot) -> Snapshot:
        """Return this snapshot and that of one conversation combined."""
        private = own.under(PRIVATE)

        def locate(path: str) -> Path:
            return (private if path.startswith(PRIVATE) else self).locate(path)

        def texts(number: int) -> tuple[Document, tuple[Passage, ...]] | None:
            return self.texts(number) if number > 0 else private.texts(-number)

        files = (replace(file, document=-file.document) for file in private.files)
        retriever = self.retriever.joined(own.retriever)
        return replace(
            self, files=(*self.files, *files), retriever=retriever, locate=locate, texts=texts
        )
