"""Answers and reports -> JSON, field by field as documented: the public contract."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.domain.answers import Answer, Attempt, Reason, Sentence, Support
from rag.domain.documents import PRIVATE
from rag.presentation.message import answer_text
from rag.presentation.wording import problem_text, reason_text
from rag.verification.receipts import ReceiptStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.corpus.snapshot import Snapshot
    from rag.domain.completions import Check, Usage
    from rag.domain.events import Retrieved
    from rag.domain.search import Hit
    from rag.verification.receipts import Verdict


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as JSON."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "number": hit.number,
        "score": round(hit.score, 6),
        "document": passage.document,
        "title": passage.title,
        "page": passage.page,
        "heading": passage.heading,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "sha256": passage.sha256,
        "matched": list(hit.matched),
        "used": hit.used,
        "scope": "private" if passage.document.startswith(PRIVATE) else "shared",
    }


def search_json(query: str, retrieved: Retrieved, revision: str) -> dict[str, Any]:
    """Return the output of ``rag search --json``."""
    return {
        "query": query,
        "terms": retrieved.query.weights,
        "corpus_revision": revision,
        "ms": round(retrieved.milliseconds, 3),
        "hits": [hit_json(hit) for hit in retrieved.hits],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the output of ``rag ask --json``."""
    timings = answer.timings
    return {
        "question": answer.question,
        "intent": answer.intent,
        "scope": answer.scope,
        "answer": answer.text or answer_text(answer),
        "outcome": answer.outcome,
        "model": answer.model,
        "escalated": answer.escalated,
        "reasons": [_reason_json(reason, answer.language) for reason in answer.reasons],
        "evidence": asdict(answer.evidence) if answer.evidence else None,
        "hits": [hit_json(hit) for hit in answer.hits],
        "citations": [
            {
                "number": citation.number,
                "document": citation.passage.document,
                "page": citation.passage.page,
                "text": citation.passage.text,
                "sha256": citation.passage.sha256,
                "start": citation.passage.start,
                "end": citation.passage.end,
                "extractor": answer.reader,
            }
            for citation in answer.citations
        ],
        "sentences": [_sentence_json(sentence, answer.language) for sentence in answer.sentences],
        "attempts": [_attempt_json(attempt, answer.language) for attempt in answer.attempts],
        "timings": {
            "prepare_ms": round(timings.prepare_ms, 3),
            "retrieve_ms": round(timings.retrieve_ms, 3),
            "first_token_ms": _rounded(timings.first_token_ms),
            "verify_ms": round(timings.verify_ms, 3),
            "total_ms": round(timings.total_ms, 3),
        },
        "usage": _usage_json(answer.usage),
        "cost": answer.cost,
        "corpus_revision": answer.corpus_revision,
        "share_read": answer.share_read,
        "documents": [
            {
                "path": item.path,
                "title": item.title,
                "passages": item.passages,
                "number": item.number or None,
            }
            for item in answer.listed
        ],
    }


def _reason_json(reason: Reason, language: str) -> dict[str, str]:
    return {"code": reason.code, "text": reason_text(reason, language)}


def _sentence_json(sentence: Sentence, language: str) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "support": sentence.support,
        "supported": sentence.support is Support.FULL,
        "citations": list(sentence.citations),
        "problem": problem_text(sentence, language),
    }


def _usage_json(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cached_tokens": usage.cached_tokens,
        "estimated": usage.estimated,
    }


def _attempt_json(attempt: Attempt, language: str) -> dict[str, Any]:
    generation, timings = attempt.generation, attempt.generation.timings
    return {
        "model": generation.model,
        "text": generation.text,
        "confidence": attempt.confidence.value,
        "accepted": attempt.confidence.accepted,
        "reasons": [_reason_json(reason, language) for reason in attempt.confidence.reasons],
        "signals": {
            signal.code: {
                "value": signal.value or f"{signal.part}/{signal.whole}",
                "needed": signal.needed,
                "passed": signal.passed,
            }
            for signal in attempt.confidence.signals
        },
        "finish_reason": generation.finish_reason,
        "reasoning_tokens": generation.reasoning_tokens,
        "usage": _usage_json(generation.usage),
        "timings": {
            "queue_ms": round(timings.queue_ms, 3),
            "prefill_ms": round(timings.prefill_ms, 3),
            "decode_ms": round(timings.decode_ms, 3),
            "first_token_ms": _rounded(timings.first_token_ms),
            "total_ms": round(timings.total_ms, 3),
            "tokens_per_second": _rounded(timings.tokens_per_second),
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def verify_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return the output of ``rag verify --json``."""
    return {
        "ok": all(v.status is ReceiptStatus.HOLDS for v in verdicts),
        "citations": [
            {
                "number": v.receipt.number,
                "document": v.receipt.document,
                "status": v.status.value,
                "document_now": v.document or None,
                "start_now": v.start,
            }
            for v in verdicts
        ],
    }


def index_json(corpus: Snapshot) -> dict[str, Any]:
    """Return the output of ``rag index --json``."""
    return {
        "corpus_revision": corpus.revision,
        "files": [
            {
                "path": file.name,
                "status": file.status.value,
                "reason": file.reason,
                "sha256": file.sha256,
                "language": file.language,
                "pages": file.pages,
                "pages_readable": file.pages_readable,
                "passages": file.passages,
                "bytes": file.size,
                "flags": list(file.flags),
                "indexed_at": file.indexed_at,
            }
            for file in corpus.files
        ],
    }


def doctor_json(checks: Sequence[Check], backends: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the output of ``rag doctor --json``."""
    return {
        "ok": all(check.ok for check in checks if check.required),
        "checks": [
            {"name": c.name, "ok": c.ok, "detail": c.detail, "remedy": c.remedy} for c in checks
        ],
        "backends": list(backends),
    }
