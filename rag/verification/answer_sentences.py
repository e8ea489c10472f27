"""An answer -> its sentences, freed of their form, and which of them claim something.

List marks, headings, emphasis and link targets are form; so are politeness, a lead-in before a
list, a pointer to other places, and the remark that the documents do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from rag.text.languages import any_of, of_all
from rag.text.markdown import FENCES
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKER = regex.compile(r"[ \t]*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]")
_LIST_MARK = regex.compile(
    r"^\s*(?:(?:[-*+•–]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+|#{1,6}\s+|>\s?|\[[ x]\]\s+)+",
    regex.IGNORECASE,
)
_BARE_MARK = regex.compile(r"\W*(?:\d{1,3}|[a-z])[.)]\W*", regex.IGNORECASE)
_TRAILING_MARK = regex.compile(r"(?<=[:.!?])\s+\d{1,3}[.)]$")
"""A list's next mark, where the list has no line breaks."""
_EMPHASIS = regex.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LINK = regex.compile(r"!?\[([^\]]{0,500})\]\([^)\s]{0,2000}(?:\s{1,5}\"[^\"]{0,500}\")?\)")
_HEADING = regex.compile(r"(?<!\s)\s*+(?:#{1,6}\s.*|\*\*[^*\n]{1,80}\*\*:?)\s*")
_AGREEMENT = any_of(lambda one: (*one.lead_ins, *one.formulas.agreements))
_LEAD_IN = regex.compile(rf"{_AGREEMENT}[,.!]?", regex.IGNORECASE)
_OPENING = regex.compile(rf"^(?:{_AGREEMENT}\s*[,!.:;–-]\s*)+", regex.IGNORECASE)
_ATTRIBUTION = regex.compile(
    rf"^{any_of(lambda one: one.formulas.attributions)}\s*[,:]?\s*", regex.IGNORECASE
)
_REFERRAL = regex.compile(any_of(lambda one: one.formulas.referrals), regex.IGNORECASE)
_HEDGES = of_all(lambda one: one.hedges)
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
    rf"|\[[^\]]{{0,300}}\]|{_SUBJECT}\s*:[^\d]*"
    rf"|{any_of(lambda one: one.formulas.introductions)}\b[^:\d]{{0,60}}:",
    regex.IGNORECASE,
)
"""What belongs to a letter's or a table's form and claims nothing."""
LABEL = regex.compile(rf"^\W*{_SUBJECT}\s*:\s*", regex.IGNORECASE)
_TABLE_RULE = regex.compile(r"\G\s*+\|[ \t:|]*+-[ \t:|-]*+(?:\n|$)")
_WORD = regex.compile(r"[\w'’]+")
_DENIALS = frozenset(of_all(lambda one: one.negations))
_TITLE_WORDS = 6
"""Of the 11 headings in the judged answers of models 10 have at most 5 words."""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of an answer: ``answer[start:end]``."""

    text: str
    """Without markers."""
    plain: str
    """Without its form: what it claims."""
    start: int
    end: int
    is_form: bool
    """Claims nothing by itself: only a number or an exact string in it can be wrong."""


def split_question(text: str) -> tuple[str, str]:
    """A question that a writer repeats claims nothing; what follows it answers it."""
    match = _ASKED.match(text)
    if match and any(map(str.isalnum, match["told"])):
        return match["asked"], _LIST_MARK.sub("", match["told"])
    return "", text


def answer_sentences(answer: str) -> Iterator[AnswerSentence]:
    """Yield the sentences of an answer that are worth a look, in order."""
    spans = list(claim_spans(answer))
    for start, end in spans:
        text = MARKER.sub("", answer[start:end]).strip()
        plain = plain_text(text)
        if any(map(str.isalnum, plain)):
            is_form = _is_form(text, plain) or _is_table_head(answer, start, end)
            yield AnswerSentence(text, plain, start, end, is_form)


def plain_text(text: str) -> str:
    """What a sentence says, without list marks, emphasis, link targets and attribution."""
    if text.startswith((*FENCES, "|")):
        return text
    text = _LINK.sub(r"\1", _TRAILING_MARK.sub("", _LIST_MARK.sub("", text)))
    text = _EMPHASIS.sub("", text).strip()
    text = _OPENING.sub("", text) or text
    return (_ATTRIBUTION.sub("", text) or text).strip()


def _is_form(text: str, plain: str) -> bool:
    if _HEADING.fullmatch(text):
        return _is_title(plain)
    return plain.endswith((":", "?")) or says_nothing_known(plain) or bool(_REFERRAL.match(plain))


def _is_title(text: str) -> bool:
    """Does a text ask, announce, or is it too short for a claim? "No refunds" denies something."""
    if text.endswith("?"):
        return True
    words = _WORD.findall(text.casefold())
    is_short = len(words) <= _TITLE_WORDS or text.endswith(":")
    return is_short and not _DENIALS.intersection(words)


def says_nothing_known(text: str) -> bool:
    """Does a sentence only say that the documents do not tell something?"""
    folded = " ".join(text.casefold().replace("’", "'").split())
    return any(phrase in folded for phrase in _HEDGES)


def claim_spans(answer: str) -> Iterator[tuple[int, int]]:
    """Sentences; "Yes." and a list's bare "1." go together with what follows them."""
    pending: int | None = None
    end = 0
    for start, end in _with_whole_blocks(answer, list(split_sentences(answer))):
        begin = start if pending is None else pending
        piece = MARKER.sub("", answer[start:end]).strip(" *_-#>\t")
        if _FORMULA.fullmatch(piece):
            continue
        if _LEAD_IN.fullmatch(piece) or _BARE_MARK.fullmatch(piece) or piece.endswith("?"):
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


def _is_table_head(answer: str, start: int, end: int) -> bool:
    """Is that a row of a table's titles, above its rule?"""
    if answer[start] != "|" or not _TABLE_RULE.match(answer, end):
        return False
    return all(_is_title(cell) for cell in answer[start:end].split("|"))
