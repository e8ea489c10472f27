"""The position of each page in a document's text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.domain.documents import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MIN_LINE_CHARACTERS = 8
"""Shorter lines, such as page numbers, occur too often to be located."""
_LINE_CHARACTERS = 40
_TOLERANCE = 400
"""The maximum distance of a page from its expected start, in letters and digits."""


def find_pages(text: str, parts: Sequence[Mapping[str, Any]]) -> tuple[Page, ...]:
    """Locate each page by its first line that occurs in the text.

    kreuzberg's own page boundaries refer to a text without Markdown, so the pages' texts are
    searched for, near the end of the pages before them.
    """
    if not parts:
        return ()
    squeezed, offsets = _letters_and_digits(text)
    starts: list[tuple[int, int]] = []
    expected, last = 0, -1
    for part in parts:
        lines = [_letters_and_digits(line)[0] for line in part["content"].splitlines()]
        for line in (line for line in lines if len(line) >= _MIN_LINE_CHARACTERS):
            found = squeezed.find(
                line[:_LINE_CHARACTERS], max(last + 1, expected - _TOLERANCE), expected + _TOLERANCE
            )
            if found >= 0:
                starts.append((part["page_number"], _before_markup(text, offsets[found])))
                expected = last = found
                break
        expected += sum(map(len, lines))
    if starts:
        starts[0] = (starts[0][0], 0)
    ends = [start for _, start in starts[1:]] + [len(text)]
    return tuple(Page(n, start, end) for (n, start), end in zip(starts, ends, strict=False))


def _before_markup(text: str, offset: int) -> int:
    """Move an offset before the markup of its line, such as ``## ``, if nothing else is there."""
    line_start = text.rfind("\n", 0, offset) + 1
    return offset if any(map(str.isalnum, text[line_start:offset])) else line_start


def _letters_and_digits(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits, with the offset of each; markup and white space vary."""
    offsets = [i for i, character in enumerate(text) if character.isalnum()]
    return "".join(text[i] for i in offsets), offsets
