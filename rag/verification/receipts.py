"""Do an answer's citations still hold? Each is a receipt: file hash, offsets, text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from rag.corpus.snapshot import Snapshot


class ReceiptStatus(StrEnum):
    """What became of a cited passage."""

    HOLDS = "holds"
    MOVED_WITHIN = "moved within the file"
    CHANGED = "changed"
    """The file is there, the passage is not in it any more."""
    MOVED = "moved"
    """The same bytes are a file of another path."""
    REMOVED = "removed"
    ERASED = "erased"
    """Deleted for good."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A cited passage as it was."""

    number: int
    document: str
    sha256: str
    """Of the file's bytes."""
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, citation: Mapping[str, object]) -> Receipt:
        """Read a citation of ``rag ask --json``. Raises KeyError, TypeError and ValueError."""
        numbers = [int(str(citation[name])) for name in ("number", "start", "end")]
        texts = [str(citation[name]) for name in ("document", "sha256", "text")]
        return cls(numbers[0], texts[0], texts[1], numbers[1], numbers[2], texts[2])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a receipt's passage, and where it is now."""

    receipt: Receipt
    status: ReceiptStatus
    document: str = ""
    """Today's path; empty where there is none."""
    start: int | None = None
    """Where the text begins today."""


def verify(receipt: Receipt, corpus: Snapshot, erased: Collection[str] = ()) -> Verdict:
    """Hold a receipt against today's files; ``erased`` are hashes of what was deleted for good."""
    document = corpus.document(receipt.document)
    if document is None:
        return _elsewhere(receipt, corpus, erased)
    if document.text[receipt.start : receipt.end] == receipt.text:
        return Verdict(receipt, ReceiptStatus.HOLDS, document.path, receipt.start)
    start = document.text.find(receipt.text)
    if start >= 0:
        return Verdict(receipt, ReceiptStatus.MOVED_WITHIN, document.path, start)
    return Verdict(receipt, ReceiptStatus.CHANGED, document.path)


def _elsewhere(receipt: Receipt, corpus: Snapshot, erased: Collection[str]) -> Verdict:
    for file in corpus.documents:
        if file.sha256 == receipt.sha256:
            return Verdict(receipt, ReceiptStatus.MOVED, file.path, receipt.start)
    status = ReceiptStatus.ERASED if receipt.sha256 in erased else ReceiptStatus.REMOVED
    return Verdict(receipt, status)
