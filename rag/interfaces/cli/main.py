"""The command line: parses the arguments, then imports and runs the command."""

from __future__ import annotations

import importlib
import io
import sys
from typing import TYPE_CHECKING

from rag.interfaces.cli.output import make_log_printable, print_error
from rag.interfaces.cli.parser import build_parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Return 0 when answered, quoted or refused; 1 when failed; 2 for usage."""
    options = build_parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # Windows pipes are not UTF-8
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    make_log_printable()
    # Help and usage errors, handled before, need none of this.
    from rag.domain.errors import QuestionError, RagError  # noqa: PLC0415

    try:
        return _run(options)
    except QuestionError as error:
        print_error(error.sentence)
        return 2 if options.command in {"search", "verify"} else 1
    except RagError as error:
        print_error(error.sentence)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    from rag.config.environment import load_settings, unknown_settings  # noqa: PLC0415 - as above

    corpus = getattr(options, "corpus", None)
    settings = load_settings(**({"corpus_dir": corpus} if corpus else {}))
    for warning in unknown_settings():
        print_error(warning)
    module, _, function = options.run.partition(":")
    command = importlib.import_module(f"rag.interfaces.cli.{module}")
    code: int = getattr(command, function)(options, settings)
    return code
