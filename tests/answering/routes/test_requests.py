"""The table of requests, through the whole way: what is told to be no question is never refused."""

from __future__ import annotations

import pytest
from docx import Document as Word
from fpdf import FPDF

from rag.answering.intent.rules import request_of
from rag.domain.answers import Outcome
from rag.domain.conversation import Turn
from rag.text.language_detection import message_language
from tests.answering.intent.requests import DOCUMENTS, HISTORY, TABLE
from tests.builders import Talk
from tests.fakes import FakeBackend

OTHERS = [
    text
    for kind, text in TABLE
    if kind not in {"question", "follow_up", "brief"}
    and request_of(text, message_language(text), HISTORY, DOCUMENTS, "returns.md").intent == kind
]
TEXT = "Employees have a desk, a lamp and an umbrella of their own."


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """A conversation over the very documents that the table speaks of."""
    folder = tmp_path_factory.mktemp("corpus")
    for path, title in DOCUMENTS.items():
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        if file.suffix == ".docx":
            document = Word()
            document.add_heading(title)
            document.add_paragraph(TEXT)
            document.save(str(file))
        elif file.suffix == ".pdf":
            pdf = FPDF()
            pdf.set_title(title)
            pdf.add_page()
            pdf.set_font("helvetica", size=12)
            pdf.multi_cell(0, text=f"{title}\n\n{TEXT}")
            pdf.output(str(file))
        else:
            file.write_text(f"# {title}\n\nThe RelayBox costs 249 euros. {TEXT}\n")
    return Talk(folder, FakeBackend(model="phi"))


@pytest.mark.parametrize("text", OTHERS)
async def test_what_is_no_question_is_never_refused(talk: Talk, text: str) -> None:
    talk.turns.clear()
    await talk.ask("How much does the RelayBox cost?", "The RelayBox costs 249 euros.")
    answer = await talk.ask(text, "I do not know. The passages do not say.")
    assert answer.outcome not in {Outcome.REFUSED, Outcome.FAILED}


async def test_work_on_an_answer_that_no_passage_carries_leaves_it_as_it_was(talk: Talk) -> None:
    talk.turns[:] = [Turn("Who?", "Somebody said something about penguins.")]
    answer = await talk.ask("Make that shorter", "Penguins.")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == "Somebody said something about penguins."
