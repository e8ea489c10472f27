"""``rag verify``"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rag.config.knowledge import build_knowledge
from rag.domain.errors import QuestionError
from rag.interfaces.cli.output import print_json, print_text
from rag.presentation.json_contract import verify_json
from rag.presentation.lines import verdict_lines
from rag.verification.receipts import Receipt, ReceiptStatus, verify

if TYPE_CHECKING:
    import argparse

    from rag.config.settings import Settings


def run_verify(options: argparse.Namespace, settings: Settings) -> int:
    """Return 1 if a citation is no longer valid."""
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
        print_text(verdict_lines(verdicts))
    return int(any(v.status is not ReceiptStatus.HOLDS for v in verdicts))
