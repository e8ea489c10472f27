"""Admins' changes to the corpus through the chat; all but erasing can be undone for a week."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING

from rag.corpus.filenames import copy_file, reserve_file, safe_name
from rag.corpus.ingestion.reader import sha256_of
from rag.domain.documents import ChangeKind
from rag.domain.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import CorpusChange, LedgerEntry
    from rag.domain.protocols import ErasableHistory

UNDO_DAYS = 7


class Curator:
    """Adds, deletes, restores and erases files of a corpus. All methods block."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        trash: Path,
        history: ErasableHistory,
        notice: Callable[[str], str],
    ) -> None:
        """``notice``: the replacement for an erased answer, by language."""
        self._knowledge = knowledge
        self._notice = notice
        self._trash = trash
        self._history = history

    def changes(self) -> tuple[CorpusChange, ...]:
        """Return the recent changes of the corpus, latest first."""
        return self._knowledge.store.change_log.last()

    def add(self, name: str, content: Path, folder: str = "") -> str:
        """Copy a file into a folder of the corpus; return its path there.

        Raises CorpusError if there is no such folder, or the file is empty.
        """
        if content.stat().st_size == 0:
            raise CorpusError(f"{name} is empty (0 bytes).", "Choose another file.")
        parent = self._knowledge.folder / folder
        known = {str(above) for f in self._snapshot().files for above in PurePath(f.path).parents}
        if folder and (folder not in known or not parent.is_dir()):
            raise CorpusError(f"There is no folder {folder} in the corpus.", "Open the list again.")
        target = reserve_file(parent, safe_name(name))
        path = target.relative_to(self._knowledge.folder).as_posix()
        self._knowledge.store.change_log.note(ChangeKind.UPLOADED, path, _UPLOAD)
        copy_file(content, target)
        self._knowledge.refresh(wait=False)
        return path

    def delete(self, path: str) -> None:
        """Move a file of the corpus into the trash. Raises CorpusError."""
        _refuse_attachment(self._file(path))
        kept = self._into_trash(path)
        self._knowledge.store.change_log.note(ChangeKind.DELETED, path, kept)
        self._knowledge.refresh(wait=False)

    def undo(self, number: int) -> None:
        """Undo a change. Raises CorpusError if that is no longer possible."""
        change = next((c for c in self.changes() if c.number == number and c.trash), None)
        if change is None:
            raise CorpusError("This change cannot be undone any more.", "Open the list again.")
        log = self._knowledge.store.change_log
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
            copy_file(kept, target)  # the trash may be on another disk
            log.note(ChangeKind.RESTORED, change.path)
            kept.unlink()
            self._knowledge.refresh(wait=False)
        log.undone(number)

    def read_again(self, path: str) -> None:
        """Read a file again. Raises CorpusError."""
        self._knowledge.read_again(self._file(path).file)

    def erase(self, path: str) -> list[str]:
        """Permanently delete a file and its copies, also from conversations; return their paths.

        Raises CorpusError.
        """
        file = self._file(path)
        _refuse_attachment(file)
        if not file.sha256:  # the file was never read, so nothing else holds its content
            return self._erase([path], "")
        self._refuse_attached_elsewhere(file)
        paths = self._with_bytes(file.sha256)
        attached = self._only_attached_to(paths)
        for sha256 in (file.sha256, *attached):
            self._knowledge.store.begin_erasing(sha256)
        erased = self._erase(paths, file.sha256)
        for sha256 in attached:
            self._erase([], sha256)
        return erased

    def finish_erasing(self) -> None:
        """Complete erasures that were interrupted."""
        for sha256 in filter(None, self._knowledge.store.erasing()):
            self._erase(self._with_bytes(sha256), sha256)

    def _with_bytes(self, sha256: str) -> list[str]:
        files = self._snapshot().files
        return [file.path for file in files if file.sha256 == sha256 and not file.attached_to]

    def _refuse_attached_elsewhere(self, file: LedgerEntry) -> None:
        copies = (one for one in self._snapshot().files if one.sha256 == file.sha256)
        mail = next((one.attached_to for one in copies if one.attached_to), None)
        if mail:
            raise CorpusError(
                f"The same content is attached to {mail}.", "Delete that mail for good first."
            )

    def _only_attached_to(self, mails: list[str]) -> list[str]:
        """Return the hashes of the attachments that are nowhere else."""
        files = self._snapshot().files
        elsewhere = {file.sha256 for file in files if file.file not in mails}
        return sorted({file.sha256 for file in files if file.attached_to in mails} - elsewhere)

    def _erase(self, paths: list[str], sha256: str) -> list[str]:
        if sha256:
            self._history.erase(sha256, self._notice)
            for kept in list(self._trash.glob("*")):
                if sha256_of(kept) == sha256:
                    kept.unlink()
        for one in paths:
            (self._knowledge.folder / one).unlink(missing_ok=True)
            self._knowledge.store.change_log.note(ChangeKind.ERASED, one)
        self._knowledge.erase(paths, sha256)
        return paths

    def empty_trash(self) -> None:
        """Erase what was deleted too long ago to be undone."""
        oldest = time.time() - UNDO_DAYS * 86_400
        for kept in self._trash.glob("*"):
            if kept.stat().st_mtime < oldest:
                kept.unlink(missing_ok=True)

    def _snapshot(self) -> Snapshot:
        return self._knowledge.fresh()

    def _file(self, path: str) -> LedgerEntry:
        found = next((f for f in self._snapshot().files if f.path == path), None)
        if found is None:
            raise CorpusError(f"There is no file {path} in the corpus.", "Open the list again.")
        return found

    def _into_trash(self, path: str) -> str:
        self._trash.mkdir(parents=True, exist_ok=True)
        kept = self._trash / uuid.uuid4().hex
        shutil.move(self._knowledge.folder / path, kept)
        os.utime(kept)  # starts its week in the trash
        return kept.name


def _refuse_attachment(file: LedgerEntry) -> None:
    if file.attached_to:
        raise CorpusError(
            f"{file.name} is attached to {file.attached_to}.", "Delete the mail instead."
        )


_UPLOAD = "upload"
"""The value of ``trash`` for an upload: undoing it just deletes the file."""
