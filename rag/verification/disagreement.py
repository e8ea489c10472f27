"""Finds what another document says differently: the same sentence with another value.

Of two documents that disagree the newer one counts: by the year in its name or title, by saying
that it replaces another, or else by the file's time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.text.languages import any_of
from rag.text.sentences import split_sentences
from rag.verification.claims import Claim, claim_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.domain.answers import Sentence
    from rag.domain.documents import Passage
    from rag.domain.search import Hit

ALIKE = 0.7
"""The share of the words of each of two sentences, from which they are about the same."""
LEAST_TERMS = 3
"""Shorter sentences are alike by chance."""


COMPARED_HITS = 8
"""The passages that are held against each other before a model is asked."""
_DAY_NS = 24 * 3600 * 10**9
_YEAR = regex.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_REPLACING = regex.compile(rf"\b{any_of(lambda one: one.replacing)}\b", regex.IGNORECASE)


def newer_first(hits: Sequence[Hit], modified_ns: Callable[[str], int]) -> tuple[Hit, ...]:
    """Return the hits with each that contradicts an older document's before that one.

    ``modified_ns`` gives the time of a document's file, by path.
    """
    ordered = list(hits)
    claims = {
        hit.number: list(_claims(hit.passage))
        for hit in hits[:COMPARED_HITS]
        if not hit.passage.code
    }
    for late in hits[1:COMPARED_HITS]:
        for early in hits[: hits.index(late)]:
            if (
                ordered.index(early) < ordered.index(late)
                and early.passage.document != late.passage.document
                and _disagree(claims.get(early.number, ()), claims.get(late.number, ()))
                and is_newer(late.passage, early.passage, modified_ns)
            ):
                ordered.remove(late)
                ordered.insert(ordered.index(early), late)
    return tuple(ordered)


def is_newer(one: Passage, other: Passage, modified_ns: Callable[[str], int]) -> bool:
    """Return whether the document of ``one`` counts rather than that of ``other``."""
    years = [
        max(map(int, _YEAR.findall(f"{p.document} {p.title}")), default=0) for p in (one, other)
    ]
    if all(years) and years[0] != years[1]:
        return years[0] > years[1]
    replacing = [bool(_REPLACING.search(p.text)) for p in (one, other)]
    if replacing[0] != replacing[1]:
        return replacing[0]
    return modified_ns(one.document) - modified_ns(other.document) > _DAY_NS


def _claims(passage: Passage) -> Iterator[Claim]:
    for start, end in split_sentences(passage.text):
        claim = claim_of(passage.text[start:end], passage.language)
        if any(number.measured for number in claim.numbers):
            yield claim


def _disagree(some: Sequence[Claim], others: Sequence[Claim]) -> bool:
    return any(_differs(one, other) for one in some for other in others)


def disagreement(
    sentences: Sequence[Sentence], passages: Mapping[int, Passage]
) -> tuple[Passage, str] | None:
    """Return the first sentence of a document that contradicts one cited from another document.

    Both give a value of the same measure, and none in common.
    """
    for sentence in sentences:
        cited = {passages[n].document for n in sentence.citations if n in passages}
        if not cited:
            continue
        for passage in passages.values():
            if passage.document in cited:
                continue
            said = claim_of(sentence.text, passage.language)
            for start, end in split_sentences(passage.text):
                if _differs(said, claim_of(passage.text[start:end], passage.language)):
                    return passage, passage.text[start:end].strip()
    return None


def _differs(one: Claim, other: Claim) -> bool:
    shared = len(one.terms & other.terms)
    longer = max(len(one.terms), len(other.terms))
    if shared < LEAST_TERMS or shared < ALIKE * longer:
        return False
    mine = {(n.unit, n.value) for n in one.numbers if n.measured}
    theirs = {(n.unit, n.value) for n in other.numbers if n.measured}
    units = {unit for unit, _ in mine} & {unit for unit, _ in theirs}
    return any(
        not {v for u, v in mine if u == unit} & {v for u, v in theirs if u == unit}
        for unit in units
    )
