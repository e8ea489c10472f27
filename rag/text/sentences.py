"""Text -> sentences with their offsets; list items and table rows count as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.text.languages import MONTHS, of_all

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABBREVIATIONS = "|".join(map(regex.escape, sorted(of_all(lambda one: one.abbreviations))))
_ABBREVIATION = regex.compile(rf"(?:^|[\s(\"'])(?:\p{{Lu}}|{_ABBREVIATIONS})\.$", regex.IGNORECASE)
_MONTH_LETTERS = 3
_ORDINAL_DATE = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}.])\p{{N}}{{1,2}}\.\s+"
    rf"(?:{'|'.join(sorted({month[:_MONTH_LETTERS] for month in MONTHS}))})\p{{L}}*",
    regex.IGNORECASE,
)
_END = regex.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?=\s|$)|[。！？]+[」』”）]*|\n+")
_FOLLOWED = regex.compile(r"(?<!\s)(?:[^\S\n]*+\n|\s++\S++\s)")
_FULL_STOPS = "。！？"
_NEXT_CONTINUES = regex.compile(r"(?<!\s)\s++[\p{Ll}&]")


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence, without the white space around it.

    Together the sentences cover every character that is not white space, in order.
    """
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group()[0] in ".…" and _goes_on(text, start, match.start() + 1, end):
            continue
        if match.group()[0] != "\n" and _in_table_row(text, match.start()):
            continue
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, len(text))


def last_end(text: str) -> int:
    """Return the end of the last complete sentence in a growing text.

    Completeness shows in the following word or line end: "on 3." may go on with "March".
    """
    for _, end in reversed(list(split_sentences(text))):
        if _FOLLOWED.match(text, end) or (text[end - 1] in _FULL_STOPS and end < len(text)):
            return end
    return 0


def _in_table_row(text: str, position: int) -> bool:
    line_start = text.rfind("\n", 0, position) + 1
    return text[line_start:position].lstrip().startswith("|")


def _goes_on(text: str, start: int, after_point: int, end: int) -> bool:
    """Whether a point is inside a sentence: after an abbreviation or before a small letter."""
    if _NEXT_CONTINUES.match(text, end):
        return True
    if _ORDINAL_DATE.match(text, max(start, text.rfind(" ", 0, after_point - 1) + 1)):
        return True
    return bool(_ABBREVIATION.search(text[max(start, after_point - 12) : after_point]))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        left = start + len(piece) - len(piece.lstrip())
        yield left, left + len(stripped)
