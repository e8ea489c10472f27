"""What tells whether a sentence of the passages found holds the answer to a question."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.retrieval.evidence import order_of, sentences_of, terms_around, words_of
from rag.text.answer_type import AnswerType, answer_type_of, gives
from rag.text.markdown import code_blocks
from rag.text.program_text import is_no_statement
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rag.domain.search import Hit, Query

MAX_CHARACTERS = 600
MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """``passage.text[start:end]`` of the hit at ``position`` (from 0)."""

    position: int
    start: int
    end: int
    text: str
    code: bool = False
    """Whether it stands in a block of code, or is cut from a program."""

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.text.startswith("|")


def sentence_signals(
    question: str, query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]
) -> Iterator[tuple[Quote, dict[str, float]]]:
    """Yield each sentence that can be quoted, with what tells whether it holds the answer."""
    words = words_of(query, idf_of)
    total = sum(word.mass for word in words) or 1.0
    expected = answer_type_of(question)

    def share(terms: frozenset[str]) -> float:
        return sum(word.mass for word in words if word.stands_in(terms)) / total

    for position, hit in enumerate(hits):
        before: frozenset[str] = frozenset()
        text = hit.passage.text
        around = terms_around(hit.passage)
        blocks = list(code_blocks(text))
        for (start, end), sentence in zip(
            split_sentences(text), sentences_of(hit.passage), strict=True
        ):
            piece = text[start:end]
            own = share(sentence.terms)
            code = hit.passage.code or any(b.code_start <= start < b.code_end for b in blocks)
            unfit = len(sentence.words) < MIN_WORDS or end - start > MAX_CHARACTERS
            if not unfit and not is_no_statement(piece.lstrip("# ") if code else piece):
                found = Quote(position, start, end, piece, code)
                yield (
                    found,
                    {
                        "words": own,
                        "words_with_previous": share(sentence.terms | before) - own,
                        "words_with_headings": share(sentence.terms | around) - own,
                        "previous": share(before),
                        "order": order_of(words, sentence),
                        "score": hit.score / hits[0].score if hits[0].score else 0.0,
                        "first_hit": float(position == 0),
                        "length": math.log(len(piece.split())),
                        "row": float(found.is_row),
                        **_type_signals(expected, question, piece),
                    },
                )
            before = sentence.terms


def _type_signals(expected: AnswerType, question: str, text: str) -> dict[str, float]:
    """Has a sentence a value or a name, where one is asked for, that the question has not?"""
    asked = expected in {AnswerType.VALUE, AnswerType.NAME}
    there = asked and gives(expected, question, text)
    return {"of_type": float(there), "not_of_type": float(asked and not there)}
