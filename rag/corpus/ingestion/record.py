"""Packs a document and its passages into bytes for the store, and unpacks them."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, fields, replace
from typing import IO, TYPE_CHECKING, Any

from rag.corpus.ingestion.chunking import passage_at
from rag.domain.codec import from_plain, to_plain
from rag.domain.documents import Document, FileStatus, Indexed, LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rag.domain.documents import Passage

DAMAGED = (zlib.error, ValueError, KeyError, TypeError)
"""The errors of unpacking a damaged record."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The record of reading a file; without ``record`` it has no text of its own."""

    entry: LedgerEntry
    record: bytes = b""
    terms: bytes = b""
    attachments: tuple[Packed, ...] = ()
    """The records of what is attached to a mail."""

    def as_duplicate_of(self, original: LedgerEntry) -> Packed:
        """Return the record without its text, which another file has."""
        reason = f"It is the same as {original.name}."
        entry = replace(self.entry, status=FileStatus.DUPLICATE, reason=reason, passages=0)
        return Packed(entry)


def packed(
    entry: LedgerEntry, document: Document, passages: Iterable[Passage], indexed: Indexed
) -> Packed:
    """Pack a document as compressed JSON; passages are stored as offsets, without their text."""
    places = [[p.start, p.end, p.heading, p.page, p.table_header] for p in passages]
    record = {"document": to_plain(replace(document, attachments=())), "passages": places}
    return Packed(entry, _compressed(record), _compressed(_fields(indexed)))


def _fields(indexed: Indexed) -> dict[str, Any]:
    """Much faster than ``to_plain``, which would visit each of thousands of terms."""
    return {field.name: getattr(indexed, field.name) for field in fields(indexed)}


def _compressed(content: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(errors="surrogatepass"), 1)


def _plain(record: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(zlib.decompress(record).decode(errors="surrogatepass"))
    return content


def unpacked(record: bytes) -> tuple[Document, tuple[Passage, ...]]:
    """Return the document and its passages. Raises one of DAMAGED."""
    content = _plain(record)
    document = from_plain(Document, content["document"])
    return document, tuple(passage_at(document, *place) for place in content["passages"])


def unpacked_terms(record: bytes) -> Indexed:
    """Return the document's index terms. Raises one of DAMAGED."""
    content = _plain(record)
    return Indexed(
        content["path"],
        tuple(map(tuple, content["terms"])),
        tuple(content["name"]),
        tuple((word, term) for word, term in content["words"]),
    )


def write_message(stream: IO[bytes] | None, content: dict[str, object]) -> None:
    """Write a line of JSON to a pipe."""
    assert stream is not None
    stream.write(json.dumps(content).encode() + b"\n")
    stream.flush()


def write_record(stream: IO[bytes], packed: Packed) -> None:
    """Write the record of a file and of its attachments to a pipe."""
    head = {
        "entry": to_plain(packed.entry),
        "record": len(packed.record),
        "terms": len(packed.terms),
        "attachments": len(packed.attachments),
    }
    stream.write(json.dumps(head).encode() + b"\n" + packed.record + packed.terms)
    for attached in packed.attachments:
        write_record(stream, attached)
    stream.flush()


def read_record(stream: IO[bytes]) -> Packed:
    """Read what ``write_record`` has written. Raises EOFError if it ends before."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head = json.loads(line)
    record, terms = stream.read(head["record"]), stream.read(head["terms"])
    if len(record) + len(terms) < head["record"] + head["terms"]:
        raise EOFError
    attachments = tuple(read_record(stream) for _ in range(head["attachments"]))
    return Packed(from_plain(LedgerEntry, head["entry"]), record, terms, attachments)
