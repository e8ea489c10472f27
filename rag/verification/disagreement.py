"""Finds what another document says differently: the same sentence with another value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.text.sentences import split_sentences
from rag.verification.claims import Claim, claim_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.domain.answers import Sentence
    from rag.domain.documents import Passage

ALIKE = 0.7
"""The share of the words of each of two sentences, from which they are about the same."""
LEAST_TERMS = 3
"""Shorter sentences are alike by chance."""


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
