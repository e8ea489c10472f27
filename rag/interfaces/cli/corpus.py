"""``rag index``, ``rag search``, ``rag verify``"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from rag.config.bootstrap import build_assistant, build_knowledge
from rag.domain.errors import QuestionError
from rag.interfaces.cli.output import print_error, print_json
from rag.presentation.json_contract import index_json, search_json, verify_json
from rag.presentation.lines import ledger_lines, progress_bar, retrieved_line, verdict_lines
from rag.presentation.wording import place
from rag.verification.receipts import Receipt, ReceiptStatus, verify

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


async def run_search(options: argparse.Namespace, settings: Settings) -> int:
    """``rag search``; return the exit code."""
    assistant = build_assistant(settings)
    k = options.k or settings.top_k
    retrieved, revision = await assistant.search(options.query, k, options.scope)
    if options.json:
        print_json(search_json(options.query, retrieved, revision))
        return 0
    for hit in retrieved.hits:
        print(f"{hit.rank}. {place(hit.passage)}  ({hit.score:.2f})")
        print(f"   {' '.join(hit.passage.text.split())[:300]}")
    print_error(retrieved_line(retrieved))
    return 0


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


def run_verify(options: argparse.Namespace, settings: Settings) -> int:
    """Return 1 where a citation does not hold."""
    try:
        answer = json.loads(options.answer.read_text(encoding="utf-8"))
        receipts = [Receipt.of(citation) for citation in answer["citations"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QuestionError(
            f"{options.answer} is no answer of rag ask --json.",
            "Keep one with: rag ask QUESTION --json > answer.json",
        ) from error
    knowledge = build_knowledge(settings)
    corpus, erased = knowledge.refresh(), knowledge.store.erased()
    verdicts = [verify(receipt, corpus, erased) for receipt in receipts]
    if options.json:
        print_json(verify_json(verdicts))
    else:
        print(verdict_lines(verdicts))
    return int(any(v.status is not ReceiptStatus.HOLDS for v in verdicts))
