"""The command line: parse, call, print."""

from __future__ import annotations

import argparse
import asyncio
import errno
import io
import json
import os
import socket
import sys
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.assistant import SystemClock
from rag.beir import load, turns_of
from rag.bootstrap import (
    build_assistant,
    build_calibrator,
    build_knowledge,
    build_large,
    build_small,
    open_history,
)
from rag.commands.answers import evaluate_answers
from rag.commands.bench import bench_retrieval
from rag.commands.doctor import examine
from rag.commands.evaluate import evaluate_retrieval
from rag.corpus import scan
from rag.domain import Mode, Outcome, Question, Turn
from rag.errors import QuestionError, RagError, SettingsError
from rag.events import Answered, Asking, Escalated, Token
from rag.present.contract import answer_json, doctor_json, index_json, search_json, verify_json
from rag.present.lines import (
    attempt_line,
    check_lines,
    ledger_lines,
    progress_bar,
    retrieved_line,
    summary_line,
    verdict_lines,
)
from rag.present.message import answer_text, place, reason_text
from rag.present.reports import (
    answers_baseline,
    answers_json,
    answers_svg,
    answers_table,
    below_baseline,
    calibration_table,
    reliability_svg,
    retrieval_json,
    retrieval_line,
    speed_svg,
    speed_table,
)
from rag.receipts import Receipt, ReceiptStatus, verify
from rag.settings import PROJECT_FOLDER, Settings, load_settings, unknown_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.assistant import Assistant

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - has no public name
    from rag.domain import Answer

PORTS_TRIED = 20


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
            _tell(warning)
        return _run(options, settings)
    except QuestionError as error:
        _tell(error.sentence)
        return 2 if options.command in {"search", "verify"} else 1
    except RagError as error:
        _tell(error.sentence)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.command == "serve":
        return _serve(options, settings)
    if options.command == "index":
        return _index(options, settings)
    if options.command == "calibrate":
        return _calibrate(options, settings)
    if options.command == "verify":
        return _verify(options, settings)
    if options.command == "bench":
        return _bench(options)
    if options.command == "eval":
        return _evaluate(options)
    run = {"ask": _ask, "search": _search, "doctor": _doctor}[options.command]
    return asyncio.run(run(options, settings))


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


async def _ask(options: argparse.Namespace, settings: Settings) -> int:
    question = Question(
        options.question,
        history=_read_history(options.history),
        mode=Mode(options.model),
        scope=options.scope,
    )
    assistant = build_assistant(settings)
    live = sys.stdout.isatty() and not options.json
    try:
        answer = await _follow(assistant, question, live=live)
    finally:
        await assistant.close()
    if options.json:
        _print_json(answer_json(answer))
    else:
        _print_answer(answer, live=live)
    return 1 if answer.outcome is Outcome.FAILED else 0


async def _follow(assistant: Assistant, question: Question, *, live: bool) -> Answer:
    """Read the events; show them as they come where a person watches."""
    async with aclosing(assistant.ask(question)) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event.answer
            if not live:
                continue
            if isinstance(event, Token):
                print(event.text, end="", flush=True)
            elif isinstance(event, Asking):
                _tell(f"[{event.model}]")
            elif isinstance(event, Escalated):
                why = " ".join(reason_text(r) for r in event.attempt.confidence.reasons)
                _tell(f"\n[{attempt_line(event.attempt, draft=True)}. {why}]")
    raise AssertionError("every request ends with Answered")


def _print_answer(answer: Answer, *, live: bool) -> None:
    if live and answer.attempts:
        print("\n")  # what was streamed is not checked: the checked text follows
    print(answer_text(answer))
    for citation in answer.citations:
        print(f"  [{citation.number}] {place(citation.passage)}")
    _tell(summary_line(answer))


def _read_history(path: Path | None) -> tuple[Turn, ...]:
    if path is None:
        return ()
    try:
        return turns_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QuestionError(
            f"The history in {path} cannot be read.",
            'It must be JSON such as [{"role": "user", "content": "..."}].',
        ) from error


async def _search(options: argparse.Namespace, settings: Settings) -> int:
    assistant = build_assistant(settings)
    k = options.k or settings.top_k
    retrieved, revision = await assistant.search(options.query, k, options.scope)
    if options.json:
        _print_json(search_json(options.query, retrieved, revision))
        return 0
    for hit in retrieved.hits:
        print(f"{hit.rank}. {place(hit.passage)}  ({hit.score:.2f})")
        print(f"   {' '.join(hit.passage.text.split())[:300]}")
    _tell(retrieved_line(retrieved))
    return 0


def _index(options: argparse.Namespace, settings: Settings) -> int:
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
        _print_json(index_json(corpus))
    else:
        print(ledger_lines(corpus.files))
    return 0


def _labelled(path: Path) -> list[str]:
    """The texts of answerable questions, in the layout of BEIR's queries."""
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


def _calibrate(options: argparse.Namespace, settings: Settings) -> int:
    knowledge = build_knowledge(settings)
    knowledge.refresh()
    labelled = _labelled(options.questions) if options.questions else []
    fitted = build_calibrator(settings, knowledge, open_history(settings)).run(labelled)
    if options.svg:
        options.svg.write_text(reliability_svg(fitted), encoding="utf-8")
    if options.json:
        _print_json(asdict(fitted))
    else:
        print(calibration_table(fitted))
    return 0


def _verify(options: argparse.Namespace, settings: Settings) -> int:
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
    corpus, erased = knowledge.refresh(), knowledge.ledger.erased()
    verdicts = [verify(receipt, corpus, erased) for receipt in receipts]
    if options.json:
        _print_json(verify_json(verdicts))
    else:
        print(verdict_lines(verdicts))
    return int(any(v.status is not ReceiptStatus.HOLDS for v in verdicts))


async def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    assistant = build_assistant(settings)
    try:
        cascade = assistant.cascade
        report = await examine(
            assistant.knowledge, cascade.small, cascade.large, unknown_settings()
        )
    finally:
        await assistant.close()
    if options.json:
        _print_json(doctor_json(report.checks, [asdict(b) for b in report.backends]))
    else:
        print(check_lines(report.checks))
        for backend in report.backends:
            print(f"      {backend.role}: {backend.model} at {backend.base_url} ({backend.device})")
    return 0 if report.ok else 1


def _bench(options: argparse.Namespace) -> int:
    reports = bench_retrieval(load(options.set), options.passages)
    if options.svg:
        options.svg.write_text(speed_svg(reports), encoding="utf-8")
    if options.json:
        _print_json({"sizes": [asdict(report) for report in reports]})
    else:
        print(speed_table(reports))
    return 0


def _answers(options: argparse.Namespace) -> int:
    settings = load_settings()
    report = evaluate_answers(
        load(options.set),
        SystemClock(),
        small=build_small(settings) if options.model != "scripted" else None,
        large=build_large(settings) if options.model == "both" else None,
        limit=options.limit or 0,
    )
    if options.svg:
        options.svg.write_text(answers_svg(report), encoding="utf-8")
    if options.json:
        _print_json(answers_json(report))
    else:
        print(answers_table(report))
    if options.baseline is None:
        return 0
    held = json.loads(options.baseline.read_text(encoding="utf-8"))
    worse = below_baseline([answers_baseline(report)], held)
    for line in worse:
        _tell(line)
    return int(bool(worse))


def _evaluate(options: argparse.Namespace) -> int:
    if options.kind == "answers":
        return _answers(options)
    reports = []
    for folder in options.sets:
        reports.append(evaluate_retrieval(load(folder)))
        if not options.json:
            print(retrieval_line(reports[-1]))
    documents = [retrieval_json(report) for report in reports]
    if options.json:
        _print_json(documents[0] if len(documents) == 1 else {"sets": documents})
    if options.baseline is None:
        return 0
    worse = below_baseline(documents, json.loads(options.baseline.read_text(encoding="utf-8")))
    for line in worse:
        _tell(line)
    return int(bool(worse))


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    scan(settings.corpus_dir)  # a missing folder is said now, not at the first question
    port = _free_port(settings.host, settings.port)
    if port is None:
        return 1
    os.environ["CHAINLIT_APP_ROOT"] = str(PROJECT_FOLDER)
    os.environ["CHAINLIT_HOST"], os.environ["CHAINLIT_PORT"] = settings.host, str(port)
    if options.corpus:
        os.environ["RAG_CORPUS_DIR"] = str(options.corpus.resolve())
    from chainlit.cli import run_chainlit  # noqa: PLC0415 - 1.5 s that other commands need not wait
    from chainlit.config import config  # noqa: PLC0415

    config.run.headless = not (options.open and _has_screen())
    _tell(
        f"Plumbline answers on http://{settings.host}:{port} from {settings.corpus_dir}."
        " Ctrl+C ends it."
    )
    run_chainlit(str(PROJECT_FOLDER / "app.py"))
    return 0


def _free_port(host: str, port: int) -> int | None:
    """Return the port, or the next free one where a person agrees; None where nobody does."""
    if _is_free(host, port):
        return port
    following = next(
        (p for p in range(port + 1, port + 1 + PORTS_TRIED) if p <= 65_535 and _is_free(host, p)),  # noqa: PLR2004
        None,
    )
    offer = f" {following} is free: RAG_PORT={following} rag serve." if following else ""
    _tell(f"Port {port} on {host} is taken by another program.{offer}")
    if following is None or not sys.stdin.isatty():
        return None
    answer = input(f"Use {following} now? [Y/n] ").strip().lower()
    return following if answer in {"", "y", "yes", "j", "ja"} else None


def _is_free(host: str, port: int) -> bool:
    """Can the port be had? Raises SettingsError when there is no such host here."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise SettingsError(
                    f"RAG_HOST is {host!r}, which is no address of this machine.",
                    "Set RAG_HOST to 127.0.0.1, or to an address of this machine.",
                ) from error
            return False
    return True


def _has_screen() -> bool:
    """Is there a screen to open a browser on? Elsewhere Python might start one in the terminal."""
    return (
        os.name == "nt"
        or sys.platform == "darwin"
        or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    )
