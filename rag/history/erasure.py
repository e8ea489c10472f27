"""What is left of an answer once a document that it rests on has been erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.history.schema import Record


KEPT_PROPS = frozenset({"labels", "rank", "document", "path", "page", "sha256"})


def without_document(record: Record, sha256: str) -> bool:
    """Take what a document gave out of an answer's record; an answer that rested on it is emptied.

    Return whether it did.
    """
    hits = record.get("hits") or []
    of_it = [hit for hit in hits if hit["passage"]["sha256"] == sha256]
    for hit in of_it:
        hit.update(before="", after="", matched=[])
    citations = [c for c in record.get("citations") or [] if c["passage"]["sha256"] == sha256]
    for passage in (place["passage"] for place in (*of_it, *citations)):
        passage.update(text="", heading="", title="", table_header="")
    if not citations and not any(hit.get("used") for hit in of_it):
        return False
    record.update(text="", sentences=[], query={"terms": [], "language": "en"}, listed=[])
    record["reasons"] = [{"code": "erased", "detail": ""}]
    for attempt in record.get("attempts") or []:
        attempt.update(sentences=[], sent=None)
        attempt["generation"].update(text="")
        attempt["confidence"].update(reasons=[], signals=[], would_change=None)
    return True
