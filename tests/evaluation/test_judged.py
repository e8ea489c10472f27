from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.domain.errors import CorpusError
from rag.evaluation.judged import check_answers, half_of, load_judged, report_on
from rag.presentation.quality import support_baseline, support_json, support_table

CONTEXT = {
    "title": "Returns",
    "text": "Customers may return the RelayBox within 30 days of delivery, in the original box."
    " The customer pays the return postage. The shop refunds the price within two weeks.",
}


def judged(number: int, answer: str, faithfulness: float) -> dict[str, object]:
    return {
        "id": f"{number}<::>1",
        "question": "How can I return it?",
        "answer": answer,
        "model": "writer",
        "contexts": [CONTEXT],
        "faithfulness": faithfulness,
    }


RIGHT = (
    "Customers may return the RelayBox within 30 days of delivery. The customer pays the postage."
)
WRONG = "Buyers receive a voucher for the cinema. The shop pays the postage within 90 days."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    lines = [judged(n, RIGHT, 4.0) for n in range(4)] + [judged(n, WRONG, 1.0) for n in range(4, 8)]
    path = tmp_path / "judged.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def test_faithful_and_unfaithful_answers_are_told_apart(file: Path) -> None:
    report = report_on("judged", check_answers(load_judged(file)))
    assert report.accepted["large"] == {"accepted_faithful": 1.0, "accepted_unfaithful": 0.0}
    assert report.auroc == 1.0
    document = support_json(report)
    assert document["answers"] == 8
    assert document["sentences"]["unfaithful"]["full"] == 0.0
    assert support_baseline(report)["large: unfaithful rejected"] == 1.0
    assert "AUROC 1.000" in support_table(report)


def test_the_halves_are_whole_conversations_and_share_none(file: Path) -> None:
    answers = load_judged(file)
    fit, report = half_of(answers, "fit"), half_of(answers, "report")
    assert len(fit) + len(report) == len(answers)
    assert {a.conversation for a in fit}.isdisjoint(a.conversation for a in report)


def test_a_file_that_is_no_list_of_judged_answers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"text": "x"}', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"other\.jsonl is no file of judged answers"):
        load_judged(path)
