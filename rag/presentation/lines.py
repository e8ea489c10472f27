"""Answers, steps and checks -> single lines."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rag.domain.answers import Answer, Attempt, Outcome, Reason, ReasonCode, Support
from rag.domain.events import Loading, Prefill, Queued, Working
from rag.domain.requests import Intent
from rag.presentation.markdown import escape
from rag.presentation.marks import without_links
from rag.presentation.texts import say
from rag.presentation.wording import place, reason_text, shown_path, single_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.completions import Check
    from rag.domain.documents import LedgerEntry
    from rag.domain.events import Retrieved, Waiting
    from rag.domain.search import Hit
    from rag.verification.receipts import Verdict

_SECOND = 1_000
_BAR = 40
"""In characters."""


def milliseconds(value: float | None) -> str:
    """Return a readable duration: ``412 ms``, ``3.9 s``."""
    if value is None:
        return "–"
    if value < 1:
        return "<1 ms" if value > 0 else "0 ms"
    return f"{value:.0f} ms" if value < _SECOND else f"{value / _SECOND:.1f} s"


def summary_line(answer: Answer) -> str:
    """Return the line under an answer that opens its trace."""
    parts = [answer.model or _writer(answer)]
    if answer.escalated or answer.timings.first_token_ms is None:
        parts.append(milliseconds(answer.timings.total_ms))
    if answer.timings.first_token_ms is not None:
        parts.append(
            say("first_token", answer.language, ms=milliseconds(answer.timings.first_token_ms))
        )
    if answer.attempts:
        last = answer.attempts[-1]
        own = [a for a in answer.attempts if a.role == last.role]
        counted = own if answer.intent is Intent.DOCUMENT else [last]
        written = sum(attempt.generation.usage.completion_tokens for attempt in counted)
        parts.append(say("tokens", answer.language, tokens=written))
    sources = len(answer.citations)
    if sources:
        parts.append(say("sources", answer.language, count=sources))
    if any(not attempt.generation.local for attempt in answer.attempts):
        parts.append(say("elsewhere", answer.language))
    weak = sum(sentence.support is not Support.FULL for sentence in answer.sentences)
    if weak:
        parts.append(say("weak_sentences", answer.language, count=weak))
    return " · ".join(parts)


def _writer(answer: Answer) -> str:
    if answer.intent is Intent.CORPUS:
        return say("from_index", answer.language)
    if answer.outcome is Outcome.QUOTED:
        return say("quotation", answer.language)
    if answer.outcome is Outcome.REFUSED:
        return say("refusal", answer.language)
    return say("no_model", answer.language)


def retrieved_line(retrieved: Retrieved, language: str = "en") -> str:
    """Return the name of the retrieval step; without evidence a document was read, not searched."""
    key = "retrieved" if retrieved.evidence else "read_line"
    return say(key, language, count=len(retrieved.hits), ms=milliseconds(retrieved.milliseconds))


def waiting_line(
    event: Queued | Waiting | Loading | Working | Prefill, model: str, language: str = "en"
) -> str:
    """Return what a question waits for before its model's first word."""
    if isinstance(event, Prefill):
        return say("reading", language, done=event.done, total=event.total)
    if isinstance(event, Loading | Working):
        return say("loading" if isinstance(event, Loading) else "writing", language, model=model)
    if isinstance(event, Queued):
        return say("queued", language, model=model, place=event.place)
    return say("server_waits", language, model=model, seconds=f"{event.seconds:.0f}")


def retrieved_markdown(hits: Sequence[Hit], language: str = "en") -> str:
    """Return the contents of the retrieval step: rank, place, matched words."""
    lines = []
    for hit in hits:
        matched = f" — {escape(', '.join(hit.matched))}" if hit.matched else ""
        lines.append(f"{hit.rank}. {escape(place(hit.passage, language))}{matched}")
    return "\n".join(lines)


def attempt_line(attempt: Attempt, language: str = "en", *, draft: bool) -> str:
    """Return the name of a model's step."""
    generation = attempt.generation
    if is_silent(attempt):
        took = milliseconds(generation.timings.total_ms)
        return say("silent_step", language, model=generation.model, ms=took)
    return say(
        "draft_step" if draft else "answer_step",
        language,
        model=generation.model,
        ms=milliseconds(generation.timings.total_ms),
        tokens=("≈" if generation.usage.estimated else "")
        + str(generation.usage.completion_tokens),
    )


def is_silent(attempt: Attempt) -> bool:
    """Return whether a model wrote nothing."""
    return not attempt.generation.text.strip()


def checked_line(attempt: Attempt, language: str = "en") -> str:
    """Return the name of the step that tells what a check found, or why there was none."""
    if is_silent(attempt):
        return say("why_silent", language, model=attempt.generation.model)
    count, took = len(attempt.sentences), milliseconds(attempt.verify_ms)
    return say("checked", language, count=count, ms=took)


def support_markdown(attempt: Attempt, language: str = "en") -> str:
    """Return what the check of a last text found; for a model without a text, why it has none."""
    if is_silent(attempt):
        return doubts_markdown(attempt, language)
    full = sum(sentence.support is Support.FULL for sentence in attempt.sentences)
    return say("supported", language, full=full, count=len(attempt.sentences))


def model_markdown(attempt: Attempt, language: str = "en", *, text: bool = True) -> str:
    """Return what a model's step holds: its text, and what it thought before it."""
    generation = attempt.generation
    parts = [without_links(generation.text) or "–"] if text else []
    if generation.reasoning:
        parts.append(say("reasoning", language, tokens=generation.reasoning_tokens))
        lines = (escape(line) for line in generation.reasoning.splitlines() if line.strip())
        parts.append("\n>\n".join(f"> {line}" for line in lines))
    return "\n\n".join(parts)


def doubts_markdown(attempt: Attempt, language: str = "en") -> str:
    """Return the reasons for rejecting a draft, as a list."""
    reasons = attempt.confidence.reasons or (Reason(ReasonCode.ALWAYS),)
    lines = [f"- {escape(reason_text(reason, language))}" for reason in reasons]
    return "\n".join([say("doubted", language), *lines])


def ledger_lines(files: Sequence[LedgerEntry]) -> str:
    """Return one line per file, and then the number of files with each status."""
    lines = []
    for file in files:
        passages = say("passages", count=file.passages) if file.passages else ""
        about = [passages, file.language]
        about += [single_line(file.reason), " ".join(file.flags)]
        name = shown_path(file.name)
        lines.append(f"{file.status.value:10}  {name}  {' · '.join(filter(None, about))}")
    counts = Counter(file.status.value for file in files)
    lines.append(", ".join(f"{count} {status}" for status, count in counts.items()) or "No files.")
    return "\n".join(lines)


def verdict_lines(verdicts: Sequence[Verdict]) -> str:
    """Return one line per citation: whether its passage still exists, and where."""
    lines = []
    for verdict in verdicts:
        receipt = verdict.receipt
        now = verdict.document if verdict.document != receipt.document else ""
        before = shown_path(receipt.document)
        where = f"{before} → {shown_path(now)}" if now else before
        lines.append(f"[{receipt.number}] {verdict.status.value:21}  {where}")
    return "\n".join(lines) or "The answer has no citations."


def progress_bar(done: int, total: int) -> str:
    """Return the progress of reading as a line for a terminal."""
    filled = round(_BAR * done / total)
    return f"reading [{'#' * filled}{'.' * (_BAR - filled)}] {done:,} of {total:,}"


def check_lines(checks: Sequence[Check]) -> str:
    """Return the checks as lines for a terminal."""
    lines = []
    for check in checks:
        mark = "ok" if check.ok else ("FAIL" if check.required else "note")
        remedy = f" {check.remedy}" if check.remedy and not check.ok else ""
        lines.append(f"{mark:>4}  {check.name}: {check.detail}{remedy}")
    return "\n".join(lines)
