"""An answer -> the sentences that claim something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.text.languages import any_of
from rag.text.markdown import FENCES
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKER = regex.compile(r"[ \t]*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]")
_LEAD_IN = regex.compile(
    rf"{any_of(lambda one: one.lead_ins)}[,.!]?|\d{{1,2}}[.)]", regex.IGNORECASE
)
_ASKED = regex.compile(r"(?P<asked>.*?\?[\"”’')]*)\s+(?P<told>\S.*)", regex.DOTALL)
PLEASANTRY = regex.compile(
    rf"{any_of(lambda one: one.formulas.pleasantries)}\b.*"
    rf"|{any_of(lambda one: filter(None, [one.formulas.sources]))}:.*",
    regex.IGNORECASE | regex.DOTALL,
)
"""What models add out of politeness, or as a list of sources of their own: no part of an answer."""
_SUBJECT = any_of(lambda one: filter(None, [one.formulas.subject]))
_FORMULA = regex.compile(
    rf"{any_of(lambda one: one.formulas.salutations)}\b[^.!?:\d]{{0,40}}[,!]?"
    rf"|{any_of(lambda one: one.formulas.closings)}"
    rf"|\[[^\]]*\]|{_SUBJECT}\s*:[^\d]*"
    rf"|{any_of(lambda one: one.formulas.introductions)}\b[^:\d]{{0,60}}:",
    regex.IGNORECASE,
)
"""What belongs to a letter's or a table's form and claims nothing."""
LABEL = regex.compile(rf"^\W*{_SUBJECT}\s*:\s*", regex.IGNORECASE)
_TABLE_RULE = regex.compile(r"\|[\s:|-]*")


def split_question(text: str) -> tuple[str, str]:
    """A question that a writer repeats claims nothing; what follows it answers it."""
    match = _ASKED.match(text)
    if match and any(map(str.isalnum, match["told"])):
        return match["asked"], match["told"]
    return "", text


def claim_spans(answer: str) -> Iterator[tuple[int, int]]:
    """Sentences; "Yes." and a list's bare "1." go together with what follows them."""
    pending: int | None = None
    end = 0
    spans = list(_with_whole_blocks(answer, list(split_sentences(answer))))
    for index, (start, end) in enumerate(spans):
        begin = start if pending is None else pending
        piece = MARKER.sub("", answer[start:end]).strip(" *_-#>\t")
        if _FORMULA.fullmatch(piece) or _is_table_head(answer, spans[index : index + 2]):
            continue
        if _LEAD_IN.fullmatch(piece) or piece.endswith("?"):
            pending = begin
            continue
        pending = None
        if not PLEASANTRY.fullmatch(piece):
            yield begin, end
    if pending is not None:
        yield pending, end


def _with_whole_blocks(answer: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences, but a block of code from fence to fence as one."""
    opened: int | None = None
    for start, end in spans:
        is_fence = answer.startswith(FENCES, start)
        if opened is None and is_fence:
            opened = start
        elif opened is not None and is_fence:
            yield opened, end
            opened = None
        elif opened is None:
            yield start, end
    if opened is not None:
        yield opened, spans[-1][1]


def _is_table_head(answer: str, spans: Sequence[tuple[int, int]]) -> bool:
    if len(spans) == 1 or answer[spans[0][0]] != "|":
        return False
    return bool(_TABLE_RULE.fullmatch(answer[slice(*spans[1])]))
