"""``rag export``"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.config.state_folder import corpus_state, ensure_writable
from rag.history.conversations import open_history
from rag.interfaces.cli.output import print_text
from rag.interfaces.exporting import exported

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings

MOST_LISTED = 100


def run_export(options: argparse.Namespace, settings: Settings) -> int:
    """Print a conversation as a document, or list the conversations; return the exit code."""
    history = open_history(ensure_writable(corpus_state(settings)))
    try:
        if options.conversation:
            print_text(exported(history, options.conversation, options.format), end="")
        else:
            for thread in history.latest(MOST_LISTED):
                print_text(f"{thread['id']}  {thread['updated_at'][:16]}  {thread['name'] or ''}")
    finally:
        history.close()
    return 0
