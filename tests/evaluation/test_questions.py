from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.domain.errors import CorpusError
from rag.evaluation.questions import evaluate_questions, load_questions
from rag.presentation.message import answer_text
from rag.presentation.quality import question_lines, questions_json, questions_table
from tests.builders import assistant_of, write_corpus
from tests.fakes import FakeBackend, says

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
