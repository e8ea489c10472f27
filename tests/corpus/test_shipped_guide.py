"""The shipped guide beside a folder of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.assistant import Assistant
from rag.config.bootstrap import build_assistant
from rag.config.environment import load_settings
from rag.domain.answers import Answer, Outcome
from rag.domain.conversation import Question
from rag.domain.documents import SHIPPED_GUIDE
from rag.domain.events import Answered
from rag.presentation.message import answer_text
from rag.presentation.wording import place, shown_path

HANDBOOK = "# Handbook\n\nThe office of Delft opens at 8:30 in the morning.\n"
ABOUT_PLUMBLINE = "What does a red wavy line under a sentence mean in Plumbline?"


def assistant(tmp_path: Path, *, guide: bool = True, corpus: Path | None = None) -> Assistant:
    own = tmp_path / "own"
    own.mkdir()
    (own / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    folder = corpus or own
    return build_assistant(
        load_settings(corpus_dir=folder, state_dir=tmp_path / "state", guide=guide)
    )


async def answer(asked: Assistant, text: str, scope: str = "") -> Answer:
    last = [event async for event in asked.ask(Question(text, scope=scope))][-1]
    assert isinstance(last, Answered)
    return last.answer


async def test_it_answers_about_the_product_beside_own_documents(tmp_path: Path) -> None:
    found = await answer(assistant(tmp_path), ABOUT_PLUMBLINE)
    assert found.outcome is not Outcome.REFUSED
    assert found.citations[0].passage.document.startswith(SHIPPED_GUIDE)
    assert place(found.citations[0].passage).startswith("Plumbline's guide › ")
    assert answer_text(found).startswith("From Plumbline's guide:")


async def test_own_documents_answer_alone_what_they_answer(tmp_path: Path) -> None:
    found = await answer(assistant(tmp_path), "When does the office of Delft open?")
    assert {hit.passage.document for hit in found.hits} == {"handbook.md"}


async def test_what_neither_tells_is_refused_from_own_documents(tmp_path: Path) -> None:
    found = await answer(assistant(tmp_path), "Who won the regatta of Trondheim?")
    assert found.outcome is Outcome.REFUSED
    assert not any(hit.passage.document.startswith(SHIPPED_GUIDE) for hit in found.hits)


async def test_it_is_not_asked_for_a_folder_that_a_person_chose(tmp_path: Path) -> None:
    found = await answer(assistant(tmp_path), ABOUT_PLUMBLINE, "handbook.md")
    assert found.outcome is Outcome.REFUSED


async def test_a_document_of_it_can_be_asked_alone(tmp_path: Path) -> None:
    asked = assistant(tmp_path)
    found = await answer(asked, "What is the default port?", f"{SHIPPED_GUIDE}faq.xlsx")
    assert {hit.passage.document for hit in found.hits} == {f"{SHIPPED_GUIDE}faq.xlsx"}


async def test_it_can_be_turned_off(tmp_path: Path) -> None:
    found = await answer(assistant(tmp_path, guide=False), ABOUT_PLUMBLINE)
    assert found.outcome is Outcome.REFUSED


def test_its_files_can_be_opened_and_are_known_later(tmp_path: Path) -> None:
    corpus = assistant(tmp_path).knowledge.fresh()
    path = f"{SHIPPED_GUIDE}privacy.docx"
    document = corpus.document(path)
    assert document is not None
    assert document.path == path
    assert corpus.still_has(path, document.sha256) is True
    file = corpus.file_on_disk(path)
    assert file is not None
    assert file.name == "privacy.docx"
    assert corpus.passages_of(path)[0].document == path


def test_it_is_not_among_the_own_documents(tmp_path: Path) -> None:
    corpus = assistant(tmp_path).knowledge.fresh()
    assert [document.path for document in corpus.documents] == ["handbook.md"]


def test_a_folder_that_holds_it_has_it_once(tmp_path: Path) -> None:
    guide = Path(__file__).parents[2] / "docs_corpus" / "guide"
    assert assistant(tmp_path, corpus=guide.parent).knowledge.fresh().guide is None


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Plumbline's guide › faq.xlsx"),
        ("de", "Anleitung von Plumbline › faq.xlsx"),
        ("nl", "Handleiding van Plumbline › faq.xlsx"),
    ],
)
def test_its_name_is_shown_in_the_readers_language(language: str, shown: str) -> None:
    assert shown_path(f"{SHIPPED_GUIDE}faq.xlsx", language) == shown
