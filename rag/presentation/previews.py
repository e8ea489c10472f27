"""What is shown beside a citation before it is opened: the place, and the sentence relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.presentation.message import shown_hits
from rag.presentation.wording import place
from rag.text.analysis import terms_of
from rag.text.sentences import split_sentences
from rag.verification.alignment import STRETCH_SENTENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Answer
    from rag.domain.documents import Passage

    Preview = dict[str, str]
    Span = tuple[int, int]

BEFORE, AFTER, MARKED = 120, 240, 400
"""Characters: what is shown can be read in some seconds, and is cut at words."""


def previews_of(answer: Answer) -> dict[str, list[Preview]]:
    """Return number -> a preview for each time that the text cites it, in the text's order."""
    passages = {hit.number: hit.passage for hit in shown_hits(answer)}
    cited: dict[int, list[Span]] = {number: [] for number in passages}
    for sentence in answer.sentences:
        for number, start in zip(sentence.citations, sentence.places, strict=False):
            if number in passages:
                cited[number].append(_relied_on(passages[number], start, sentence.terms))
    return {
        str(number): [
            _preview(passage, span, answer.language)
            for span in cited[number] or [_beginning(passage)]
        ]
        for number, passage in passages.items()
    }


def _relied_on(passage: Passage, start: int, terms: Sequence[str]) -> Span:
    """Return the sentence with most of the terms, of those that the support begins with."""
    spans = [span for span in split_sentences(passage.text) if span[1] > start][:STRETCH_SENTENCES]
    wanted = set(terms)

    def shared(span: Span) -> int:
        return len(wanted.intersection(terms_of(passage.text[slice(*span)], passage.language)))

    return max(spans, key=shared, default=_beginning(passage))


def _beginning(passage: Passage) -> Span:
    return 0, min(len(passage.text), AFTER)


def _preview(passage: Passage, span: Span, language: str) -> Preview:
    first, last = span
    return {
        "place": place(passage, language),
        "before": _end_of(passage.text[:first]),
        "marked": _beginning_of(passage.text[first:last], MARKED),
        "after": _beginning_of(passage.text[last:], AFTER),
    }


def _end_of(text: str) -> str:
    cut = text[-BEFORE:]
    return cut if cut == text else f"… {cut.partition(' ')[2]}"


def _beginning_of(text: str, length: int) -> str:
    cut = text[:length]
    return cut if cut == text else f"{cut.rpartition(' ')[0]} …"
