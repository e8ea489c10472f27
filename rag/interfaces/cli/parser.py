"""The parser of ``rag``: every command with its arguments.

It imports only the standard library, so that help and usage errors are fast; a command's code is
imported when it runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rag import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name


class Command(NamedTuple):
    """One command or subcommand."""

    text: str
    run: str
    """``module:function`` in this package."""
    declare: Callable[[argparse.ArgumentParser], None]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of ``rag``; the README includes its help."""
    parser = argparse.ArgumentParser(
        prog="rag", description="Grounded answers from your own documents, on your own machine."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, entry in COMMANDS.items():
        if isinstance(entry, Command):
            command = commands.add_parser(name, help=entry.text, description=entry.text)
            _add_corpus(command)
            _declare(command, entry)
        else:
            _add_group(commands, name, entry)
    return parser


def _declare(parser: argparse.ArgumentParser, command: Command) -> None:
    command.declare(parser)
    parser.set_defaults(run=command.run)


def _add_group(commands: Subparsers, name: str, kinds: dict[str, Command]) -> None:
    text, description = GROUPS[name]
    group = commands.add_parser(name, help=text, description=description)
    parsers = group.add_subparsers(dest="kind", metavar="KIND", required=True)
    for kind, command in kinds.items():
        _declare(parsers.add_parser(kind, help=command.text), command)


def _add_corpus(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="the folder of documents (RAG_CORPUS_DIR)"
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def _add_scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--in",
        dest="scope",
        default="",
        metavar="PATH",
        help="look only in this folder or document of the corpus",
    )


def _add_svg(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--svg", type=Path, metavar="FILE", help=text)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--open", action="store_true", help="open the browser too")


def _ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION")
    parser.add_argument("--model", choices=MODES, default="auto", help="who answers")
    parser.add_argument(
        "--history",
        type=Path,
        metavar="FILE",
        help='earlier turns as JSON: [{"role": "user", "content": "..."}, ...]',
    )
    _add_scope(parser)
    _add_json(parser)


def _search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY")
    parser.add_argument(
        "-k", type=_positive, default=None, metavar="N", help="how many (RAG_TOP_K)"
    )
    _add_scope(parser)
    _add_json(parser)


def _calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help='questions that the corpus answers, a line each: {"text": "..."}; 20 or more count',
    )
    _add_json(parser)
    _add_svg(parser, "draw how reliable they are")


def _evaluate_retrieval(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sets", metavar="BEIR_DIR", type=Path, nargs="+")
    _add_json(parser)
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="exit 1 where a figure is below the one in this file",
    )


def _evaluate_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", metavar="BEIR_DIR", type=Path)
    parser.add_argument(
        "--limit", type=_positive, default=None, metavar="N", help="so many questions only"
    )
    parser.add_argument(
        "--model",
        choices=["scripted", "small", "both"],
        default="scripted",
        help="which of the configured models are real",
    )
    _add_json(parser)
    _add_svg(parser, "draw the curves")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="as above")


def _evaluate_support(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="judged answers, JSONL")
    parser.add_argument(
        "--half",
        choices=["fit", "report"],
        help="only the conversations that the check was fitted on, or only the others",
    )
    _add_json(parser)
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="as above")


def _evaluate_questions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="labelled questions, JSONL")
    _add_corpus(parser)
    parser.add_argument("--verbose", action="store_true", help="show each question's answer")
    parser.add_argument(
        "--ragas", type=Path, metavar="FILE", help="write the answers as a dataset for Ragas too"
    )
    _add_json(parser)
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="as above")


def _bench_retrieval(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", metavar="BEIR_DIR", type=Path)
    parser.add_argument(
        "--passages",
        type=_positive,
        nargs="+",
        default=[1_000, 10_000, 100_000],
        metavar="N",
        help="how many, made from the set's",
    )
    _add_svg(parser, "write a plot")
    _add_json(parser)


def _bench_start(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--times", type=_positive, default=7, metavar="N", help="how often; the median counts"
    )
    _add_json(parser)


def _bench_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--daily",
        type=_positive,
        default=1_000,
        metavar="N",
        help="questions a day, for the cost of a month at the prices in RAG_PRICES",
    )
    _add_svg(parser, "draw the rates and the first tokens")
    _add_json(parser)


def _compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompt", metavar="PROMPT", nargs="?", default="", help="COMPARE_PROMPT")
    parser.add_argument(
        "--rounds", type=_positive, default=3, metavar="N", help="warm answers of each model"
    )
    parser.add_argument("--bare", action="store_true", help="without passages of the documents")
    parser.add_argument(
        "--daily", type=_positive, default=1_000, metavar="N", help="questions a day, for the cost"
    )
    _add_json(parser)


def _brief(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topics", metavar="TOPIC", nargs="+")
    parser.add_argument(
        "--refine",
        choices=("flagged", "all", "none"),
        default="flagged",
        help="which drafts the large model refines: those that the check flags, all, or none",
    )
    _add_scope(parser)
    _add_json(parser)


def _bench_app(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--conversations", type=_positive, default=50, metavar="N", help="one question in each"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0, metavar="S", help="within which; 0: at once"
    )
    parser.add_argument(
        "--rate", type=_positive, default=50, metavar="N", help="tokens a second of the model"
    )
    parser.add_argument(
        "--slots", type=_positive, default=64, metavar="N", help="questions that it takes at once"
    )
    parser.add_argument(
        "--bare", action="store_true", help="of a Chainlit chat of one step, to compare with"
    )
    parser.add_argument(
        "--configured", action="store_true", help="ask the model server of the settings instead"
    )
    _add_json(parser)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "conversation", metavar="ID", nargs="?", default="", help="left out: list them"
    )
    parser.add_argument(
        "--format",
        choices=("md", "html", "jsonl", "ragas"),
        default="md",
        help="Markdown, a printable page, the steps with times and tokens, or samples for Ragas",
    )


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("answer", metavar="ANSWER.json", type=Path, help="from rag ask --json")
    _add_json(parser)


def _foundry_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="with a genai_config.json")
    parser.add_argument("--name", default="", help="what it is called; else as the folder")


def _foundry_remove(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")


def _foundry_download(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="left out: the small model"
    )
    parser.add_argument("--device", choices=DEVICES, help="what it will run on")


DEVICES = ("cpu", "gpu", "npu")
"""The values of ``rag.domain.requests.FoundryDevice`` but auto, likewise."""
MODES = ("auto", "small", "large")
"""The values of ``rag.domain.requests.Mode``, whose import would take too long."""
GROUPS = {
    "eval": ("quality on a set", "quality on a set"),
    "bench": ("speed", "speed on this machine"),
    "foundry": (
        "models that Foundry Local's package runs here",
        "models that Foundry Local's package runs on ONNX Runtime, in this machine's memory",
    ),
}
"""Help and description of the commands with subcommands."""
COMMANDS: dict[str, Command | dict[str, Command]] = {
    "serve": Command("start the chat in the browser", "serve:run_serve", _serve),
    "ask": Command("ask a question and print the checked answer", "ask:run_ask", _ask),
    "compare": Command(
        "ask the small and the large model the same, and measure both",
        "compare:run_compare",
        _compare,
    ),
    "brief": Command(
        "have the small model draft a brief on a topic and the large one refine it",
        "brief:run_brief",
        _brief,
    ),
    "search": Command("find passages, without any model", "search:run_search", _search),
    "calibrate": Command(
        "fit the levels of evidence to the corpus, without labels",
        "calibrate:run_calibrate",
        _calibrate,
    ),
    "eval": {
        "retrieval": Command(
            "how good are the passages found", "evaluate:run_retrieval", _evaluate_retrieval
        ),
        "answers": Command("how good are whole answers", "evaluate:run_answers", _evaluate_answers),
        "support": Command(
            "how the check judges answers that people judged",
            "evaluate_answers:run_support",
            _evaluate_support,
        ),
        "questions": Command(
            "how many of a file's questions the corpus' answers are right for",
            "evaluate_answers:run_questions",
            _evaluate_questions,
        ),
    },
    "bench": {
        "retrieval": Command(
            "how fast passages are found", "bench:run_retrieval", _bench_retrieval
        ),
        "models": Command(
            "how fast models answer (BENCH_MODELS, BENCH_PROMPT...)",
            "bench:run_models",
            _bench_models,
        ),
        "start": Command("how fast each command starts", "bench:run_start", _bench_start),
        "app": Command(
            "what many conversations at once have to wait for", "bench:run_app", _bench_app
        ),
    },
    "foundry": {
        "list": Command("which there are", "foundry:run_list", _add_json),
        "download": Command(
            "get one from Foundry Local's catalog, which is on the internet",
            "foundry:run_download",
            _foundry_download,
        ),
        "add": Command("take one from a folder of this machine", "foundry:run_add", _foundry_add),
        "remove": Command("forget one; its files stay", "foundry:run_remove", _foundry_remove),
    },
    "index": Command(
        "bring the index up to date and show the ledger", "index:run_index", _add_json
    ),
    "verify": Command(
        "check an answer's receipts against today's files", "verify:run_verify", _verify
    ),
    "export": Command(
        "print a conversation with its sources, or list them", "export:run_export", _export
    ),
    "doctor": Command("tell what runs where and what does not", "doctor:run_doctor", _add_json),
}
"""A new command is an entry, a function that declares its arguments, and a module."""
