"""The table of requests, through the whole way: what is no question is never refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.domain import Outcome, Turn
from tests.ways.conftest import Talk

TABLE = Path(__file__).parent.parent / "requests.tsv"
OTHERS = [
    (kind, text)
    for kind, text in (line.split("\t") for line in TABLE.read_text("utf-8").splitlines())
    if kind not in {"question", "follow_up"}
]


@pytest.mark.parametrize(("kind", "text"), OTHERS)
async def test_what_is_no_question_is_never_refused(talk: Talk, kind: str, text: str) -> None:
    for name in ("handbook-2026.pdf.md", "privacy.md"):
        (talk.folder / name).write_text(
            "# Employee handbook\n\nEmployees have a desk and a lamp.\n"
        )
    await talk.ask("How much does the RelayBox cost?", "The RelayBox costs 249 euros.")
    answer = await talk.ask(text, "I do not know. The passages do not say.")
    assert answer.outcome not in {Outcome.REFUSED, Outcome.FAILED}


async def test_work_on_an_answer_that_no_passage_carries_leaves_it_as_it_was(talk: Talk) -> None:
    talk.turns = [Turn("Who?", "Somebody said something about penguins.")]
    answer = await talk.ask("Make that shorter", "Penguins.")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.text == "Somebody said something about penguins."
