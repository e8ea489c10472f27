"""``rag ask``"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from rag.answering.conversation import turns_of
from rag.config.bootstrap import build_assistant
from rag.domain.answers import Outcome
from rag.domain.conversation import Question, Turn
from rag.domain.errors import QuestionError
from rag.domain.events import Answered, Asking, Escalated, Token
from rag.domain.requests import Mode
from rag.interfaces.cli.output import print_error, print_json, print_text
from rag.presentation.json_contract import answer_json
from rag.presentation.lines import attempt_line, summary_line
from rag.presentation.message import answer_text
from rag.presentation.wording import place, reason_text

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from rag.answering.assistant import Assistant
    from rag.config.settings import Settings
    from rag.domain.answers import Answer


def run_ask(options: argparse.Namespace, settings: Settings) -> int:
    """``rag ask``; return the exit code."""
    return asyncio.run(_ask(options, settings))


async def _ask(options: argparse.Namespace, settings: Settings) -> int:
    question = Question(
        options.question,
        history=_read_history(options.history),
        mode=Mode(options.model),
        scope=options.scope,
    )
    assistant = build_assistant(settings)
    live = sys.stdout.isatty() and not options.json
    try:
        answer = await _follow(assistant, question, live=live)
    finally:
        await assistant.close()
    if options.json:
        print_json(answer_json(answer))
    else:
        _print_answer(answer, live=live)
    return 1 if answer.outcome is Outcome.FAILED else 0


async def _follow(assistant: Assistant, question: Question, *, live: bool) -> Answer:
    """Read the events, and print them as they come if ``live``."""
    async with aclosing(assistant.ask(question)) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event.answer
            if not live:
                continue
            if isinstance(event, Token):
                print_text(event.text, end="", flush=True)
            elif isinstance(event, Asking):
                print_error(f"[{event.model}]")
            elif isinstance(event, Escalated):
                why = " ".join(reason_text(r) for r in event.attempt.confidence.reasons)
                print_error(f"\n[{attempt_line(event.attempt, draft=True)}. {why}]")
    raise AssertionError("every request ends with Answered")


def _print_answer(answer: Answer, *, live: bool) -> None:
    if live and answer.attempts:
        print_text("\n")  # the streamed text is unchecked; the checked one follows
    print_text(answer_text(answer))
    for citation in answer.citations:
        print_text(f"  [{citation.number}] {place(citation.passage)}")
    print_error(summary_line(answer))


def _read_history(path: Path | None) -> tuple[Turn, ...]:
    if path is None:
        return ()
    try:
        return turns_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QuestionError(
            f"The history in {path} cannot be read.",
            'It must be JSON such as [{"role": "user", "content": "..."}].',
        ) from error
