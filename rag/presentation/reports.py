"""Reports of evaluations and benchmarks -> JSON and lines for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.evaluation.answers import AnswersReport
    from rag.evaluation.baselines import Figures
    from rag.evaluation.load.load_test import LoadReport
    from rag.evaluation.retrieval import RetrievalReport
    from rag.evaluation.speed import SpeedReport
    from rag.evaluation.start import StartReport
    from rag.retrieval.calibration import Calibration

TOLERANCE = 0.0005
"""Figures are rounded to four decimals."""


def retrieval_json(report: RetrievalReport) -> dict[str, Any]:
    """Return the output of ``rag eval retrieval --json``."""
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
    """Return a set's figures on one line."""
    hit = "" if report.hit_5 is None else f"  hit@5 {report.hit_5:.4f}"
    return (
        f"{report.name}: nDCG@10 {report.ndcg_10:.4f}  recall@10 {report.recall_10:.4f}"
        f"  MRR@10 {report.mrr_10:.4f}{hit}  {report.queries} questions,"
        f" {report.ms_per_query:.2f} ms each"
    )


def below_baseline(
    documents: Sequence[Mapping[str, Any]], baseline: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """Return one line per figure that is below its set's baseline."""
    return [
        f"{document['set']}: {name} is {document[name] or 0:.4f}, below the accepted"
        f" {accepted:.4f}."
        for document in documents
        for name, accepted in baseline.get(str(document["set"]), {}).items()
        if (document[name] or 0.0) < accepted - TOLERANCE
    ]


_COLUMNS = (
    ("passages", "passages", ",d"),
    ("query ms", "query_ms", ".3f"),
    ("pending", "pending_query_ms", ".3f"),
    ("rank-bm25", "rank_bm25_ms", ".1f"),
    ("bm25s", "bm25s_ms", ".3f"),
    ("tantivy", "tantivy_ms", ".3f"),
    ("add ms", "add_ms", ".2f"),
    ("delete ms", "delete_ms", ".2f"),
    ("build s", "build_s", ".1f"),
    ("open ms", "open_ms", ".1f"),
    ("first ms", "first_query_ms", ".1f"),
    ("disk MB", "disk_mb", ".0f"),
    ("memory MB", "memory_mb", ".0f"),
)


def speed_table(reports: Sequence[SpeedReport]) -> str:
    """Return the figures as a table for a terminal; processor times."""
    rows = [[title for title, _, _ in _COLUMNS] + ["x", "equal"]]
    for report in reports:
        cells = []
        for _, name, form in _COLUMNS:
            value = getattr(report, name)
            cells.append("–" if value is None else format(value, form))
        faster = report.rank_bm25_ms / report.query_ms if report.rank_bm25_ms else None
        cells.append("–" if faster is None else f"{faster:,.0f}")
        rows.append([*cells, {None: "–", True: "yes", False: "NO"}[report.equal]])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([f"engine: {reports[0].engine}", *lines])


def start_table(reports: Sequence[StartReport]) -> str:
    """Return the duration of commands as a table for a terminal."""
    width = max(len(report.command) for report in reports)
    rows = [
        f"{one.command:{width}}  {one.processor_ms:12,.0f}  {one.elapsed_ms:10,.0f}"
        for one in reports
    ]
    return "\n".join([f"{'rag':{width}}  processor ms  elapsed ms", *rows])


def load_table(report: LoadReport) -> str:
    """Return what conversations had to wait for as a table for a terminal."""
    measured = {
        "question to model": report.question_to_model,
        "first token added": report.first_token_added,
        "question to first word": report.first_word,
        "question to end": report.total,
        "a small file meanwhile": report.page_request,
    }
    rows = [
        f"{name:24}  {one.median:10,.0f}  {_whole(one.p95):>10}  {one.most:10,.0f}"
        for name, one in measured.items()
        if one
    ]
    when = f"within {report.seconds:g} s" if report.seconds else "in one instant"
    answers = f"{len(report.errors)} errors"
    if report.whole is not None:
        answers = f"{report.whole} whole answers, {answers}"
    told = [
        f"{report.conversations} conversations {when}: {answers}",
        *dict.fromkeys(report.errors),
    ]
    if report.memory_mb:
        before, after = report.memory_mb
        told.append(f"memory of the chat: {before:,.0f} MB before, {after:,.0f} MB after")
    return "\n".join([f"{'ms':24}  {'median':>10}  {'p95':>10}  {'most':>10}", *rows, *told])


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def calibration_table(fitted: Calibration) -> str:
    """Return the levels before and after calibration as a table for a terminal."""
    before, after = fitted.refused_before, fitted.refused_after
    rows = [
        ["", "before", "after"],
        *(
            [
                f"evidence {name!r} below",
                f"{getattr(fitted.before, name):.2f}",
                f"{getattr(fitted.after, name):.2f}",
            ]
            for name in ("none", "weak", "some")
        ),
        [
            "refused, answerable",
            f"{before.refused_answerable:.1%}",
            f"{after.refused_answerable:.1%}",
        ],
        [
            "refused, document held out",
            f"{before.refused_held_out:.1%}",
            f"{after.refused_held_out:.1%}",
        ],
    ]
    head = (
        f"{fitted.questions} pseudo-questions from {fitted.passages:,} passages,"
        f" {fitted.labelled} labelled, {fitted.liked} liked; AUROC {fitted.auroc:.3f}"
    )
    return "\n".join([head, *(f"{a:<28}{b:>9}{c:>9}" for a, b, c in rows)])


def answers_json(report: AnswersReport) -> dict[str, Any]:
    """Return the output of ``rag eval answers --json``."""
    return {
        "set": report.name,
        **_figures_json(report.ours),
        "baselines": {name: _figures_json(one) for name, one in report.baselines.items()},
        "models": report.models,
        "curve": report.curve,
        "support": report.support,
        "check_ms": round(report.check_ms, 2),
        "gate": {name: round(value, 4) for name, value in report.gate.items()},
        "gate_curve": report.gate_curve,
    }


def _figures_json(figures: Figures) -> dict[str, Any]:
    return {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in asdict(figures).items()
    }


def answers_baseline(report: AnswersReport) -> dict[str, Any]:
    """Return the figures that are compared with the baseline; higher is better."""
    return {
        "set": f"{report.name} answers",
        "correct": round(report.ours.correct, 4),
        "refusal_recall": round(report.ours.refusal_recall, 4),
        **{f"gate: {name}": round(value, 4) for name, value in report.gate.items()},
        **{f"support: {made}": round(one["right"], 4) for made, one in report.support.items()},
        "quotation": round(report.baselines["quotation_only"].correct, 4),
    }


def answers_table(report: AnswersReport) -> str:
    """Return Plumbline's figures and the baselines' as a table for a terminal."""
    models = ", ".join(f"{role}: {name}" for role, name in report.models.items())
    columns = ("correct", "wrong", "escalated", "refusal_recall", "false_refusal", "words")
    lines = [
        f"{report.name}: {report.ours.questions} questions; {models}",
        f"{'':<16}" + "".join(f"{name:>16}" for name in columns),
    ]
    for name, figures in (("ours", report.ours), *report.baselines.items()):
        cells = (getattr(figures, column) for column in columns)
        lines.append(f"{name:<16}" + "".join(f"{cell:>16.3f}" for cell in cells))
    lines += ["", "correct when escalated", *_curve_lines(report)]
    lines += [
        "",
        "evidence: AUROC against answerable questions, and the share refused below each level",
    ]
    lines += [f"{name:<32}{value:>8.3f}" for name, value in report.gate.items()]
    kinds = list(next(iter(report.gate_curve.values())))
    lines.append(f"{'':<8}" + "".join(f"{kind:>20}" for kind in kinds))
    lines += [
        f"{level:<8}" + "".join(f"{row[kind]:>20.3f}" for kind in kinds)
        for level, row in report.gate_curve.items()
    ]
    each = f"{report.check_ms:.1f} ms each"
    lines += ["", f"sentences made true or false, and the share judged right ({each})"]
    lines += [
        f"{made:<32}{int(one['count']):>6}{one['right']:>8.3f}"
        for made, one in report.support.items()
    ]
    return "\n".join(lines)


def _curve_lines(report: AnswersReport) -> list[str]:
    ways = list(next(iter(report.curve.values())))
    return [
        f"{'':<8}" + "".join(f"{way:>10}" for way in ways),
        *(
            f"{float(rate):<8.0%}" + "".join(f"{row[way]:>10.3f}" for way in ways)
            for rate, row in report.curve.items()
        ),
    ]
