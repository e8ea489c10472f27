"""``rag index``"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rag.config.knowledge import build_knowledge
from rag.interfaces.cli.output import print_json
from rag.presentation.json_contract import index_json
from rag.presentation.lines import ledger_lines, progress_bar

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    """``rag index``; return the exit code."""
    knowledge = build_knowledge(settings)
    if sys.stderr.isatty():
        knowledge.report = lambda done, total: print(
            f"\r{progress_bar(done, total)}",
            end="" if done < total else "\n",
            file=sys.stderr,
            flush=True,
        )
    corpus = knowledge.refresh()
    knowledge.save()
    if options.json:
        print_json(index_json(corpus))
    else:
        print(ledger_lines(corpus.files))
    return 0
