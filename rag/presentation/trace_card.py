"""Answer -> the props of the trace card and of a passage card (public/elements/*.jsx)."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import regex

from rag.domain.answers import Answer, Attempt, Outcome, Signal, Support
from rag.domain.documents import source_of
from rag.domain.requests import SMALL_TALK, Intent
from rag.presentation.conversation_figures import conversation_props
from rag.presentation.lines import milliseconds
from rag.presentation.texts import all_under, say
from rag.presentation.wording import (
    change_text,
    file_path,
    picture_path,
    problem_text,
    reason_text,
    share_text,
    shown_path,
)
from rag.text.analysis import analyse
from rag.text.markdown import FENCES
from rag.text.tables import without_bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.documents import Passage
    from rag.domain.search import Hit, Query

_WORD_OR_SPACE = regex.compile(r"\s+|[^\s]+")
_CENT = 100
_REASONS_SHOWN = 2
_LIKE_ENOUGH = 0.4
"""Below this similarity a word-by-word comparison of two texts shows only noise."""


def trace_props(answer: Answer, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the card's props; ``answers`` are those of the conversation so far."""
    return {
        "labels": all_under("card.", answer.language),
        "who": _header(answer),
        "understood": say(f"intent.{answer.intent}", answer.language),
        "signals": [_signal(s, answer.language) for s in _deciding_signals(answer)],
        "signals_title": say("signals_of_draft", answer.language) if answer.escalated else "",
        "waterfall": _waterfall(answer),
        "hint": _hint(answer),
        "cost": _cost(answer),
        "passages": [_without_labels(passage_props(hit, answer)) for hit in answer.hits],
        "attempts": [_attempt(attempt, answer) for attempt in answer.attempts],
        "changes": _changes(answer),
        "query": [
            {"term": word, "weight": weight, "typed": typed}
            for word, (weight, typed) in {
                t.word: (t.weight, t.stands_for) for t in answer.query.terms
            }.items()
        ],
        "conversation": conversation_props(answers, answer.language),
    }


def _without_labels(props: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in props.items() if key != "labels"}


def passage_props(hit: Hit, answer: Answer) -> dict[str, Any]:
    """Return the props of a passage with the question's words marked."""
    passage = hit.passage
    return {
        "labels": all_under("card.", answer.language),
        "rank": hit.number,
        "document": shown_path(passage.document, answer.language),
        "path": passage.document,
        "page": passage.page,
        "source": source_of(passage),
        "tableHeader": passage.table_header,
        "segments": marked_segments(passage.text, passage.language, answer.query),
        "matched": list(hit.matched),
        "used": hit.used,
        "sha256": passage.sha256,
        "before": _beside(hit.before, passage.table_header),
        "after": _beside(hit.after, ""),
        "file": file_address(passage, answer.conversation),
        "picture": picture_path(passage, answer.conversation),
    }


def _beside(text: str, head: str) -> str:
    """What stands beside a passage, as prose: without fences, and without the head shown there."""
    lines = [line for line in text.splitlines() if line not in head.split("\n") or not line]
    return without_bars("\n".join(x for x in lines if not x.lstrip().startswith(FENCES))).strip()


def file_address(passage: Passage, conversation: str = "") -> str:
    """Return the address of the passage's file in the chat, at its page."""
    page = f"#page={passage.page}" if passage.page is not None else ""
    return f"{file_path(passage.document, conversation)}{page}"


def marked_segments(text: str, language: str, query: Query) -> list[dict[str, Any]]:
    """Cut a text into segments that do and do not contain a term of the query."""
    wanted = query.weights
    segments: list[dict[str, Any]] = []
    position = 0
    for token in analyse(text, language):
        if token.start >= position and any(term in wanted for term in token.terms):
            if token.start > position:
                segments.append({"text": text[position : token.start], "mark": False})
            segments.append({"text": text[token.start : token.end], "mark": True})
            position = token.end
    if position < len(text):
        segments.append({"text": text[position:], "mark": False})
    return segments


def _header(answer: Answer) -> dict[str, str]:
    language = answer.language
    badge = answer.outcome.value
    if answer.outcome is Outcome.ANSWERED and answer.escalated:
        badge = "escalated"
    doubted = next((a for a in answer.attempts if not a.confidence.accepted), None)
    problems = (
        [problem_text(s, language) for s in doubted.sentences if s.problem] if doubted else []
    )
    change = doubted.confidence.would_change if doubted else None
    return {
        "name": answer.model or _no_author(answer),
        "badge": badge if answer.intent not in SMALL_TALK else "",
        "why": _why(answer, doubted),
        "problem": f"{problems[0]}." if problems else "",
        "change": change_text(change, language) if change else "",
    }


def _no_author(answer: Answer) -> str:
    if answer.outcome is Outcome.QUOTED:
        return say("quotation", answer.language)
    models = dict.fromkeys(attempt.generation.model for attempt in answer.attempts)
    if models:
        return say("asked_in_vain", answer.language, models=", ".join(models))
    return say("no_model", answer.language)


def _why(answer: Answer, doubted: Attempt | None) -> str:
    """Why the text stands, and why that of another author does not."""
    language = answer.language
    of_text = doubted.confidence.reasons if doubted and doubted.generation.text else ()
    shown = answer.reasons[:_REASONS_SHOWN]
    told = " ".join(reason_text(reason, language) for reason in shown if reason in of_text)
    if doubted and told:
        told = say("what_was_written", language, model=doubted.generation.model, reasons=told)
    others = [reason_text(reason, language) for reason in shown if reason not in of_text]
    accepted = _accepted(answer) if answer.model else ""
    return " ".join(filter(None, (accepted, told, *others)))


def _accepted(answer: Answer) -> str:
    if not answer.attempts:
        return ""
    full = sum(sentence.support is Support.FULL for sentence in answer.sentences)
    return say("accepted_all", answer.language, full=full, count=len(answer.sentences))


def _deciding_signals(answer: Answer) -> tuple[Signal, ...]:
    """The signals of the first text decided about, which explain further attempts.

    None for a document in several parts.
    """
    if answer.intent is Intent.DOCUMENT and len(answer.attempts) > 1:
        return ()
    return answer.attempts[0].confidence.signals if answer.attempts else ()


def _signal(signal: Signal, language: str) -> dict[str, Any]:
    return {
        "name": say(f"signal.{signal.code}", language),
        "value": _value(signal, language),
        "needed": _needed(signal.needed, language),
        "passed": signal.passed,
    }


def _needed(needed: str, language: str) -> str:
    if not needed:
        return ""
    if needed.endswith("%"):
        return say("needed.at_least", language, share=needed)
    return say(f"needed.{needed}", language)


def _value(signal: Signal, language: str) -> str:
    if not signal.value:
        return share_text(signal.part, signal.whole, language)
    return all_under("value.", language).get(signal.value, signal.value)


def _waterfall(answer: Answer) -> list[dict[str, Any]]:
    """Consecutive bars: label, start and length in milliseconds, and the component."""
    timings = answer.timings
    bars = [("prepare", timings.prepare_ms, "core"), ("retrieve", timings.retrieve_ms, "core")]
    for attempt in answer.attempts:
        part = attempt.generation.timings
        bars += [
            ("queue", part.queue_ms, "core"),
            (f"{attempt.role}_prefill", part.prefill_ms, attempt.role),
            (f"{attempt.role}_decode", part.decode_ms, f"{attempt.role}-soft"),
            ("verify", attempt.verify_ms, "core"),
        ]
    rows, start = [], 0.0
    for label, length, tone in bars:
        if label != "queue" or length >= 1:
            rows.append(
                {
                    "label": say(f"bar.{label}", answer.language),
                    "start": start,
                    "ms": length,
                    "text": milliseconds(length),
                    "tone": tone,
                }
            )
        start += length
    return rows


def _hint(answer: Answer) -> str:
    rows = _waterfall(answer)
    if not answer.attempts:
        return ""
    times: dict[str, float] = {}
    for row in rows:
        times[row["label"]] = times.get(row["label"], 0.0) + row["ms"]
    longest = max(times, key=lambda label: times[label])
    share = times[longest] / (sum(times.values()) or 1)
    dropped = sum(attempt.dropped_turns for attempt in answer.attempts)
    hint = say("bottleneck", answer.language, label=longest, share=f"{share:.0%}")
    return f"{hint} {say('dropped', answer.language, count=dropped)}" if dropped else hint


def _cost(answer: Answer) -> list[dict[str, str]]:
    if not answer.attempts:
        return []
    usage = answer.usage
    about = "≈" if usage.estimated else ""
    rates = [a.generation.timings.tokens_per_second for a in answer.attempts]
    rate = next((r for r in reversed(rates) if r is not None), None)
    rows = [
        {"value": f"{about}{usage.prompt_tokens:,}", "label": say("cost.prompt", answer.language)},
        {
            "value": f"{about}{usage.completion_tokens:,}",
            "label": say("cost.written", answer.language),
        },
        {"value": f"{usage.cached_tokens:,}", "label": say("cost.reused", answer.language)},
        {
            "value": "–" if rate is None else f"{rate:,.0f}",
            "label": say("cost.rate", answer.language),
        },
    ]
    if answer.cost is not None:
        rows.append(
            {
                "value": f"{answer.cost * _CENT:.2f} ¢",
                "label": say("cost.notional", answer.language),
            }
        )
    return rows


def _attempt(attempt: Attempt, answer: Answer) -> dict[str, Any]:
    return {
        "model": attempt.generation.model,
        "role": attempt.role,
        "text": attempt.generation.text,
        "accepted": attempt.confidence.accepted,
        "reasons": [reason_text(reason, answer.language) for reason in attempt.confidence.reasons],
        "sentences": [
            {"text": s.text, "support": s.support, "problem": problem_text(s, answer.language)}
            for s in attempt.sentences
        ],
    }


def _changes(answer: Answer) -> list[dict[str, str]]:
    """The differences between draft and answer, word by word; empty if no draft was replaced."""
    drafts = [a for a in answer.attempts if a.generation.text]
    if not drafts or answer.outcome not in {Outcome.ANSWERED, Outcome.QUOTED}:
        return []
    before, after = drafts[0].generation.text, " ".join(s.text for s in answer.sentences)
    if answer.model == drafts[0].generation.model:
        return []
    old, new = _WORD_OR_SPACE.findall(before), _WORD_OR_SPACE.findall(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _LIKE_ENOUGH:
        return [{"op": "del", "text": before}, {"op": "ins", "text": f" {after}"}]
    changes: list[dict[str, str]] = []
    for op, i, j, k, m in matcher.get_opcodes():
        if op == "equal":
            changes.append({"op": "same", "text": "".join(old[i:j])})
            continue
        if j > i:
            changes.append({"op": "del", "text": "".join(old[i:j])})
        if m > k:
            changes.append({"op": "ins", "text": "".join(new[k:m])})
    return changes
