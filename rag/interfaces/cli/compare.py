"""``rag compare``"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.config.bootstrap import build_assistant
from rag.evaluation.comparison import Comparing, Plan
from rag.interfaces.cli.output import print_json, print_text
from rag.presentation.model_reports import comparison_report, prices_table

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings
    from rag.evaluation.comparison import Comparison


def run_compare(options: argparse.Namespace, settings: Settings) -> int:
    """``rag compare``; return the exit code: 1 where no model answered."""
    compared = asyncio.run(_compared(options, settings))
    sides = [side for side in (compared.small, compared.large) if side]
    if options.json:
        print_json(asdict(compared))
    else:
        print_text(comparison_report(compared))
        if settings.prices:
            print_text("\n" + prices_table([side.figures for side in sides], options.daily))
    return 0 if any(side.text for side in sides) else 1


async def _compared(options: argparse.Namespace, settings: Settings) -> Comparison:
    assistant = build_assistant(settings)
    plan = Plan(options.rounds, settings.compare_retries, options.bare)
    try:
        prompt = options.prompt or settings.compare_prompt
        return await Comparing(assistant, prompt, plan).run(settings.prices)
    finally:
        await assistant.close()
