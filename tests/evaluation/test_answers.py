from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.evaluation.answers import AnswersReport, evaluate_answers
from rag.evaluation.beir import Asked, EvaluationSet, Text
from rag.evaluation.scripted_models import scripted
from rag.interfaces.cli.main import main
from rag.presentation.charts import answers_svg
from rag.presentation.reports import answers_baseline, answers_json, answers_table
from tests.fakes import FakeBackend, FakeClock, says

PLACES = ("Arnhem", "Breda", "Delft", "Gouda", "Leiden", "Venlo", "Zwolle", "Utrecht")
ROOMS = ("cellar", "kitchen", "library", "attic", "stable", "chapel", "office", "garage")
DOCUMENTS = tuple(
    Text(
        place.lower(),
        f"The house in {place}",
        f"The house in {place} was built in {1900 + n} by {name} Visser. Its {room} holds {n + 20}"
        f" chairs and was painted {colour}.",
    )
    for n, (place, room, name, colour) in enumerate(
        zip(
            PLACES,
            ROOMS,
            ("Anna", "Boris", "Clara", "David", "Elena", "Frits", "Greta", "Hugo"),
            ("green", "blue", "white", "black", "brown", "grey", "pink", "yellow"),
            strict=True,
        )
    )
)
QUESTIONS = (
    *(
        Asked(
            f"q{n}", f"When was the house in {place} built?", {place.lower(): 1}, (str(1900 + n),)
        )
        for n, place in enumerate(PLACES)
    ),
    Asked("u", "Which goalkeeper won the championship in Brazil?", {}, (), answerable=False),
)
SET = EvaluationSet("houses", DOCUMENTS, QUESTIONS)


@pytest.fixture(scope="module")
def report() -> AnswersReport:
    return evaluate_answers(SET, FakeClock(step=1.0))


def test_every_question_comes_to_one_outcome(report: AnswersReport) -> None:
    ours = report.ours
    assert ours.questions == len(QUESTIONS)
    assert (ours.answered, ours.quoted, ours.refused) == (len(PLACES), 0, 1)


def test_with_an_oracle_what_the_small_model_gets_wrong_is_mended(report: AnswersReport) -> None:
    assert report.ours.correct == 1.0
    assert report.ours.wrong == 0.0
    assert report.ours.refusal_recall == 1.0
    assert report.ours.citation_precision == 1.0


def test_the_baselines_stand_in_their_order(report: AnswersReport) -> None:
    small, large, perfect = (
        report.baselines[name].correct
        for name in ("always_small", "always_large", "perfect_router")
    )
    assert small < perfect == large == 1.0
    assert small < report.ours.correct
    assert report.baselines["always_large"].escalated == 1.0
    assert report.baselines["random"].escalated == pytest.approx(report.ours.escalated, abs=0.1)


def test_escalating_none_or_all_is_one_model_alone(report: AnswersReport) -> None:
    for way in ("ours", "length", "random", "perfect"):
        assert report.curve["0"][way] == report.baselines["always_small"].correct
        assert report.curve["1"][way] == report.baselines["always_large"].correct


def test_evidence_is_stronger_where_the_document_is_there(report: AnswersReport) -> None:
    assert report.gate["document held out"] > 0.9
    assert report.gate["unanswerable"] > 0.9
    shares = report.gate_curve["0.5"]
    assert shares["answerable"] < shares["document held out"]


def test_a_real_model_takes_the_place_of_a_scripted_one() -> None:
    made = evaluate_answers(SET, FakeClock(), small=FakeBackend(says("No idea."), model="tiny"))
    assert made.models == {"small": "tiny", "large": "scripted oracle"}
    assert made.baselines["always_small"].wrong > 0.5
    assert made.ours.correct == 1.0


def test_the_scripted_small_model_fails_as_often_as_it_is_told() -> None:
    import random

    rng = random.Random(1)
    many = [Asked(f"{n}", f"{n}: when?", {"delft": 1}, ("1902",)) for n in range(400)]
    small, large = scripted(SET, many, 0.75, rng)
    right = sum(small[q.text] == large[q.text] for q in many) / len(many)
    assert 0.68 < right < 0.82


def test_the_report_names_models_and_baselines(report: AnswersReport) -> None:
    document = answers_json(report)
    assert set(document["baselines"]) == {
        *("always_small", "always_large", "length_rule", "random", "quotation_only"),
        "perfect_router",
    }
    assert document["models"] == {"small": "scripted small", "large": "scripted oracle"}
    assert "perfect_router" in answers_table(report)
    assert answers_baseline(report)["correct"] == 1.0


def test_the_curves_are_drawn_with_their_names(report: AnswersReport) -> None:
    drawing = answers_svg(report)
    assert "perfect" in drawing
    assert "title held out" in drawing
    assert drawing.count("<path") >= 8


def test_the_command_fails_below_an_accepted_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "houses"
    (folder / "qrels").mkdir(parents=True)
    lines = [{"_id": d.id, "title": d.title, "text": d.text} for d in DOCUMENTS]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, lines)))
    asked = [
        {
            "_id": q.id,
            "text": q.text,
            "metadata": {"answers": list(q.answers), "answerable": q.answerable},
        }
        for q in QUESTIONS
    ]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    rows = [f"{q.id}\t{d}\t1" for q in QUESTIONS for d in q.relevant]
    (folder / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]))
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"houses answers": {"correct": 1.0}}))
    command = ["eval", "answers", str(folder), "--json", "--baseline", str(baseline)]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["correct"] == 1.0
    baseline.write_text(json.dumps({"houses answers": {"correct": 1.1}}))
    assert main(command) == 1
    assert "below the accepted 1.1" in capsys.readouterr().err
