"""Answers -> what a person reads: the chat's Markdown, plain text, single lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from rag.domain import SMALL_TALK, Answer, Attempt, Hit, Outcome, Reason, Sentence, Support
from rag.present.texts import say
from rag.prompt import source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain import Check, Passage
    from rag.events import Retrieved

NEAREST = 3
_MARKDOWN = regex.compile(r"([\\*_{}\[\]<>#|~$])")
_LINE_MARK = regex.compile(r"^(\s*(?:(?:[-*+]|\d{1,2}[.)])\s+|#{1,6}\s+|>\s*)*)")
_CODE_MARK = regex.compile(r"(`+|~~~+)")
_LINK_OPENING = regex.compile(r"!?\[(?!\d{1,3}\](?!\())|<")
_ADDRESS = regex.compile(r"(?:https?://|www\.)[^\s<>`\[\])|]*[^\s<>`\[\])|.,;:!?]")
"""A bare address would become a link; as code it can be read and copied."""
_RULE = regex.compile(r"[\s:|-]*")
_SECOND = 1_000


def milliseconds(value: float | None) -> str:
    """Return a duration as a person reads it: ``412 ms``, ``3.9 s``."""
    if value is None:
        return "–"
    if value < 1:
        return "<1 ms" if value > 0 else "0 ms"
    return f"{value:.0f} ms" if value < _SECOND else f"{value / _SECOND:.1f} s"


def reason_text(reason: Reason, language: str = "en") -> str:
    """Say a reason in a sentence."""
    if reason.code == "unreachable" and not reason.detail:
        return say("reason.no_large", language)
    detail = reason.detail
    if reason.code == "unsupported":
        detail = detail.replace("/", " of ")
    return say(f"reason.{reason.code}", language, detail=detail)


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    plain = " ".join(text.split())
    if plain.count("`") % 2:
        plain = plain.replace("`", "'")
    parts = _CODE_MARK.split(plain)
    for index in range(0, len(parts), 4):  # text, mark, code, mark, text, ...
        parts[index] = _ADDRESS.sub(r"`\g<0>`", _MARKDOWN.sub(r"\\\1", parts[index]))
    return "".join(parts)


def answer_text(answer: Answer) -> str:
    """Return what a person reads, as plain text with ``[n]``."""
    if answer.intent in SMALL_TALK:
        counts = {"documents": answer.documents, "passages": answer.passages}
        return say(answer.intent, answer.language, **counts)
    if answer.outcome is Outcome.QUOTED:
        return f"{say('quoted', answer.language)}\n\n{answer.text}"
    if answer.outcome is Outcome.REFUSED:
        nearest = "\n".join(f"[{h.number}] {place(h.passage)}" for h in answer.hits[:NEAREST])
        return _refusal(answer) + (
            f"\n{say('nearest', answer.language)}\n{nearest}" if nearest else ""
        )
    if answer.outcome is Outcome.FAILED:
        return " ".join(reason_text(reason, answer.language) for reason in answer.reasons)
    return answer.text


def answer_markdown(answer: Answer) -> str:
    """Return the message in the chat: chips where ``[n]`` stands, weak sentences marked."""
    if answer.outcome is Outcome.ANSWERED and answer.intent not in SMALL_TALK:
        return marked(answer.text, answer.sentences, answer.language)
    if answer.outcome is Outcome.QUOTED:
        quotes = "\n>\n".join(
            f"> {escape(_without_bars(s.text))} {_chips(s.citations)}" for s in answer.sentences
        )
        return f"{say('quoted', answer.language)}\n\n{quotes}"
    if answer.outcome is Outcome.REFUSED:
        nearest = "\n".join(
            f"- [{h.number}] {escape(place(h.passage))}" for h in answer.hits[:NEAREST]
        )
        lines = [_refusal(answer, escaped=True)]
        if nearest:
            lines.append(f"{say('nearest', answer.language)}\n{nearest}")
        return "\n\n".join(lines)
    return answer_text(answer)


def _without_bars(text: str) -> str:
    """A table's row as its cells; other text as it is."""
    if not text.startswith("|"):
        return text
    return " – ".join(cell.strip() for cell in text.strip("|").split("|"))


def shown_hits(answer: Answer) -> tuple[Hit, ...]:
    """The hits whose numbers stand in the message."""
    if answer.outcome is Outcome.REFUSED:
        return answer.hits[:NEAREST]
    cited = {citation.number for citation in answer.citations}
    return tuple(hit for hit in answer.hits if hit.number in cited)


def _refusal(answer: Answer, *, escaped: bool = False) -> str:
    if answer.reasons and answer.reasons[-1].code == "hedging":
        return say("model_refused", answer.language, model=answer.attempts[-1].generation.model)
    missing = answer.evidence.missing if answer.evidence else ()
    if not missing:
        return say("refused", answer.language)
    words = ", ".join(f"“{escape(word) if escaped else word}”" for word in missing[:6])
    return say("refused_missing", answer.language, words=words)


def marked(text: str, sentences: Sequence[Sentence], language: str = "en") -> str:
    """Mark each sentence without full support as a link that the stylesheet draws."""
    pieces, position, in_code = [], 0, False
    for sentence in sentences:
        before = text[position : sentence.start]
        pieces.append(tame(before, in_code=in_code))
        in_code ^= _opens_code(before)
        body = text[sentence.start : sentence.end]
        shown = tame(body, in_code=in_code)
        if sentence.support is Support.FULL or in_code:
            pieces.append(shown)
        else:
            pieces.append(_mark(shown, sentence, language))
        in_code ^= _opens_code(body)
        position = sentence.end
    return "".join([*pieces, tame(text[position:], in_code=in_code)])


def tame(text: str, *, in_code: bool = False) -> str:
    """Take links, images and HTML out of a model's text; ``[n]`` and code stay as they are.

    A model may have an address from a document, and words that hide where it leads. The text may
    be a piece of a stream: ``in_code`` tells whether a code span is open before it.
    """
    parts = _CODE_MARK.split(text)
    for index, part in enumerate(parts):
        if _CODE_MARK.fullmatch(part):
            in_code = not in_code
        elif not in_code:
            parts[index] = _ADDRESS.sub(r"`\g<0>`", _LINK_OPENING.sub(r"\\\g<0>", part))
    return "".join(parts)


def _opens_code(text: str) -> bool:
    return len(_CODE_MARK.findall(text)) % 2 == 1


def _mark(body: str, sentence: Sentence, language: str) -> str:
    """Wrap what can be wrapped: each line, and in a table's row each cell."""
    title = problem_text(sentence, language).replace('"', "”")
    return "\n".join(_mark_line(line, str(sentence.support), title) for line in body.split("\n"))


def _mark_line(line: str, support: str, title: str) -> str:
    if line.lstrip().startswith("|"):
        cells = line.strip().strip("|").split("|")
        return "| " + " | ".join(_wrap(cell.strip(), support, title) for cell in cells) + " |"
    lead = _LINE_MARK.match(line)
    start = lead.end() if lead else 0
    return line[:start] + _wrap(line[start:], support, title)


def _wrap(words: str, support: str, title: str) -> str:
    unfit = not words or _opens_code(words) or _RULE.fullmatch(words)
    return words if unfit else f'[{words}](#{support} "{title}")'


def problem_text(sentence: Sentence, language: str = "en") -> str:
    """Say what keeps a sentence from full support; empty where nothing does."""
    if sentence.problem is None:
        return ""
    return say(f"problem.{sentence.problem.code}", language, detail=sentence.problem.detail)


def _chips(numbers: Sequence[int]) -> str:
    return " ".join(f"[{number}]" for number in numbers)


def place(passage: Passage) -> str:
    """Where a passage stands: file, page, headings."""
    page = f", page {passage.page}" if passage.page is not None else ""
    source = source_of(passage)
    return f"{passage.document}{page}" + (f" · {source}" if source else "")


def summary_line(answer: Answer) -> str:
    """The one line under an answer that opens its trace."""
    parts = [answer.model or _writer(answer)]
    if answer.escalated or answer.timings.first_token_ms is None:
        parts.append(milliseconds(answer.timings.total_ms))
    if answer.timings.first_token_ms is not None:
        parts.append(
            say("first_token", answer.language, ms=milliseconds(answer.timings.first_token_ms))
        )
    if answer.attempts:
        written = answer.attempts[-1].generation.usage.completion_tokens
        parts.append(say("tokens", answer.language, tokens=written))
    sources = len(answer.citations)
    if sources:
        key = "source" if sources == 1 else "sources"
        parts.append(say(key, answer.language, count=sources))
    if any(not attempt.generation.local for attempt in answer.attempts):
        parts.append(say("elsewhere", answer.language))
    weak = sum(sentence.support is not Support.FULL for sentence in answer.sentences)
    if weak:
        parts.append(say("weak_sentences", answer.language, count=weak))
    return " · ".join(parts)


def _writer(answer: Answer) -> str:
    if answer.outcome is Outcome.QUOTED:
        return say("quotation", answer.language)
    if answer.outcome is Outcome.REFUSED:
        return say("refusal", answer.language)
    return say("no_model", answer.language)


def retrieved_line(retrieved: Retrieved) -> str:
    """The name of the retrieval's step."""
    return say("retrieved", count=len(retrieved.hits), ms=milliseconds(retrieved.milliseconds))


def retrieved_markdown(hits: Sequence[Hit]) -> str:
    """What the retrieval's step shows: rank, place, matched words."""
    return "\n".join(
        f"{hit.number}. {escape(place(hit.passage))} — {escape(', '.join(hit.matched)) or '–'}"
        for hit in hits
    )


def attempt_line(attempt: Attempt, *, draft: bool) -> str:
    """The name of a model's step."""
    generation = attempt.generation
    return say(
        "draft_step" if draft else "answer_step",
        model=generation.model,
        ms=milliseconds(generation.timings.total_ms),
        tokens=("≈" if generation.usage.estimated else "")
        + str(generation.usage.completion_tokens),
    )


def doubts_markdown(attempt: Attempt) -> str:
    """Why a draft was doubted, as a list."""
    reasons = attempt.confidence.reasons or (Reason("always"),)
    lines = [f"- {escape(reason_text(reason))}" for reason in reasons]
    return "\n".join([say("doubted"), *lines])


def check_lines(checks: Sequence[Check]) -> str:
    """The checks as lines for a terminal."""
    lines = []
    for check in checks:
        mark = "ok" if check.ok else ("FAIL" if check.required else "note")
        remedy = f" {check.remedy}" if check.remedy and not check.ok else ""
        lines.append(f"{mark:>4}  {check.name}: {check.detail}{remedy}")
    return "\n".join(lines)
