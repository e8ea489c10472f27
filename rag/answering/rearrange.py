"""Rearranges the last answer's sentences, or quotes a document's first ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.quotation import Quotation, quotation_of
from rag.answering.sentence_signals import MAX_CHARACTERS, MIN_WORDS
from rag.domain.requests import Form
from rag.text.program_text import is_no_statement
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.domain.answers import Sentence
    from rag.domain.documents import Passage
    from rag.domain.requests import Request
    from rag.domain.search import Hit

_HALF = 2
MAX_LEADS = 4
"""The maximum number of sentences quoted from one part of a document."""


def rearranged(request: Request, sentences: Sequence[Sentence], title: str) -> Quotation | None:
    """Return the supported sentences in the requested form, else unchanged; None if there are none.

    Table rows become sentences again. ``title`` is the header of a table.
    """
    carried = [(_as_prose(s.text), s.citations) for s in sentences if s.citations]
    if not carried:
        return None
    if request.form is Form.SHORTER:
        carried = carried[: max(1, len(carried) // _HALF)]
    if request.form is Form.TABLE:
        lead = f"| {title.replace('|', ' ')} |\n| --- |\n"
        return quotation_of(carried, lead=lead, before="| ", after=" |", between="\n")
    if request.form is Form.LIST:
        return quotation_of(carried, before="- ", between="\n")
    return quotation_of(carried, between=" ")


def _as_prose(text: str) -> str:
    """Return a table row as its cells, a code block as its lines, an item without its mark."""
    plain = text.strip("`~\n ").removeprefix("- ").strip()
    if plain.startswith("|"):
        plain = " – ".join(cell.strip() for cell in plain.strip("|").split("|"))
    return " ".join(plain.split())


def leads_of(hits: Sequence[Hit]) -> Quotation | None:
    """Quote the first sentence under each heading, in reading order, as an outline."""
    pieces: list[tuple[str, tuple[int, ...]]] = []
    used: list[int] = []
    headings: set[tuple[str, str]] = set()
    for position, hit in enumerate(hits):
        place = (hit.passage.document, hit.passage.heading)
        first = next(_sentences(hit.passage), "")
        if first and place not in headings and len(pieces) < MAX_LEADS:
            headings.add(place)
            pieces.append((first, (hit.number,)))
            used.append(position)
    return replace(quotation_of(pieces), used=frozenset(used)) if pieces else None


def _sentences(passage: Passage) -> Iterator[str]:
    """Yield the self-contained sentences: no headings, questions, fragments or very long ones."""
    for start, end in split_sentences(passage.text):
        text = passage.text[start:end]
        fits = end - start <= MAX_CHARACTERS and len(text.split()) >= MIN_WORDS
        if fits and not is_no_statement(text):
            yield text
