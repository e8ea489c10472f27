"""KnowledgeBase: the one mutable thing. It swaps whole generations, so readers see one or other."""

from __future__ import annotations

import hashlib
import logging
import threading
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.analysis import analyse, beginning_of, folded, terms_of
from rag.chunking import passages_of
from rag.corpus import File, scan
from rag.domain import NOTHING_INDEXED, Document, Indexed, Passage, Unreadable
from rag.errors import ExtractionError
from rag.extraction import extract

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rag.interfaces import Retriever, RetrieverFamily
    from rag.library import Library

logger = logging.getLogger(__name__)

TITLE_WEIGHT = 1
"""A title counts once in each passage, beside the name as a field of its own. nDCG@10 at 0, 1, 2:
cranfield .362 .380 .388; mtrag-un .878 .879 .876; squad2 .876 .878 .877."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What reading one file gave."""

    file: File
    result: Document | Unreadable
    indexed: Indexed = NOTHING_INDEXED

    @property
    def passages(self) -> tuple[Passage, ...]:
        """In reading order; none where it could not be read."""
        return self.indexed.passages


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of the corpus, whole: what a question is answered from."""

    entries: tuple[Entry, ...]
    retriever: Retriever
    revision: str
    """Changes exactly when a file's path or bytes change."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """The readable documents by path."""
        return tuple(e.result for e in self.entries if isinstance(e.result, Document))

    @property
    def readable(self) -> list[Entry]:
        """The files that gave text, by path."""
        return [entry for entry in self.entries if isinstance(entry.result, Document)]

    @property
    def titles(self) -> dict[str, str]:
        """Path -> title of the readable documents."""
        return {document.path: document.title for document in self.documents}

    def passages_of(self, path: str) -> tuple[Passage, ...]:
        """A document's passages in reading order; none where it is not there."""
        return next((e.passages for e in self.entries if e.file.path == path), ())

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that gave no text, by path."""
        return tuple(e.result for e in self.entries if isinstance(e.result, Unreadable))

    @property
    def passage_count(self) -> int:
        """How many passages can be found."""
        return sum(len(entry.passages) for entry in self.entries)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the documents, the most frequent first."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            if isinstance(entry.result, Document):
                language = entry.result.language
                counts[language] = counts.get(language, 0) + len(entry.passages)
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    def has(self, scope: str) -> bool:
        """Is there a document of that path, or one under that folder?"""
        folder = scope.rstrip("/") + "/"
        return any(d.path == scope or d.path.startswith(folder) for d in self.documents)

    def document(self, path: str) -> Document | None:
        """The document of that path, if it is there."""
        return next((d for d in self.documents if d.path == path), None)


class KnowledgeBase:
    """A folder's passages, brought up to date by ``refresh``; safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        family: RetrieverFamily,
        *,
        guide: bool = True,
        library: Library | None = None,
    ) -> None:
        self.folder = folder
        self._library = library
        self._index = family()
        self._guide = guide
        self._lock = threading.Lock()
        self._generation: Generation | None = None

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
            entries = self._generation.entries if self._generation else ()
            known = {e.file: e for e in entries if not _to_retry(e.result)}
            if self._generation and files == tuple(known):
                return self._generation
            stored = self._stored(files) if self._generation is None else {}
            entries = tuple(
                known.get(file) or stored.get(file) or self._read(file) for file in files
            )
            kept = {file.path for file in files if file in known}
            added = {
                e.file.path: e.indexed for e in entries if e.file.path not in kept and e.passages
            }
            gone = [file.path for file in known if file.path not in kept]
            retriever = self._index.change(added, gone)
            self._keep([e for e in entries if e.file not in known and e.file not in stored], gone)
            self._generation = Generation(entries, retriever, _revision(entries))
            return self._generation

    def _stored(self, files: Iterable[File]) -> dict[File, Entry]:
        """What an earlier run read of these very files."""
        found = self._library.known(files) if self._library else {}
        return {file: Entry(file, *given) for file, given in found.items()}

    def _keep(self, entries: Iterable[Entry], gone: Iterable[str]) -> None:
        if self._library:
            lasting = [e for e in entries if not _to_retry(e.result)]
            self._library.keep([(e.file, (e.result, e.indexed)) for e in lasting], gone)

    def tidy(self) -> None:
        """Compact the index where that is worth it; blocks, so it belongs in the background."""
        retriever = self._index.compact()
        if retriever is None:
            return
        with self._lock:
            if self._generation:
                # A change since then has a later view already.
                self._generation = replace(self._generation, retriever=self._index.change({}))

    def _read(self, file: File) -> Entry:
        try:
            if file.problem:
                raise ExtractionError(file.problem)
            document = extract(self.folder / file.path, file.path)
        except ExtractionError as error:
            name = file.path.encode(errors="replace").decode()
            logger.warning("%s is left out. %s", name, error)
            retry = isinstance(error.__cause__, OSError) or bool(file.problem)
            return Entry(file, Unreadable(name, str(error), retry))
        return Entry(file, document, indexed(document))


def indexed(document: Document) -> Indexed:
    """A document's passages, and the terms under which they and it are found."""
    passages = passages_of(document)
    stem = PurePosixPath(document.path).stem
    name = tuple(terms_of(f"{document.title} {stem}", document.language))
    words = {
        folded(token.word): token.terms[0]
        for text in (document.text, document.title)
        for token in analyse(text, document.language)
        if token.word.isalpha()
    }
    return Indexed(passages, tuple(indexed_terms(p) for p in passages), name, tuple(words.items()))


def indexed_terms(passage: Passage) -> tuple[str, ...]:
    """The terms under which a passage is found: its text, headings and title."""
    around = f"{passage.table_header}\n{passage.heading}"
    beginnings = (
        beginning_of(token.word, passage.language)
        for token in analyse(passage.text, passage.language)
    )
    return (
        *(term for term in beginnings if term),
        *terms_of(passage.text, passage.language),
        *terms_of(around, passage.language),
        *terms_of(passage.title, passage.language) * TITLE_WEIGHT,
    )


def _to_retry(result: Document | Unreadable) -> bool:
    return isinstance(result, Unreadable) and result.retry


def _revision(entries: tuple[Entry, ...]) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        content = entry.result.sha256 if isinstance(entry.result, Document) else entry.result.reason
        digest.update(f"{entry.file.path}\0{content}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()[:12]
