"""Reports of evaluations and benchmarks -> JSON and lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.commands.evaluate import RetrievalReport

TOLERANCE = 0.0005
"""Figures are kept with four decimals."""


def retrieval_json(report: RetrievalReport) -> dict[str, Any]:
    """The document that ``rag eval retrieval --json`` prints."""
    return {
        "set": report.name,
        "documents": report.documents,
        "queries": report.queries,
        "ndcg@10": _rounded(report.ndcg_10),
        "recall@5": _rounded(report.recall_5),
        "recall@10": _rounded(report.recall_10),
        "mrr@10": _rounded(report.mrr_10),
        "hit@1": _rounded(report.hit_1),
        "hit@5": _rounded(report.hit_5),
        "ms_per_query": round(report.ms_per_query, 3),
        "index_seconds": round(report.index_seconds, 3),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def retrieval_line(report: RetrievalReport) -> str:
    """A set's figures on one line."""
    hit = "" if report.hit_5 is None else f"  hit@5 {report.hit_5:.4f}"
    return (
        f"{report.name}: nDCG@10 {report.ndcg_10:.4f}  recall@10 {report.recall_10:.4f}"
        f"  MRR@10 {report.mrr_10:.4f}{hit}  {report.queries} questions,"
        f" {report.ms_per_query:.2f} ms each"
    )


def below_baseline(
    documents: Sequence[Mapping[str, Any]], baseline: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """A line for each figure that is lower than what was accepted for its set."""
    return [
        f"{document['set']}: {name} is {document[name]:.4f}, accepted was {accepted:.4f}."
        for document in documents
        for name, accepted in baseline.get(str(document["set"]), {}).items()
        if (document[name] or 0.0) < accepted - TOLERANCE
    ]
