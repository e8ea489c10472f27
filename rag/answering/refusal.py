"""Questions that the passages found cannot answer, although they share words with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.quotation import quote
from rag.domain.search import EvidenceLevel
from rag.text.answer_type import may_miss
from rag.verification.claims import claim_of
from rag.verification.exact import ExactTexts, exact_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rag.domain.search import Evidence, Hit, Query

DOUBTFUL = frozenset({EvidenceLevel.WEAK, EvidenceLevel.SOME})


def cannot_answer(  # noqa: PLR0913 - one argument per thing that is weighed
    question: str,
    language: str,
    query: Query,
    hits: Sequence[Hit],
    evidence: Evidence,
    idf_of: Callable[[str], float],
) -> bool:
    """Return whether the passages lack the one thing that the question turns on.

    That is an identifier, address or version of the question; a name, where evidence is not strong;
    or, where it is weak, the kind of answer that is asked for.
    """
    if absent_exact(question, hits):
        return True
    if evidence.level not in DOUBTFUL:
        return False
    if _lacks_name(question, language, _texts(hits), evidence):
        return True
    if evidence.level is not EvidenceLevel.WEAK:
        return False
    quoted = " ".join(piece.text for piece in quote(question, query, hits, idf_of))
    return may_miss(question, quoted)


def absent_exact(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the identifiers, addresses and versions of a question that no passage found has."""
    exact = ExactTexts(_texts(hits))
    return tuple(
        item.text for item in exact_in(question) if not item.quoted and not exact.holds(item)
    )


def _texts(hits: Sequence[Hit]) -> list[str]:
    return [f"{h.passage.title}\n{h.passage.heading}\n{h.passage.text}" for h in hits]


def _lacks_name(question: str, language: str, texts: Sequence[str], evidence: Evidence) -> bool:
    """Return whether no passage has a name of the question, in whatever inflection."""
    claim = claim_of(question, language)
    missing = {word for word in evidence.missing if word[:1].isupper()}
    found = frozenset().union(*(claim_of(text, language).parts for text in texts))
    return any(
        (own := claim_of(f"x {word}", language)).nouns & claim.nouns and not own.nouns & found
        for word in missing
    )
