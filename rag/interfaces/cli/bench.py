"""``rag bench``"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config.benchmarked import benchmarked
from rag.domain.errors import SettingsError
from rag.domain.paths import PROJECT_FOLDER
from rag.evaluation.beir import load
from rag.evaluation.load.load_test import load_test
from rag.evaluation.model_bench import BenchPlan, bench_models
from rag.evaluation.model_figures import missing_figures
from rag.evaluation.speed import bench_retrieval
from rag.evaluation.start import bench_start
from rag.interfaces.cli.output import print_json, print_progress, print_text
from rag.interfaces.cli.parser import COMMANDS
from rag.presentation.charts import models_svg, speed_svg
from rag.presentation.model_reports import figures_table, prices_table
from rag.presentation.reports import load_table, speed_table, start_table

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings
    from rag.evaluation.model_figures import ModelFigures


def run_retrieval(options: argparse.Namespace, _: Settings) -> int:
    """``rag bench retrieval``; return the exit code."""
    reports = bench_retrieval(load(options.set), options.passages)
    if options.svg:
        options.svg.write_text(speed_svg(reports), encoding="utf-8")
    if options.json:
        print_json({"sizes": [asdict(report) for report in reports]})
    else:
        print_text(speed_table(reports))
    return 0


def run_start(options: argparse.Namespace, _: Settings) -> int:
    """``rag bench start``; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        reports = bench_start(_starts(Path(folder)), Path(folder) / "state", options.times)
    if options.json:
        print_json({"starts": [asdict(report) for report in reports]})
    else:
        print_text(start_table(reports))
    return 0


def run_app(options: argparse.Namespace, settings: Settings) -> int:
    """``rag bench app``; return the exit code: 1 where an answer failed."""
    if options.configured and not settings.small_base_url:
        raise SettingsError("No model server is set.", "Set RAG_SMALL_BASE_URL to one.")
    server = {
        "RAG_SMALL_BASE_URL": settings.small_base_url,
        "RAG_SMALL_MODEL": settings.small_model,
        "RAG_SMALL_API_KEY": settings.small_api_key,
    }
    report = asyncio.run(
        load_test(
            options.conversations,
            options.seconds,
            tokens_per_second=options.rate,
            slots=options.slots,
            server=server if options.configured else None,
            bare=options.bare,
        )
    )
    if options.json:
        print_json(asdict(report))
    else:
        print_text(load_table(report))
    is_whole = report.whole in {None, report.conversations}
    return 0 if is_whole and not report.errors else 1


def run_models(options: argparse.Namespace, settings: Settings) -> int:
    """``rag bench models``; return the exit code: 1 where no model answered."""
    figures = asyncio.run(_models(settings))
    if options.svg:
        options.svg.write_text(models_svg(figures), encoding="utf-8")
    if options.json:
        print_json({"prompt": settings.bench_prompt, "models": [asdict(one) for one in figures]})
    else:
        print_text(figures_table(figures, streamed=settings.bench_stream))
        if settings.prices:
            print_text("\n" + prices_table(figures, options.daily))
    return 0 if any(one.success_rate for one in figures) else 1


async def _models(settings: Settings) -> list[ModelFigures]:
    models, missing = await benchmarked(settings)
    plan = BenchPlan(settings.bench_prompt, settings.bench_rounds, settings.bench_temperature)
    try:
        measured = await bench_models(models, plan, settings.prices, _show_progress)
    finally:
        for model in models:
            await model.backend.close()
    return [*measured, *(missing_figures(name, why) for name, why in missing.items())]


def _show_progress(done: int, total: int) -> None:
    print_progress(f"{done} of {total} answers", last=done == total)


def _starts(folder: Path) -> list[tuple[str, ...]]:
    """Every command's help, and those that need no model on the shipped guide."""
    corpus = ("--corpus", str(PROJECT_FOLDER / "docs_corpus"))
    nothing = folder / "answer.json"
    nothing.write_text('{"citations": []}', encoding="utf-8")
    return [
        ("--version",),
        ("--help",),
        *((name, "--help") for name in COMMANDS),
        ("index", *corpus),
        ("search", "confidence", *corpus),
        ("verify", str(nothing), *corpus),
        ("ask", "What is the capital of Mongolia?", *corpus),
    ]
