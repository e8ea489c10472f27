from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.domain.errors import CorpusError
from rag.evaluation.questions import evaluate_questions, load_questions
from rag.interfaces.cli.main import main
from rag.presentation.message import answer_text
from rag.presentation.quality import question_lines, questions_json, questions_table
from tests.builders import assistant_of, write_corpus
from tests.fakes import FakeBackend, says
from tests.scripted_server import Script, ScriptedServer

LINES = [
    {
        "question": "How long can a customer keep the RelayBox?",
        "answers": ["30 days"],
        "documents": ["returns.md"],
        "answerable": True,
    },
    {
        "question": "Which penguins live in Mongolia?",
        "answers": [],
        "documents": [],
        "answerable": False,
    },
]


def write(folder: Path, lines: list[dict[str, object]]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


async def test_right_and_refused_questions_are_counted(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "docs")
    backend = FakeBackend(says("Customers may return the RelayBox within 30 days of delivery."))
    questions = load_questions(write(tmp_path, LINES))
    report = await evaluate_questions(assistant_of(corpus, backend), questions, answer_text)
    assert report.figures["right"] == 1.0
    assert report.figures["wrong"] == 0.0
    assert report.figures["refused"] == 0.5
    assert report.figures["refused_unanswerable"] == 1.0
    assert report.figures["false_refusal"] == 0.0
    document = questions_json(report, verbose=True)
    assert document["questions"] == 2
    assert [one["right"] for one in document["results"]] == [True, False]
    assert "right: 100%" in questions_table(report)
    assert "right (answered)" in question_lines(report.results[0])


async def test_a_text_without_the_fact_is_wrong(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "docs")
    lines = [{**LINES[0], "answers": ["45 days"]}]
    questions = load_questions(write(tmp_path, lines))
    backend = FakeBackend(says("Customers may return the RelayBox within 30 days of delivery."))
    report = await evaluate_questions(assistant_of(corpus, backend), questions, answer_text)
    assert (report.figures["right"], report.figures["wrong"]) == (0.0, 1.0)


def test_a_file_that_is_no_list_of_questions_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, [{"text": "?"}])
    with pytest.raises(CorpusError, match=r"questions\.jsonl is no file of questions"):
        load_questions(path)


def test_the_command_writes_samples_for_ragas_and_holds_figures_against_a_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, questions = write_corpus(tmp_path / "docs"), write(tmp_path, LINES)
    samples, baseline = tmp_path / "samples.jsonl", tmp_path / "baseline.json"
    baseline.write_text('{"questions": {"right": 1.0}}')
    arguments = ["eval", "questions", str(questions), "--corpus", str(corpus)]
    right = Script("Customers may return the RelayBox within 30 days of delivery.")
    with ScriptedServer(right) as server:
        monkeypatch.setenv("RAG_SMALL_BASE_URL", server.base_url)
        monkeypatch.setenv("RAG_EXPAND", "off")
        assert main([*arguments, "--ragas", str(samples), "--baseline", str(baseline)]) == 0
        baseline.write_text('{"questions": {"refused": 0.6}}')
        assert main([*arguments, "--baseline", str(baseline)]) == 1
    first, second = (json.loads(line) for line in samples.read_text().splitlines())
    assert first["reference"] == "30 days"
    assert "30 days" in first["retrieved_contexts"][0]
    assert "reference" not in second
    assert "refused is 0.5000, below the accepted 0.6000" in capsys.readouterr().err
