"""``rag bench``"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.interfaces.cli.output import print_json

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


def run_retrieval(options: argparse.Namespace, _: Settings) -> int:
    """``rag bench retrieval``; return the exit code."""
    # The engines measured there would be part of what `rag bench start` measures.
    from rag.evaluation.beir import load  # noqa: PLC0415
    from rag.evaluation.speed import bench_retrieval  # noqa: PLC0415
    from rag.presentation.charts import speed_svg  # noqa: PLC0415
    from rag.presentation.reports import speed_table  # noqa: PLC0415

    reports = bench_retrieval(load(options.set), options.passages)
    if options.svg:
        options.svg.write_text(speed_svg(reports), encoding="utf-8")
    if options.json:
        print_json({"sizes": [asdict(report) for report in reports]})
    else:
        print(speed_table(reports))
    return 0
