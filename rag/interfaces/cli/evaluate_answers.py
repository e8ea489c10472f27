"""``rag eval support`` and ``rag eval questions``."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from rag.config.bootstrap import build_assistant
from rag.evaluation.judged import check_answers, half_of, load_judged, report_on
from rag.evaluation.questions import QuestionResult, evaluate_questions, load_questions
from rag.interfaces.cli.evaluate import compare_with_baseline
from rag.interfaces.cli.output import print_json, print_text
from rag.presentation.message import answer_text
from rag.presentation.quality import (
    question_lines,
    questions_json,
    questions_table,
    support_baseline,
    support_json,
    support_table,
)
from rag.presentation.traces import ragas_sample

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings
    from rag.evaluation.questions import QuestionsReport


def run_support(options: argparse.Namespace, _: Settings) -> int:
    """``rag eval support``; return the exit code."""
    reports = []
    for path in options.files:
        answers = load_judged(path)
        chosen = half_of(answers, options.half) if options.half else answers
        reports.append(report_on(path.stem, check_answers(chosen)))
        if not options.json:
            print_text(support_table(reports[-1]))
    documents = [support_json(report) for report in reports]
    if options.json:
        print_json(documents[0] if len(documents) == 1 else {"sets": documents})
    return compare_with_baseline(options.baseline, [support_baseline(r) for r in reports])


def run_questions(options: argparse.Namespace, settings: Settings) -> int:
    """``rag eval questions``; return the exit code."""
    report = asyncio.run(_ask_all(options, settings))
    if options.json:
        print_json(questions_json(report, verbose=options.verbose))
    else:
        print_text(questions_table(report))
    if options.ragas:
        samples = [
            ragas_sample(result.answer, next(iter(result.question.answers), ""))
            for result in report.results
        ]
        text = "".join(f"{json.dumps(sample, ensure_ascii=False)}\n" for sample in samples)
        options.ragas.write_text(text, encoding="utf-8")
    return compare_with_baseline(options.baseline, [{"set": options.file.stem, **report.figures}])


async def _ask_all(options: argparse.Namespace, settings: Settings) -> QuestionsReport:
    def show(result: QuestionResult) -> None:
        if options.verbose and not options.json:
            print_text(question_lines(result), flush=True)

    questions = load_questions(options.file)
    assistant = build_assistant(settings)
    try:
        return await evaluate_questions(assistant, questions, answer_text, show)
    finally:
        await assistant.close()
