"""Restores the draft's sentences where the large model's refinement lost support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain.answers import Support
from rag.text.analysis import analyse
from rag.verification.answer_sentences import MARKER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Sentence

SAME_SHARE = 0.3
"""Sentences with at least this Jaccard index of their terms count as the same."""


def put_back(
    text: str, sentences: Sequence[Sentence], draft: Sequence[Sentence], language: str
) -> str:
    """Return a refined text whose unsupported sentences are replaced by the draft's.

    A sentence without a similar supported sentence in the draft is left as is.
    """
    supported = [sentence for sentence in draft if sentence.support is Support.FULL]
    there = {_plain(s.text) for s in sentences if s.support is Support.FULL}
    pieces: list[str] = []
    position = 0
    for sentence in sentences:
        pieces.append(text[position : sentence.start])
        position = sentence.end
        own = text[sentence.start : sentence.end]
        if sentence.support is not Support.FULL:
            origin = max(
                supported,
                key=lambda other: _jaccard(sentence.text, other.text, language),
                default=None,
            )
            if origin and _jaccard(sentence.text, origin.text, language) >= SAME_SHARE:
                # Avoid repeating a sentence that is already present.
                own = "" if _plain(origin.text) in there else origin.text
                there.add(_plain(origin.text))
        pieces.append(own)
    pieces.append(text[position:])
    return "".join(pieces).strip()


def _plain(text: str) -> str:
    return " ".join(MARKER.sub("", text).split())


def _jaccard(one: str, other: str, language: str) -> float:
    """Jaccard index of the two sentences' terms."""
    mine, theirs = ({t.terms[0] for t in analyse(text, language)} for text in (one, other))
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0
