"""Markdown syntax needed by several stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

FENCES = ("```", "~~~")
"""The delimiters of a code block."""
QUOTED_CODE = "````\n"
"""What stands before code in a quotation: longer than the fences that a document has."""
_FENCE_LINE = regex.compile(r"^[ \t]*(?:```+|~~~+)(?P<info>[^\n`]*)$", regex.MULTILINE)
_BLOCK = regex.compile(
    r"^[ \t]*(?P<fence>```+|~~~+)[^\n]*(?:\n|\Z)(?P<code>.*?)(?:^[ \t]*(?P=fence)[ \t]*$|\Z)",
    regex.MULTILINE | regex.DOTALL,
)


class CodeBlock(NamedTuple):
    """A block of code in a text: with its fences, and what stands between them."""

    start: int
    end: int
    code_start: int
    code_end: int


def code_blocks(text: str) -> Iterator[CodeBlock]:
    """Yield the fenced blocks of code (CommonMark 4.5); one without an end goes to the text's.

    A text cut from within a block begins with code: it has an odd number of fences, the first of
    them bare.
    """
    begun = 0
    fences = list(_FENCE_LINE.finditer(text))
    if len(fences) % 2 and not fences[0]["info"].strip():
        begun = fences[0].end()
        yield CodeBlock(0, begun, 0, fences[0].start())
    for match in _BLOCK.finditer(text, begun):
        yield CodeBlock(*match.span(), *match.span("code"))
