"""What an admin does to the corpus through the chat; each but erasing can be undone for a week."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain import ChangeKind
from rag.errors import CorpusError
from rag.evidence import matched_words, words_of
from rag.query import build_query
from rag.reading import sha256_of
from rag.uploads import copied, reserved, safe_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.domain import CorpusChange, LedgerEntry, Passage
    from rag.generation import Generation
    from rag.history import History
    from rag.knowledge import KnowledgeBase

UNDO_DAYS = 7
_LOOKED_AT = 1_000
"""Passages among which the rank of one is looked for."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a document's best passage is, or is not, among the hits of a query."""

    rank: int | None
    """From 1; None where no passage of it has a word of the query."""
    score: float
    best: Passage | None
    matched: tuple[str, ...]
    """Words of the query that stand in it."""
    missing: tuple[str, ...]


class Curator:
    """Adds, deletes, restores and erases files of a corpus. Its methods block."""

    def __init__(
        self, knowledge: KnowledgeBase, trash: Path, history: History, notice: Callable[[str], str]
    ) -> None:
        """``notice``: what stands in place of an erased answer, by language."""
        self._knowledge = knowledge
        self._notice = notice
        self._trash = trash
        self._history = history

    def changes(self) -> tuple[CorpusChange, ...]:
        """The last changes of the corpus, the latest first."""
        return self._knowledge.ledger.last_changes()

    def add(self, name: str, content: Path) -> str:
        """Copy a file into the corpus folder; return its path there."""
        target = reserved(self._knowledge.folder, safe_name(name))
        self._knowledge.ledger.note(ChangeKind.UPLOADED, target.name, _UPLOAD)
        copied(content, target)
        self._knowledge.refresh(wait=False)
        return target.name

    def delete(self, path: str) -> None:
        """Move a file of the corpus into the trash. Raises CorpusError."""
        self._file(path)
        kept = self._into_trash(path)
        self._knowledge.ledger.note(ChangeKind.DELETED, path, kept)
        self._knowledge.refresh(wait=False)

    def undo(self, number: int) -> None:
        """Take a change back. Raises CorpusError where that is not possible any more."""
        change = next((c for c in self.changes() if c.number == number and c.trash), None)
        if change is None:
            raise CorpusError("This change cannot be undone any more.", "Open the list again.")
        ledger = self._knowledge.ledger
        if change.kind is ChangeKind.UPLOADED:
            self.delete(change.path)
        else:
            kept = self._trash / change.trash
            target = self._knowledge.folder / change.path
            if not kept.is_file() or target.exists():
                raise CorpusError(
                    f"{change.path} cannot be restored: it is not in the trash any more,"
                    " or there is another file of that name.",
                    "Look into the folder.",
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            copied(kept, target)  # the trash may lie on another disk
            ledger.note(ChangeKind.RESTORED, change.path)
            kept.unlink()
            self._knowledge.refresh(wait=False)
        ledger.undone(number)

    def read_again(self, path: str) -> None:
        """Read a file anew. Raises CorpusError."""
        self._file(path)
        self._knowledge.read_again(path)

    def erase(self, path: str) -> list[str]:
        """Delete a file and its copies for good, also from conversations; return their paths.

        Raises CorpusError.
        """
        file = self._file(path)
        if not file.sha256:  # never read: there is nothing but the file
            return self._erase([path], "")
        self._knowledge.ledger.begin_erasing(file.sha256)
        return self._erase(self._with_bytes(file.sha256), file.sha256)

    def finish_erasing(self) -> None:
        """Do what is left of an erasing that was interrupted."""
        for sha256 in filter(None, self._knowledge.ledger.erasing()):
            self._erase(self._with_bytes(sha256), sha256)

    def _with_bytes(self, sha256: str) -> list[str]:
        return [file.path for file in self._generation().files if file.sha256 == sha256]

    def _erase(self, paths: list[str], sha256: str) -> list[str]:
        if sha256:
            self._history.erase(sha256, self._notice)
            for kept in list(self._trash.glob("*")):
                if sha256_of(kept) == sha256:
                    kept.unlink()
        for one in paths:
            (self._knowledge.folder / one).unlink(missing_ok=True)
            self._knowledge.ledger.note(ChangeKind.ERASED, one)
        self._knowledge.erase(paths, sha256)
        return paths

    def explain(self, text: str, path: str) -> Explanation:
        """Tell where a document's best passage ranks for a query, and why. Raises CorpusError."""
        self._file(path)
        corpus = self._generation()
        retriever = corpus.retriever
        query = build_query(text, (), corpus.languages, retriever.idf_of, retriever.spellings)
        words = tuple(word.word for word in words_of(query, retriever.idf_of))
        for rank, (score, passage) in enumerate(corpus.search(query.weights, _LOOKED_AT), start=1):
            if passage.document == path:
                matched = matched_words(query, passage, retriever.idf_of)
                missing = tuple(word for word in words if word not in matched)
                return Explanation(rank, score, passage, matched, missing)
        return Explanation(None, 0.0, None, (), words)

    def empty_trash(self) -> None:
        """Erase what was deleted longer ago than can be undone."""
        oldest = time.time() - UNDO_DAYS * 86_400
        for kept in self._trash.glob("*"):
            if kept.stat().st_mtime < oldest:
                kept.unlink(missing_ok=True)

    def _generation(self) -> Generation:
        return self._knowledge.fresh()

    def _file(self, path: str) -> LedgerEntry:
        found = next((f for f in self._generation().files if f.path == path), None)
        if found is None:
            raise CorpusError(f"There is no file {path} in the corpus.", "Open the list again.")
        return found

    def _into_trash(self, path: str) -> str:
        self._trash.mkdir(parents=True, exist_ok=True)
        kept = self._trash / uuid.uuid4().hex
        shutil.move(self._knowledge.folder / path, kept)
        os.utime(kept)  # from now on its week runs
        return kept.name


_UPLOAD = "upload"
"""Stands for a trash that is not needed: undoing an upload deletes it."""
