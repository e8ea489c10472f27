"""A checked text with the citations that its sentences earned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.text.markdown import FENCES
from rag.verification.answer_sentences import MARKER, PLEASANTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Sentence


def cite(
    text: str, sentences: Sequence[Sentence], *, drop: frozenset[int] = frozenset()
) -> tuple[str, tuple[Sentence, ...]]:
    """Return a text with the citations that its sentences earned, and the sentences' new offsets.

    Whatever markers the writer set are taken out. ``drop`` names sentences, by position, to leave
    out altogether.
    """
    pieces: list[str] = []
    moved: list[Sentence] = []
    position = length = 0
    for index, sentence in enumerate(sentences):
        between = _between(text[position : sentence.start])
        position = sentence.end
        if index in drop:
            continue
        body = MARKER.sub("", text[sentence.start : sentence.end]).rstrip()
        pieces.append(between)
        markers = "".join(f" [{number}]" for number in sentence.citations)
        if body.endswith("|"):  # a table's row: what stands after its last bar is lost
            body = f"{body[:-1].rstrip()}{markers} |"
            markers = ""
        elif body.startswith(FENCES):
            markers = f"\n\n{markers.strip()}" if markers else ""
        pieces += [body, markers]
        start = length + len(between)
        moved.append(replace(sentence, start=start, end=start + len(body)))
        length = start + len(body) + len(markers)
    pieces.append(_between(text[position:]))
    return "".join(pieces).rstrip(), tuple(moved)


def _between(text: str) -> str:
    """What stands between checked sentences, without markers and pleasantries."""
    plain = MARKER.sub("", text)
    return "" if PLEASANTRY.fullmatch(plain.strip(" *_-#>\t\n")) else plain
