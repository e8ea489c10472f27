from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.answering.suggestions import suggested_questions
from rag.corpus.knowledge_base import KnowledgeBase
from rag.retrieval.family import RETRIEVERS

if TYPE_CHECKING:
    from rag.corpus.snapshot import Snapshot

TEXTS = {
    "faq.md": "# Returns\n\n## Who pays the return postage?\n\nThe customer pays the return postage,"
    " unless the box is faulty.\n",
    "press.md": "# Press\n\nThe HydroPress is a machine that bends sheets of steel. It weighs 4 t.\n",
    "presse.md": "# Presse\n\nDie Biegebank ist eine Maschine, die Bleche biegt. Sie wiegt 2 t.\n",
    "guide/a.md": "# Guide\n\nThe Plumbline is a chat that answers from documents.\n",
    "odd.md": "# Odd\n\nDoes this work with that one too?\n\nWhat?\n",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Snapshot:
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return KnowledgeBase(tmp_path, RETRIEVERS["bm25"]).refresh()


def suggested(corpus: Snapshot, language: str = "en", most: int = 9) -> list[str]:
    words = {"en": "What is {}?", "de": "Was ist {}?"}
    return suggested_questions(
        corpus, language, most, lambda subject, code: words[code].format(subject)
    )


def test_questions_come_from_own_documents_and_are_whole(corpus: Snapshot) -> None:
    found = suggested(corpus)
    assert "Who pays the return postage?" in found
    assert "What is the HydroPress?" in found
    assert all(question.endswith("?") for question in found)
    assert not any("Plumbline" in question for question in found)


def test_those_of_the_pages_language_come_first(corpus: Snapshot) -> None:
    assert suggested(corpus, "de")[0] == "Was ist die Biegebank?"


def test_what_leans_on_its_place_or_is_not_answered_is_not_offered(corpus: Snapshot) -> None:
    assert not any("this work" in question or question == "What?" for question in suggested(corpus))


def test_no_more_than_wanted_are_offered(corpus: Snapshot) -> None:
    assert len(suggested(corpus, most=1)) == 1
