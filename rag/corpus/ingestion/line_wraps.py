"""Lines that were broken to fit a page, put together again."""

from __future__ import annotations

import regex

from rag.text.markdown import FENCES, code_blocks

_HYPHEN = regex.compile(r"(?<!\p{L})(?P<first>\p{L}{2,})[-\u2010]\n[ \t]*(?P<second>\p{Ll}{2,})")
_WORD = regex.compile(r"\p{L}+(?:-\p{L}+)*")
_BROKEN = regex.compile(
    r"(?m)^(?P<line>(?![ \t]|[-*+>|#]|\d+[.)])[^\n|=]*[\p{L}\p{N},]) ?\n(?=\p{Ll}[^\n=|]*(?:\n|\Z))"
)
_FEWEST_WORDS = 3
"""Shorter lines may be items of a list, or verses."""


def unwrapped(text: str) -> str:
    """Return a text in which words and sentences run on over the ends of lines.

    A line runs on if it ends with a word and the next one begins with a small letter; items, rows,
    settings and code stay lines.
    """
    if any(fence in text for fence in FENCES):
        return text
    return _BROKEN.sub(_run_on, rejoined(text))


def rejoined(text: str) -> str:
    """Return a text whose words are not parted at the ends of lines; code stays as it is."""
    known = {word.casefold() for word in _WORD.findall(_HYPHEN.sub(" ", text))}
    pieces, end = [], 0
    for block in (*code_blocks(text), None):
        prose = text[end : block.start if block else None]
        pieces.append(_HYPHEN.sub(lambda match: _whole(match, known), prose))
        if block:
            pieces.append(text[block.start : block.end])
            end = block.end
    return "".join(pieces)


def _whole(match: regex.Match[str], known: set[str]) -> str:
    """A word that was parted at its hyphen, which is its own if the text has its parts apart."""
    first, second = match["first"], match["second"]
    joined, hyphened = first + second, f"{first}-{second}"
    if joined.casefold() in known:
        return joined
    if match.start() and match.string[match.start() - 1] == "-":
        return hyphened
    apart = {first.casefold(), second.casefold()} <= known
    return hyphened if apart or hyphened.casefold() in known else joined


def _run_on(match: regex.Match[str]) -> str:
    line: str = match["line"]
    return f"{line} " if len(line.split()) >= _FEWEST_WORDS else match.group()
