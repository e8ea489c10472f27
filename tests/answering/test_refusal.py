"""Questions that share words with the passages and turn on something that these do not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.refusal import absent_labels
from rag.domain.answers import Answer, Outcome
from rag.domain.conversation import Question
from rag.domain.events import Answered
from rag.presentation.message import answer_text
from rag.text.program_text import is_code
from tests.builders import assistant_of
from tests.fakes import FakeBackend, says

FILES = {
    "server.md": "# Server\n\nThe server listens on the port in APP_PORT. Start the server with the"
    " command of your system. The server keeps its log for a while.",
    "devices.md": "# Devices\n\nThe Orin Nano runs language models on a board. It draws little"
    " power. The board is sold by many shops.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


async def ask(folder: Path, text: str, scope: str = "") -> Answer:
    assistant = assistant_of(folder, FakeBackend(says("The server listens on the port.")))
    async for event in assistant.ask(Question(text, scope=scope)):
        if isinstance(event, Answered):
            return event.answer
    raise AssertionError


@pytest.mark.parametrize(
    "question",
    ["What port does APP_PORTS set for the server?", "What does the option --app-port do here?"],
)
async def test_an_identifier_that_no_passage_has_is_refused(folder: Path, question: str) -> None:
    assert (await ask(folder, question)).outcome is Outcome.REFUSED


async def test_a_refusal_names_the_identifier_that_no_passage_has(folder: Path) -> None:
    answer = await ask(folder, "What port does APP_PORTS set for the server?")
    assert "APP_PORTS" in answer_text(answer)


async def test_a_refusal_never_denies_a_word_that_a_document_has(folder: Path) -> None:
    answer = await ask(folder, "Which penguins fish beside the shops of Mongolia?")
    assert answer.outcome is Outcome.REFUSED
    assert answer.evidence
    assert answer.evidence.unknown is not None
    assert "penguins" in answer.evidence.unknown
    assert "shops" not in answer.evidence.unknown
    assert "shops" not in answer_text(answer)


async def test_a_refusal_within_a_scope_says_where_it_looked(folder: Path) -> None:
    answer = await ask(folder, "Which penguins live in Mongolia?", scope="server.md")
    assert answer.outcome is Outcome.REFUSED
    assert "server.md" in answer_text(answer)


@pytest.mark.parametrize(
    "text",
    [
        "pip install -r requirements.txt",
        "set SHOW_USAGE=1",
        'print(f"Benchmarking models: {MODELS}")',
        "$ make run",
        "df = pd.DataFrame(sales_data)",
    ],
)
def test_commands_and_program_text_are_code(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "Customers may return the RelayBox within 30 days.",
        "The set of tools is described below.",
        "It costs 849 euros (without tax) in 2026.",
        "- Beginner Path: Modules 01-02 (7-9 hours)",
    ],
)
def test_prose_is_no_code(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize("named", ["module 11", "Module 3", "Module 09"])
def test_a_numbered_thing_that_is_not_among_its_like_is_absent(named: str) -> None:
    texts = ["Module 1 is short. Modules 5-7 and 10 are long.", "See Module08 and module 2."]
    assert absent_labels(f"What does {named} cover?", texts) == (named,)


@pytest.mark.parametrize(
    "question",
    [
        *("What is in Module 6?", "What is in module 8?", "And module 10?"),
        *("Is it free for 30 days?", "What happened in 2018?", "Which pump needs 12 bar?"),
    ],
)
def test_numbers_that_are_there_or_number_nothing_are_not_absent(question: str) -> None:
    texts = ["Module 1 is short. Modules 5-7 and 10 are long.", "See Module08. After 14 days."]
    assert absent_labels(question, texts) == ()
