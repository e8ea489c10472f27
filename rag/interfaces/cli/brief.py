"""``rag brief``"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.config.bootstrap import build_assistant
from rag.domain.answers import Outcome
from rag.domain.conversation import Question
from rag.domain.requests import Mode
from rag.interfaces.cli.output import print_json, print_text
from rag.presentation.briefs import brief_figures, briefs_table, mean_cost
from rag.presentation.json_contract import answer_json
from rag.presentation.message import answer_text
from rag.presentation.wording import place

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings
    from rag.domain.answers import Answer

COMMANDS = {"flagged": "/brief", "all": "/brief!", "none": "/brief"}
"""Which briefs are refined -> the chat's command for it."""


def run_brief(options: argparse.Namespace, settings: Settings) -> int:
    """``rag brief``; return the exit code: 1 where a brief failed."""
    answers = asyncio.run(_briefs(options, settings))
    figures = [brief_figures(answer) for answer in answers]
    if options.json:
        briefs = [
            {**asdict(one), "answer": answer_json(answer)}
            for one, answer in zip(figures, answers, strict=True)
        ]
        print_json({"briefs": briefs, "mean_cost": mean_cost(figures)})
    else:
        for topic, answer in zip(options.topics, answers, strict=True):
            print_text(f"## {topic}\n\n{answer_text(answer)}")
            for citation in answer.citations:
                print_text(f"  [{citation.number}] {place(citation.passage)}")
            print_text("")
        print_text(briefs_table(figures))
    return 1 if any(answer.outcome is Outcome.FAILED for answer in answers) else 0


async def _briefs(options: argparse.Namespace, settings: Settings) -> list[Answer]:
    assistant = build_assistant(settings)
    mode = Mode.SMALL if options.refine == "none" else Mode.AUTO
    command = COMMANDS[options.refine]
    try:
        return [
            await assistant.answer(Question(f"{command} {topic}", mode=mode, scope=options.scope))
            for topic in options.topics
        ]
    finally:
        await assistant.close()
