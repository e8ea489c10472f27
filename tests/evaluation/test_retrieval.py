from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from rag.domain.errors import CorpusError
from rag.evaluation.beir import load
from rag.evaluation.metrics import ndcg, recall, reciprocal_rank
from rag.evaluation.retrieval import evaluate_retrieval
from rag.interfaces.cli.main import main
from rag.presentation.reports import below_baseline

DOCUMENTS = [
    {"_id": "returns", "title": "Returns", "text": "Customers may return the box in 30 days."},
    {"_id": "price", "title": "Price", "text": "The box costs 249 euros."},
    {"_id": "office", "title": "Office", "text": "Employees have a desk and a lamp."},
]
QUERIES = [
    {"_id": "1", "text": "How much is the box in euros?", "metadata": {"answers": ["249 euros"]}},
    {
        "_id": "2",
        "text": "And when may they return it?",
        "metadata": {
            "answers": ["30 days"],
            "history": [
                {"role": "user", "content": "Who are the customers?"},
                {"role": "assistant", "content": "People."},
            ],
        },
    },
    {"_id": "3", "text": "Where is Mongolia?", "metadata": {"answerable": False}},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    (made / "qrels").mkdir(parents=True)
    for name, records in (("corpus", DOCUMENTS), ("queries", QUERIES)):
        lines = "\n".join(json.dumps(record) for record in records)
        (made / f"{name}.jsonl").write_text(lines)
    qrels = "query-id\tcorpus-id\tscore\n1\tprice\t1\n2\treturns\t2\n2\toffice\t0\n3\tprice\t1\n"
    (made / "qrels" / "test.tsv").write_text(qrels)
    return made


def test_a_set_is_read_with_grades_answers_and_history(folder: Path) -> None:
    found = load(folder)
    assert (found.name, len(found.documents), len(found.questions)) == ("tiny", 3, 3)
    second = found.questions[1]
    assert second.relevant == {"returns": 2}
    assert [(t.question, t.answer) for t in second.history] == [
        ("Who are the customers?", "People.")
    ]
    assert not found.questions[2].answerable


def test_the_answerable_questions_are_measured(folder: Path) -> None:
    report = evaluate_retrieval(load(folder))
    assert (report.documents, report.queries) == (3, 2)
    assert (report.ndcg_10, report.recall_5, report.mrr_10, report.hit_5) == (1, 1, 1, 1)


def test_the_measures_are_those_of_the_books() -> None:
    relevant = {"a": 3, "b": 1}
    assert ndcg(["b", "x", "a"], relevant, 10) == pytest.approx(
        (1 + 3 / math.log2(4)) / (3 + 1 / math.log2(3))
    )
    assert ndcg(["x"], relevant, 10) == 0
    assert recall(["b", "x", "a"], relevant, 2) == 0.5
    assert reciprocal_rank(["x", "a"], relevant, 10) == 0.5
    assert reciprocal_rank(["x", "a"], relevant, 1) == 0


def test_the_command_prints_the_contracts_fields(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "retrieval", str(folder), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {
        "set",
        "documents",
        "queries",
        "ndcg@10",
        "recall@5",
        "recall@10",
        "mrr@10",
        "hit@1",
        "hit@5",
        "ms_per_query",
        "index_seconds",
    }


@pytest.mark.parametrize(("accepted", "code"), [(0.9, 0), (1.1, 1)])
def test_a_figure_below_the_baseline_fails(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], accepted: float, code: int
) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"tiny": {"ndcg@10": accepted}}))
    assert main(["eval", "retrieval", str(folder), "--baseline", str(baseline)]) == code
    assert ("below the accepted" in capsys.readouterr().err) == bool(code)


def test_what_the_baseline_does_not_name_is_free() -> None:
    documents: list[dict[str, Any]] = [{"set": "other", "ndcg@10": 0.1, "hit@5": None}]
    assert below_baseline(documents, {"tiny": {"ndcg@10": 0.9}}) == []


def test_a_folder_that_is_no_set_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CorpusError):
        load(tmp_path)
    assert main(["eval", "retrieval", str(tmp_path)]) == 1
    assert "corpus.jsonl" in capsys.readouterr().err


def test_speed_is_measured_beside_rank_bm25(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "speed.svg"
    arguments = ["bench", "retrieval", str(folder), "--passages", "50", "150", "--json"]
    assert main([*arguments, "--svg", str(plot)]) == 0
    sizes = json.loads(capsys.readouterr().out)["sizes"]
    assert [size["passages"] for size in sizes] == [50, 150]
    assert all(
        size["equal"] and size["query_ms"] > 0 and size["rank_bm25_ms"] > 0 for size in sizes
    )
    assert "Plumbline</text>" in plot.read_text()
    assert main(["bench", "retrieval", str(folder), "--passages", "50"]) == 0
    assert "rank-bm25" in capsys.readouterr().out
