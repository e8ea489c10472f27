"""The shipped guide answers about the product, and only about the product."""

from __future__ import annotations

import json

import pytest

from rag.config.bootstrap import build_assistant
from rag.config.environment import load_settings
from rag.domain.paths import PROJECT_FOLDER
from rag.domain.search import EvidenceLevel
from rag.presentation.texts import CATALOGUE, all_under

QUESTIONS = [
    json.loads(line)
    for line in (PROJECT_FOLDER / "docs" / "guide" / "questions.jsonl").read_text().splitlines()
]
NEEDED_SHARE = 0.95


@pytest.fixture
def settings_with_guide_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAG_CORPUS_DIR", raising=False)


async def test_the_right_document_comes_first(settings_with_guide_alone: None) -> None:
    assistant = build_assistant(load_settings(corpus_dir=PROJECT_FOLDER / "docs_corpus"))
    asked = [q for q in QUESTIONS if q["document"]]
    assert len(asked) > 1 / (1 - NEEDED_SHARE)
    wrong = []
    for question in asked:
        retrieved, _ = await assistant.search(question["question"], 1, "guide")
        first = retrieved.hits[0].passage.document if retrieved.hits else ""
        if first != question["document"]:
            wrong.append((question["question"], first))
    assert len(wrong) <= (1 - NEEDED_SHARE) * len(asked), wrong


async def test_what_it_does_not_tell_has_no_evidence(settings_with_guide_alone: None) -> None:
    assistant = build_assistant(load_settings(corpus_dir=PROJECT_FOLDER / "docs_corpus"))
    asked = [q["question"] for q in QUESTIONS if not q["document"]]
    assert asked
    for question in asked:
        retrieved, _ = await assistant.search(question, 5, "guide")
        assert retrieved.evidence
        assert retrieved.evidence.level is EvidenceLevel.NONE, question


def test_the_guide_uses_every_reader() -> None:
    kinds = {path.suffix for path in (PROJECT_FOLDER / "docs_corpus" / "guide").iterdir()}
    assert kinds == {".md", ".html", ".pdf", ".docx", ".xlsx", ".csv"}


GUIDE_STARTERS = [
    (key, question)
    for language in CATALOGUE
    for key, question in all_under("starter.question.", language).items()
]


@pytest.mark.parametrize(("key", "question"), GUIDE_STARTERS)
async def test_a_first_question_finds_evidence_in_the_guide_where_it_should(
    settings_with_guide_alone: None, key: str, question: str
) -> None:
    assistant = build_assistant(load_settings(corpus_dir=PROJECT_FOLDER / "docs_corpus"))
    retrieved, _ = await assistant.search(question, 5, "guide")
    assert retrieved.evidence
    assert (retrieved.evidence.level is EvidenceLevel.NONE) == (key == "unknown")
