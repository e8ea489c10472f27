"""``rag search``"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.answering.passages import search_passages
from rag.config.clock import SystemClock
from rag.config.knowledge import build_knowledge
from rag.interfaces.cli.output import print_error, print_json, print_text
from rag.presentation.json_contract import search_json
from rag.presentation.lines import retrieved_line
from rag.presentation.wording import place

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


DEFAULT_HITS = 5


def run_search(options: argparse.Namespace, settings: Settings) -> int:
    """``rag search``; return the exit code."""
    retrieved, revision = search_passages(
        build_knowledge(settings),
        SystemClock(),
        options.query,
        options.k or settings.top_k or DEFAULT_HITS,
        options.scope,
    )
    if options.json:
        print_json(search_json(options.query, retrieved, revision))
        return 0
    for hit in retrieved.hits:
        print_text(f"{hit.rank}. {place(hit.passage)}  ({hit.score:.2f})")
        print_text(f"   {' '.join(hit.passage.text.split())[:300]}")
    print_error(retrieved_line(retrieved))
    return 0
