"""How the files of a corpus are read: what the corpus needs of its readers, and which they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rag.corpus.ingestion.worker_pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rag.corpus.ingestion.record import Packed
    from rag.domain.documents import File


class Readers(Protocol):
    """Reads files in whatever order; what is wrong with one is in its entry."""

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        """Yield what each gave, as they come. Blocks."""
        ...

    def rest(self) -> None:
        """Free what is only needed while files are read."""
        ...


def separate_processes() -> Readers:
    """Readers in processes of their own: one that kills or blocks its reader harms nothing else."""
    return WorkerPool()
