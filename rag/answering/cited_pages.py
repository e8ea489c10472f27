"""The page of what is cited: a passage may span several, and its sentence stands on one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.domain.answers import Sentence
    from rag.domain.documents import Document
    from rag.domain.search import Hit


def at_cited_pages(
    hits: Sequence[Hit],
    sentences: Sequence[Sentence],
    document_of: Callable[[str], Document | None],
) -> tuple[Hit, ...]:
    """Return the hits with the page of the first sentence that cites each; blocks."""
    return tuple(_at_cited_page(hit, sentences, document_of) for hit in hits)


def _at_cited_page(
    hit: Hit, sentences: Sequence[Sentence], document_of: Callable[[str], Document | None]
) -> Hit:
    passage = hit.passage
    if passage.page is None or (place := _place(hit, sentences)) is None:
        return hit
    document = document_of(passage.document)
    offset = passage.start + place
    pages = document.pages if document else ()
    number = next((p.number for p in pages if p.start <= offset < p.end), passage.page)
    return hit if number == passage.page else replace(hit, passage=replace(passage, page=number))


def _place(hit: Hit, sentences: Sequence[Sentence]) -> int | None:
    """Return where in a passage the first sentence stands that cites it."""
    for sentence in sentences:
        if hit.number in sentence.citations:
            verbatim = hit.passage.text.find(sentence.text)
            places = dict(zip(sentence.citations, sentence.places, strict=False))
            return verbatim if verbatim >= 0 else places.get(hit.number)
    return None
