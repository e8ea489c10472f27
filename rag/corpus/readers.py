"""The interface of the readers of files, and the default ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rag.corpus.ingestion.worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rag.corpus.ingestion.record import Packed
    from rag.domain.documents import File


class Readers(Protocol):
    """Reads files in any order; a failure is recorded in the file's entry."""

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        """Yield each file's record when it is ready. Blocks."""
        ...

    def rest(self) -> None:
        """Free what is only needed while files are read."""
        ...


def separate_processes() -> Readers:
    """Return readers in separate processes, so that a crash or hang affects only one file."""
    return WorkerPool()
