"""The last resort: the few sentences of the passages that answer best, verbatim."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answering.sentence_signals import MAX_CHARACTERS, Quote, sentence_signals
from rag.domain.answers import Sentence, Support
from rag.retrieval.thresholds import shipped
from rag.text.answer_type import defined_subject, defines
from rag.text.markdown import FENCES, QUOTED_CODE, code_blocks
from rag.text.program_text import is_code, is_no_statement
from rag.text.sentences import split_sentences
from rag.text.tables import rows_as_people_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rag.domain.documents import Passage
    from rag.domain.search import Hit, Query
    from rag.retrieval.thresholds import Linear

MAX_PIECES = 3
PART_PIECES = 2
"""Of each part of a question with several."""
MAX_WORDS = 120
"""Of one quotation; on average it has 72."""
PIECE_WORDS = 50
"""Of one piece: neighbouring sentences are quoted together. Single ones are read out of context,
and hold the answer less often: of 45 questions about a course, .38 against .53."""
LEAST_SHARE = 0.31
"""A piece is quoted beside the best one when its chance is at least this share of that one's."""
FOLLOWING = 3
"""Items quoted after a sentence that introduces them."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A text made of sentences that stand as they are in the passages, each with its number."""

    text: str
    sentences: tuple[Sentence, ...]
    used: frozenset[int] = frozenset()
    """Positions of the hits quoted."""


def quotation_of(  # noqa: PLR0913 - how pieces are put together
    pieces: Sequence[tuple[str, tuple[int, ...]]],
    *,
    lead: str = "",
    before: str = "",
    after: str = "",
    between: str = "\n\n",
    fenced: Sequence[bool] = (),
) -> Quotation:
    """Put sentences with their passages' numbers together; ``before`` and ``after`` frame each.

    ``fenced`` tells which are code, to be shown as such.
    """
    text, sentences = lead, []
    for position, (words, numbers) in enumerate(pieces):
        code = position < len(fenced) and fenced[position]
        text += (between if position else "") + before + (QUOTED_CODE if code else "")
        start = len(text)
        sentences.append(Sentence(words, start, start + len(words), Support.FULL, numbers, 1.0))
        text += words + (f"\n{QUOTED_CODE}" if code else "")
        chips = " ".join(f"[{number}]" for number in numbers)
        text += (chips if code or not chips else f" {chips}") + after
    return Quotation(text, tuple(sentences))


def quotation_for(
    asked: Sequence[tuple[str, Query, Sequence[Hit]]],
    hits: Sequence[Hit],
    idf_of: Callable[[str], float],
    cited_by: Callable[[int], int] = int,
) -> Quotation | None:
    """Quote what answers each part of a question best; None where no passage has a sentence for it.

    ``asked``: the parts with their queries and hits, which are among all ``hits``; ``cited_by``
    gives the number by which a hit with that number is cited.
    """
    places = {hit.number: position for position, hit in enumerate(hits)}
    most = MAX_PIECES if len(asked) == 1 else PART_PIECES
    quotes = dict.fromkeys(
        replace(piece, position=places[found[piece.position].number])
        for question, query, found in asked
        for piece in quote(question, query, found, idf_of)[:most]
    )
    if not quotes:
        return None
    made = quotation_of(
        [
            (
                _as_people_read(piece, hits[piece.position].passage),
                (cited_by(hits[piece.position].number),),
            )
            for piece in quotes
        ],
        fenced=[piece.code for piece in quotes],
    )
    return replace(made, used=frozenset(piece.position for piece in quotes))


def quote(
    question: str, query: Query, hits: Sequence[Hit], idf_of: Callable[[str], float]
) -> tuple[Quote, ...]:
    """Return the few pieces that most probably hold the answer: the best, then in reading order."""
    model = shipped().quotation
    runs = _runs(
        [
            (_chance(signals, model), piece)
            for piece, signals in sentence_signals(question, query, hits, idf_of)
        ],
        hits,
    )
    pieces = sorted(
        (piece for run in runs for piece in _pieces(run, hits)), key=lambda pair: -pair[0]
    )
    if not pieces:
        return ()
    best, first = pieces[0]
    if subject := defined_subject(question):
        _, first = next((one for one in pieces if defines(subject, one[1].text)), pieces[0])
    least = LEAST_SHARE * best
    chosen, words = [first], len(first.text.split())
    for chance, piece in pieces:
        size = len(piece.text.split())
        fits = len(chosen) < MAX_PIECES and words + size <= MAX_WORDS
        beside = _is_program(piece) <= _is_program(first)
        worthwhile = fits and beside and chance >= least
        if worthwhile and not any(_repeats(piece, other) for other in chosen):
            chosen.append(piece)
            words += size
    others = sorted(chosen[1:], key=lambda piece: (piece.position, piece.start))
    return tuple(
        _with_items(piece, hits[piece.position].passage.text) for piece in (first, *others)
    )


def _as_people_read(piece: Quote, passage: Passage) -> str:
    head = passage.table_header.partition("\n")[0]
    return piece.text if piece.code else rows_as_people_read(piece.text, head)


def _runs(
    sentences: Sequence[tuple[float, Quote]], hits: Sequence[Hit]
) -> list[list[tuple[float, Quote]]]:
    """Put sentences together that follow each other: prose or code, at most fragments between."""
    runs: list[list[tuple[float, Quote]]] = []
    for chance, piece in sentences:
        last = runs[-1][-1][1] if runs else None
        if last and last.position == piece.position and _goes_on(last, piece, hits):
            runs[-1].append((chance, piece))
        else:
            runs.append([(chance, piece)])
    return runs


def _goes_on(last: Quote, piece: Quote, hits: Sequence[Hit]) -> bool:
    between = hits[piece.position].passage.text[last.end : piece.start]
    introduces = last.text.rstrip().endswith(":") and not last.code
    alike = (last.code, is_code(last.text)) == (piece.code, is_code(piece.text))
    if piece.is_row:  # a row says all about its thing
        return False
    if last.code and piece.code:
        return not any(fence in between for fence in FENCES)
    return (alike or introduces) and not any(
        is_no_statement(between[start:end]) or end - start > MAX_CHARACTERS
        for start, end in split_sentences(between)
    )


def _pieces(
    run: Sequence[tuple[float, Quote]], hits: Sequence[Hit]
) -> Iterator[tuple[float, Quote]]:
    """Yield neighbouring sentences, beginning at each, with the chance that one has the answer."""
    text = hits[run[0][1].position].passage.text
    for first, (chance, begun) in enumerate(run):
        without, piece = 1 - chance, begun
        for other, following in run[first + 1 :]:
            longer = text[begun.start : following.end]
            if len(longer.split()) > PIECE_WORDS:
                break
            without *= 1 - other
            piece = replace(piece, end=following.end, text=longer)
        yield 1 - without, _with_block(piece, text)


def _with_block(piece: Quote, text: str) -> Quote:
    """Return a piece of prose that ends within a block of code with the whole block."""
    block = next((b for b in code_blocks(text) if b.start < piece.end < b.end), None)
    if piece.code or not block:
        return piece
    return replace(piece, end=block.end, text=text[piece.start : block.end].rstrip())


def _with_items(piece: Quote, text: str) -> Quote:
    """Return a piece that ends with a colon with the first sentences after it."""
    if not piece.text.rstrip().endswith(":"):
        return piece
    ends = [end for start, end in split_sentences(text) if start >= piece.end][:FOLLOWING]
    end = max(ends, default=piece.end)
    return _with_block(replace(piece, end=end, text=text[piece.start : end]), text)


def _chance(signals: Mapping[str, float], model: Linear) -> float:
    """The chance that a sentence holds the answer."""
    return 1 / (1 + math.exp(-model.log_odds(signals)))


def _is_program(piece: Quote) -> bool:
    return piece.code or is_code(piece.text)


def _repeats(piece: Quote, other: Quote) -> bool:
    """Return whether pieces overlap, or one's text is in the other's."""
    if piece.position == other.position and piece.start < other.end and other.start < piece.end:
        return True
    return piece.text in other.text or other.text in piece.text
