"""Rows of Markdown tables in the words of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BETWEEN = " · "
_BAR = regex.compile(r"(?<!\\)\|")
_RULE = frozenset("|-: \t")


def rows_as_people_read(text: str, head: str) -> str:
    """Return table rows as "column: value", one a line; other text is as it stands.

    ``head`` is the row with the names of the columns.
    """
    rows = [cells_of(line) for line in text.splitlines()]
    if not all(rows):
        return text
    columns = cells_of(head)
    lines = ["; ".join(_labelled(row, columns)) for row in rows if row != columns]
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


def rows_read_as(read: str, text: str, head: str) -> list[list[str]]:
    """Return the cells of the rows in ``text`` that people read as ``read``.

    None of them if anything else is read. ``head`` is the row with the names of the columns.
    """
    columns = cells_of(head)
    known = {}
    for line in text.splitlines():
        if row := cells_of(line):
            known["; ".join(_labelled(row, columns))] = row
    rows = [known.get(line.removeprefix("- ")) for line in read.splitlines()]
    return [row for row in rows if row] if all(rows) else []


def without_bars(text: str) -> str:
    """Return text in which rows of tables, whole or cut, are cells with a point between them.

    The line of dashes under a table's head is left out.
    """
    return "\n".join(
        BETWEEN.join(filter(None, (cell.strip() for cell in line.split("|"))))
        if line.strip().startswith("|") or line.strip().endswith("|")
        else line
        for line in text.splitlines()
        if not ("|" in line and set(line) <= _RULE)
    )


def cells_of(line: str) -> list[str]:
    """Return the cells of a table's row; none if it is no row."""
    line = line.strip()
    if not line.startswith("|") or not line.endswith("|"):
        return []
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(line[1:-1])]


def _labelled(row: Sequence[str], head: Sequence[str]) -> Iterator[str]:
    for column, cell in enumerate(row):
        label = head[column] if column < len(head) else ""
        if cell:
            yield f"{label}: {cell}" if label else cell
