"""``rag eval``"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rag.config.clock import SystemClock
from rag.config.model_choice import build_large, build_small
from rag.evaluation.answers import evaluate_answers
from rag.evaluation.beir import load
from rag.evaluation.retrieval import evaluate_retrieval
from rag.interfaces.cli.output import print_error, print_json, print_text
from rag.presentation.charts import answers_svg
from rag.presentation.reports import (
    answers_baseline,
    answers_json,
    answers_table,
    below_baseline,
    retrieval_json,
    retrieval_line,
)

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from rag.config.settings import Settings


def run_retrieval(options: argparse.Namespace, _: Settings) -> int:
    """``rag eval retrieval``; return the exit code."""
    reports = []
    for folder in options.sets:
        reports.append(evaluate_retrieval(load(folder)))
        if not options.json:
            print_text(retrieval_line(reports[-1]))
    documents = [retrieval_json(report) for report in reports]
    if options.json:
        print_json(documents[0] if len(documents) == 1 else {"sets": documents})
    return compare_with_baseline(options.baseline, documents)


def run_answers(options: argparse.Namespace, settings: Settings) -> int:
    """``rag eval answers``; return the exit code."""
    report = evaluate_answers(
        load(options.set),
        SystemClock(),
        small=build_small(settings) if options.model != "scripted" else None,
        large=build_large(settings) if options.model == "both" else None,
        limit=options.limit or 0,
    )
    if options.svg:
        options.svg.write_text(answers_svg(report), encoding="utf-8")
    if options.json:
        print_json(answers_json(report))
    else:
        print_text(answers_table(report))
    return compare_with_baseline(options.baseline, [answers_baseline(report)])


def compare_with_baseline(baseline: Path | None, documents: list[dict[str, Any]]) -> int:
    """Print the figures below the baseline; return 1 if there are any."""
    if baseline is None:
        return 0
    worse = below_baseline(documents, json.loads(baseline.read_text(encoding="utf-8")))
    for line in worse:
        print_error(line)
    return int(bool(worse))
