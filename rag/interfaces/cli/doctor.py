"""``rag doctor``"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.config.bootstrap import build_assistant
from rag.config.environment import unknown_settings
from rag.config.resting_models import resting
from rag.interfaces.cli.output import print_json, print_text
from rag.interfaces.health import examine
from rag.presentation.json_contract import doctor_json
from rag.presentation.lines import check_lines

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


def run_doctor(options: argparse.Namespace, settings: Settings) -> int:
    """``rag doctor``; return the exit code."""
    return asyncio.run(_doctor(options, settings))


async def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    assistant = build_assistant(settings)
    try:
        report = await examine(
            assistant.knowledge,
            assistant.cascade,
            unknown_settings(),
            assistant.finder,
            resting(settings.state_dir),
        )
    finally:
        await assistant.close()
    if options.json:
        print_json(doctor_json(report.checks, [asdict(b) for b in report.backends]))
    else:
        print_text(check_lines(report.checks))
        for backend in report.backends:
            print_text(
                f"      {backend.role}: {backend.model} at {backend.base_url} ({backend.device})"
            )
            print_text(f"             {', '.join(backend.capabilities)}")
    return 0 if report.ok else 1
