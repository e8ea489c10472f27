"""``rag index``"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rag.config.knowledge import build_knowledge
from rag.interfaces.cli.output import print_json, print_progress, print_text
from rag.presentation.json_contract import index_json
from rag.presentation.lines import ledger_lines, progress_bar

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    """``rag index``; return the exit code."""
    knowledge = build_knowledge(settings)
    if sys.stderr.isatty():
        knowledge.report = lambda done, total: print_progress(
            progress_bar(done, total), last=done >= total
        )
    corpus = knowledge.refresh()
    knowledge.save()
    if options.json:
        print_json(index_json(corpus))
    else:
        print_text(ledger_lines(corpus.files))
    return 0
