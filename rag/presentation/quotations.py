"""Quoted pieces of passages as Markdown: prose, code, and rows of tables as tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rag.presentation.markdown import escape, quoted
from rag.text.markdown import QUOTED_CODE
from rag.text.tables import cells_of, rows_read_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Answer, Sentence
    from rag.domain.documents import Passage


class _Rows(NamedTuple):
    """Rows of one table, each with its citations."""

    columns: tuple[str, ...]
    rows: list[list[str]]
    chips: str


def quotation_markdown(answer: Answer) -> str:
    """Return what an answer quotes as a block quotation with chips for ``[n]``."""
    passages = {hit.number: hit.passage for hit in answer.hits}
    found = [(sentence, _rows_of(sentence, passages)) for sentence in answer.sentences]
    parts: list[str] = []
    for columns, group in groupby(found, key=lambda pair: pair[1] and pair[1].columns):
        if columns:
            parts.append(_table(columns, [rows for _, rows in group if rows]))
        else:
            parts += [_piece(sentence, answer.text) for sentence, _ in group]
    return "\n>\n".join(parts)


def _piece(sentence: Sentence, text: str) -> str:
    code = text[: sentence.start].endswith(QUOTED_CODE)
    return quoted(sentence.text, _chips(sentence), code=code)


def _chips(sentence: Sentence) -> str:
    return " ".join(f"[{number}]" for number in sentence.citations)


def _rows_of(sentence: Sentence, passages: dict[int, Passage]) -> _Rows | None:
    """The rows of a table that a sentence tells in words, or None."""
    for number in sentence.citations:
        passage = passages.get(number)
        head = passage.table_header.partition("\n")[0] if passage else ""
        if passage and head and (rows := rows_read_as(sentence.text, passage.text, head)):
            return _Rows(tuple(cells_of(head)), rows, _chips(sentence))
    return None


def _table(columns: tuple[str, ...], quoted_rows: list[_Rows]) -> str:
    width = len(columns)
    lines = [_line([escape(column) for column in columns]), f"|{' --- |' * width}"]
    for rows, chips in ((one.rows, one.chips) for one in quoted_rows):
        shown = [_as_wide([escape(cell) for cell in row], width) for row in rows]
        shown[-1][-1] += f" {chips}"
        lines += [_line(row) for row in shown]
    return "\n".join(f"> {line}" for line in lines)


def _as_wide(row: list[str], width: int) -> list[str]:
    """A row with as many cells as the head has; a page drops those beyond it."""
    last = width - 1
    return [*row[:last], *[""] * (last - len(row)), " ".join(row[last:])]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
