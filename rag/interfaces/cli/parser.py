"""The parser of ``rag``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.requests import Mode

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of ``rag``; its help is the README's."""
    parser = argparse.ArgumentParser(
        prog="rag", description="Grounded answers from your own documents, on your own machine."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = _command(commands, "serve", "start the chat in the browser")
    serve.add_argument("--open", action="store_true", help="open the browser too")

    ask = _command(commands, "ask", "ask a question and print the checked answer")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument(
        "--model", choices=[mode.value for mode in Mode], default="auto", help="who answers"
    )
    ask.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help='earlier turns as JSON: [{"role": "user", "content": "..."}, ...]',
    )
    ask.add_argument("--in", dest="scope", default="", metavar="PATH", help=_SCOPE_HELP)
    ask.add_argument("--json", action="store_true", help="print one JSON document")

    search = _command(commands, "search", "find passages, without any model")
    search.add_argument("query", metavar="QUERY")
    search.add_argument(
        "-k", type=_positive, default=None, metavar="N", help="how many (RAG_TOP_K)"
    )
    search.add_argument("--in", dest="scope", default="", metavar="PATH", help=_SCOPE_HELP)
    search.add_argument("--json", action="store_true", help="print one JSON document")

    calibrate = _command(
        commands, "calibrate", "fit the levels of evidence to the corpus, without labels"
    )
    calibrate.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help='questions that the corpus answers, a line each: {"text": "..."}; 20 or more count',
    )
    calibrate.add_argument("--json", action="store_true", help="print one JSON document")
    calibrate.add_argument("--svg", type=Path, metavar="FILE", help="draw how reliable they are")

    evaluate = commands.add_parser(
        "eval", help="quality on a set", description="quality on a set in BEIR layout"
    )
    kinds = evaluate.add_subparsers(dest="kind", metavar="KIND", required=True)
    retrieval = kinds.add_parser("retrieval", help="how good are the passages found")
    retrieval.add_argument("sets", metavar="BEIR_DIR", type=Path, nargs="+")
    retrieval.add_argument("--json", action="store_true", help="print one JSON document")
    retrieval.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="exit 1 where a figure is below the one in this file",
    )

    answers = kinds.add_parser("answers", help="how good are whole answers")
    answers.add_argument("set", metavar="BEIR_DIR", type=Path)
    answers.add_argument(
        "--limit", type=_positive, default=None, metavar="N", help="so many questions only"
    )
    answers.add_argument(
        "--model",
        choices=["scripted", "small", "both"],
        default="scripted",
        help="which of the configured models are real",
    )
    answers.add_argument("--json", action="store_true", help="print one JSON document")
    answers.add_argument("--svg", type=Path, metavar="FILE", help="draw the curves")
    answers.add_argument("--baseline", type=Path, metavar="FILE", help="as above")

    bench = commands.add_parser("bench", help="speed", description="speed on this machine")
    kinds = bench.add_subparsers(dest="kind", metavar="KIND", required=True)
    retrieval = kinds.add_parser("retrieval", help="how fast passages are found")
    retrieval.add_argument("set", metavar="BEIR_DIR", type=Path)
    retrieval.add_argument(
        "--passages",
        type=_positive,
        nargs="+",
        default=[1_000, 10_000, 100_000],
        metavar="N",
        help="how many, made from the set's",
    )
    retrieval.add_argument("--svg", type=Path, metavar="FILE", help="write a plot")
    retrieval.add_argument("--json", action="store_true", help="print one JSON document")

    index = _command(commands, "index", "bring the index up to date and show the ledger")
    index.add_argument("--json", action="store_true", help="print one JSON document")

    verify = _command(commands, "verify", "check an answer's receipts against today's files")
    verify.add_argument("answer", metavar="ANSWER.json", type=Path, help="from rag ask --json")
    verify.add_argument("--json", action="store_true", help="print one JSON document")

    doctor = _command(commands, "doctor", "tell what runs where and what does not")
    doctor.add_argument("--json", action="store_true", help="print one JSON document")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


_SCOPE_HELP = "look only in this folder or document of the corpus"


def _command(commands: Subparsers, name: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="the folder of documents (RAG_CORPUS_DIR)"
    )
    return parser
