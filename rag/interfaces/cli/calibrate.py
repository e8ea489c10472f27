"""``rag calibrate``"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag.config.bootstrap import build_calibrator
from rag.config.knowledge import build_knowledge
from rag.config.state_folder import corpus_state, ensure_writable
from rag.domain.errors import QuestionError
from rag.history.conversations import open_history
from rag.interfaces.cli.output import print_json, print_text
from rag.presentation.charts import reliability_svg
from rag.presentation.reports import calibration_table
from rag.retrieval.family import prepare_for_many

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from rag.config.settings import Settings


def run_calibrate(options: argparse.Namespace, settings: Settings) -> int:
    """``rag calibrate``; return the exit code."""
    prepare_for_many()
    knowledge = build_knowledge(settings)
    knowledge.refresh()
    labelled = _labelled(options.questions) if options.questions else []
    fitted = build_calibrator(
        settings, knowledge, open_history(ensure_writable(corpus_state(settings)))
    ).run(labelled)
    if options.svg:
        options.svg.write_text(reliability_svg(fitted), encoding="utf-8")
    if options.json:
        print_json(asdict(fitted))
    else:
        print_text(calibration_table(fitted))
    return 0


def _labelled(path: Path) -> list[str]:
    """The texts of answerable questions, in the format of BEIR's queries."""
    try:
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [
            str(record["text"])
            for record in records
            if (record.get("metadata") or {}).get("answerable") is not False
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(
            f"{path} is no list of questions ({type(error).__name__}: {error}).",
            'It needs a line of JSON for each: {"text": "..."}.',
        ) from error
