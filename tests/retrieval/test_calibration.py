from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.errors import SettingsError
from rag.domain.search import EvidenceLevel, Signals
from rag.history.conversations import History
from rag.interfaces.cli.main import main
from rag.retrieval import thresholds
from rag.retrieval.calibration import Calibrator, auroc, calibrate, is_due
from rag.retrieval.family import RETRIEVERS
from rag.retrieval.thresholds import Levels, shipped

PEOPLE = ["Anna", "Boris", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hugo"]
THINGS = ["tripod", "beamer", "ladder", "kettle", "canoe", "lantern", "hammock", "telescope"]
WORDS = [
    f"{a}{b}"
    for a in "bdfgklmp"
    for b in ("anner", "ottle", "ibbon", "uckle", "enner", "olter", "asper", "immer")
]
PLACES = ["harbour", "attic", "library", "greenhouse", "workshop", "chapel", "stable", "tower"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    for row, thing in enumerate(THINGS):
        for column, place in enumerate(PLACES):
            person, other = PEOPLE[row], PEOPLE[(row + column) % len(PEOPLE)]
            path = made / f"{thing}-{place}.md"
            path.write_text(
                f"# The {thing} of the {place}\n\n{person} carries the heavy {thing} to the old"
                f" {place} number {row * 8 + column + 100}. {other} keeps its"
                f" {WORDS[row * 8 + column]} there in box {column * 8 + row + 500}.\n"
            )
    return made


@pytest.fixture
def state(tmp_path: Path) -> Path:
    made = tmp_path / "state"
    made.mkdir()
    return made


@pytest.fixture
def knowledge(folder: Path, state: Path) -> KnowledgeBase:
    return KnowledgeBase(folder, RETRIEVERS["bm25"], state=state, guide=False)


@pytest.fixture
def corpus(knowledge: KnowledgeBase) -> Snapshot:
    return knowledge.refresh()


def test_pseudo_questions_are_stronger_with_their_document_than_without(corpus: Snapshot) -> None:
    fitted = calibrate(corpus)
    assert fitted.questions > 100
    assert fitted.auroc > 0.6


def test_levels_never_become_stricter_than_what_is_shipped(corpus: Snapshot) -> None:
    assert calibrate(corpus).after.none <= shipped().levels.none
    lowered = calibrate(corpus, [shipped().levels.none - 0.5]).after
    assert lowered.none < lowered.weak < lowered.some


def test_the_same_corpus_gives_the_same_levels(corpus: Snapshot) -> None:
    assert calibrate(corpus) == calibrate(corpus)


def test_an_answer_that_people_liked_is_not_refused_afterwards(corpus: Snapshot) -> None:
    liked = shipped().levels.none - 0.5
    fitted = calibrate(corpus, [liked])
    assert fitted.after.none < liked
    assert fitted.refused_after.refused_answerable < fitted.refused_before.refused_answerable


def test_labelled_questions_count_instead_of_pseudo_questions(corpus: Snapshot) -> None:
    easy = [f"Who carries the heavy {thing} to the old harbour?" for thing in THINGS] * 3
    hard = ["What do people carry in winter, when the roads are closed by snow?"] * 24
    assert calibrate(corpus, labelled=easy).after.none > calibrate(corpus, labelled=hard).after.none
    assert calibrate(corpus, labelled=easy[:5]).after == calibrate(corpus).after


def test_the_command_takes_labelled_questions(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "questions.jsonl"
    lines = [{"text": f"Who carries the {t}?", "metadata": {"answerable": True}} for t in THINGS]
    lines.append({"text": "Who won?", "metadata": {"answerable": False}})
    path.write_text("\n".join(map(json.dumps, lines)))
    command = ["calibrate", "--corpus", str(folder), "--questions", str(path), "--json"]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["labelled"] == len(THINGS)
    path.write_text("no JSON")
    assert main(command) == 1
    assert "is no list of questions" in capsys.readouterr().err


def test_an_empty_corpus_keeps_the_shipped_levels(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    corpus = KnowledgeBase(tmp_path / "empty", RETRIEVERS["bm25"], guide=False).refresh()
    fitted = calibrate(corpus)
    assert (fitted.questions, fitted.after) == (0, shipped().levels)


def test_a_small_corpus_keeps_the_shipped_levels(folder: Path) -> None:
    for path in sorted(folder.iterdir())[20:]:
        path.unlink()
    corpus = KnowledgeBase(folder, RETRIEVERS["bm25"], guide=False).refresh()
    fitted = calibrate(corpus)
    assert (fitted.questions, fitted.after) == (0, shipped().levels)


class LikedFaintOnes:
    """Conversations in which people liked an answer with hardly any evidence."""

    def liked(self) -> list[Signals]:
        return [Signals(0.3, 0.2, 0.1, 0.0, 0.0)]


def test_what_is_fitted_counts_at_once_and_after_a_restart(
    knowledge: KnowledgeBase, folder: Path, state: Path, corpus: Snapshot
) -> None:
    assert thresholds.load(corpus.state).origin == "shipped"
    fitted = Calibrator(knowledge, state, LikedFaintOnes()).run()
    assert fitted.after.none < shipped().levels.none
    again = KnowledgeBase(folder, RETRIEVERS["bm25"], state=state, guide=False)
    for found in (thresholds.load(corpus.state), thresholds.load(again.refresh().state)):
        assert found.origin == "calibrated"
        assert found.levels.none == pytest.approx(fitted.after.none, abs=1e-4)


def test_it_runs_by_itself_once_and_again_when_a_fifth_has_changed(
    knowledge: KnowledgeBase, folder: Path, state: Path, corpus: Snapshot
) -> None:
    calibrator = Calibrator(knowledge, state, None)
    calibrator.run_if_due()
    first = (state / thresholds.NAME).stat().st_mtime_ns
    calibrator.run_if_due()
    assert (state / thresholds.NAME).stat().st_mtime_ns == first
    for path in sorted(folder.iterdir())[:14]:
        path.unlink()
    knowledge.refresh()
    calibrator.run_if_due()
    assert thresholds.facts_of(state)["passages"] < corpus.passage_count


@pytest.mark.parametrize(
    ("passages", "known", "due"),
    [(100, 0, True), (100, 100, False), (119, 100, False), (121, 100, True), (0, 0, False)],
)
def test_it_is_due_at_first_and_after_a_change_of_a_fifth(
    passages: int,
    known: float,
    due: bool,  # noqa: FBT001
) -> None:
    assert is_due(passages, {"passages": known} if known else {}) is due


def test_doctor_tells_where_the_levels_come_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def thresholds_line() -> str:
        main(["doctor", "--json", "--corpus", str(folder)])
        checks = json.loads(capsys.readouterr().out)["checks"]
        return str(next(check["detail"] for check in checks if check["name"] == "thresholds"))

    assert "as shipped" in thresholds_line()
    assert main(["calibrate", "--corpus", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] > 100
    assert "calibrated to this corpus" in thresholds_line()


def test_the_command_prints_a_table_and_draws(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawing = tmp_path / "reliability.svg"
    assert main(["calibrate", "--corpus", str(folder), "--svg", str(drawing)]) == 0
    table = capsys.readouterr().out
    assert "pseudo-questions" in table
    assert "refused, document held out" in table
    assert drawing.read_text().count("<circle") >= 3


def test_a_damaged_file_of_levels_is_named(state: Path) -> None:
    (state / thresholds.NAME).write_text("[levels]\nnone = 'low'\n")
    with pytest.raises(SettingsError, match="cannot be read") as raised:
        thresholds.load(state)
    assert "rag calibrate" in raised.value.sentence


def test_levels_are_kept_and_read_back(state: Path) -> None:
    thresholds.save(Levels(-3.0, -1.0, 2.0), {"passages": 10}, state)
    assert thresholds.load(state).levels == Levels(-3.0, -1.0, 2.0)
    assert thresholds.facts_of(state) == {"passages": 10}


def test_what_people_liked_is_read_from_the_history(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    signals = {"coverage": 0.5, "sentence": 0.4, "reach": 0.3, "lead": 0.2, "order": 0.1}
    evidence = {"level": EvidenceLevel.WEAK, "signals": signals}
    history.put_answer("t", "m", "q", {"evidence": evidence})
    history.put_answer("t", "n", "q", {"evidence": evidence})
    history.put_answer("t", "o", "q", {"evidence": None})
    for message, value in (("m", 1), ("n", 0), ("o", 1)):
        history.feedback.put(message, value, None)
    assert history.liked() == [Signals(0.5, 0.4, 0.3, 0.2, 0.1)]
    history.feedback.prefer("n", "draft")
    assert len(history.liked()) == 2
    history.close()


def test_auroc_counts_ties_half() -> None:
    assert auroc([3.0, 2.0], [1.0, 2.0]) == pytest.approx(0.875)
    assert math.isclose(auroc([1.0], [1.0]), 0.5)
