"""``rag eval``, ``rag bench``, ``rag calibrate``"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.config.bootstrap import SystemClock, build_calibrator, build_knowledge
from rag.config.environment import load_settings
from rag.config.model_choice import build_large, build_small
from rag.config.state_folder import corpus_state, usable
from rag.domain.errors import QuestionError
from rag.evaluation.answers import evaluate_answers
from rag.evaluation.beir import load
from rag.evaluation.retrieval import evaluate_retrieval
from rag.evaluation.speed import bench_retrieval
from rag.history.conversations import open_history
from rag.interfaces.cli.output import print_error, print_json
from rag.presentation.charts import answers_svg, reliability_svg, speed_svg
from rag.presentation.reports import (
    answers_baseline,
    answers_json,
    answers_table,
    below_baseline,
    calibration_table,
    retrieval_json,
    retrieval_line,
    speed_table,
)

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from rag.config.settings import Settings


def _labelled(path: Path) -> list[str]:
    """The texts of answerable questions, in the layout of BEIR's queries."""
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [
            str(record["text"])
            for record in records
            if (record.get("metadata") or {}).get("answerable") is not False
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(
            f"{path} is no list of questions ({type(error).__name__}: {error}).",
            'It needs a line of JSON for each: {"text": "..."}.',
        ) from error


def run_calibrate(options: argparse.Namespace, settings: Settings) -> int:
    """``rag calibrate``; return the exit code."""
    knowledge = build_knowledge(settings)
    knowledge.refresh()
    labelled = _labelled(options.questions) if options.questions else []
    fitted = build_calibrator(
        settings, knowledge, open_history(usable(corpus_state(settings)))
    ).run(labelled)
    if options.svg:
        options.svg.write_text(reliability_svg(fitted), encoding="utf-8")
    if options.json:
        print_json(asdict(fitted))
    else:
        print(calibration_table(fitted))
    return 0


def run_bench(options: argparse.Namespace) -> int:
    """``rag bench``; return the exit code."""
    reports = bench_retrieval(load(options.set), options.passages)
    if options.svg:
        options.svg.write_text(speed_svg(reports), encoding="utf-8")
    if options.json:
        print_json({"sizes": [asdict(report) for report in reports]})
    else:
        print(speed_table(reports))
    return 0


def _answers(options: argparse.Namespace) -> int:
    settings = load_settings()
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
        print(answers_table(report))
    if options.baseline is None:
        return 0
    held = json.loads(options.baseline.read_text(encoding="utf-8"))
    worse = below_baseline([answers_baseline(report)], held)
    for line in worse:
        print_error(line)
    return int(bool(worse))


def run_evaluate(options: argparse.Namespace) -> int:
    """``rag eval``; return the exit code."""
    if options.kind == "answers":
        return _answers(options)
    reports = []
    for folder in options.sets:
        reports.append(evaluate_retrieval(load(folder)))
        if not options.json:
            print(retrieval_line(reports[-1]))
    documents = [retrieval_json(report) for report in reports]
    if options.json:
        print_json(documents[0] if len(documents) == 1 else {"sets": documents})
    if options.baseline is None:
        return 0
    worse = below_baseline(documents, json.loads(options.baseline.read_text(encoding="utf-8")))
    for line in worse:
        print_error(line)
    return int(bool(worse))
