"""The command line: parse, call, print."""

from __future__ import annotations

import asyncio
import io
import sys
from typing import TYPE_CHECKING

from rag.config.environment import load_settings, unknown_settings
from rag.domain.errors import QuestionError, RagError
from rag.interfaces.cli.ask import run_ask
from rag.interfaces.cli.corpus import run_index, run_search, run_verify
from rag.interfaces.cli.doctor import run_doctor
from rag.interfaces.cli.evaluate import run_bench, run_calibrate, run_evaluate
from rag.interfaces.cli.output import print_error
from rag.interfaces.cli.parser import build_parser
from rag.interfaces.cli.serve import run_serve

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from rag.config.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Return 0 when answered, quoted or refused; 1 when failed; 2 for usage."""
    options = build_parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # Windows pipes are not UTF-8
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        corpus = getattr(options, "corpus", None)
        settings = load_settings(**({"corpus_dir": corpus} if corpus else {}))
        for warning in unknown_settings():
            print_error(warning)
        return _run(options, settings)
    except QuestionError as error:
        print_error(error.sentence)
        return 2 if options.command in {"search", "verify"} else 1
    except RagError as error:
        print_error(error.sentence)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "serve":
        return run_serve(options, settings)
    if options.command == "index":
        return run_index(options, settings)
    if options.command == "calibrate":
        return run_calibrate(options, settings)
    if options.command == "verify":
        return run_verify(options, settings)
    if options.command == "bench":
        return run_bench(options)
    if options.command == "eval":
        return run_evaluate(options)
    run = {"ask": run_ask, "search": run_search, "doctor": run_doctor}[options.command]
    return asyncio.run(run(options, settings))
