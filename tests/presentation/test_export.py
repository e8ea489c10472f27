from __future__ import annotations

from dataclasses import replace

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from rag.domain.answers import Answer, Citation, Outcome, Sentence, Support
from rag.domain.requests import Intent
from rag.presentation.export import AnsweredQuestion, conversation_markdown, conversation_page
from tests.fakes import PRICE, hits_of

RIGHT, WRONG, PARTLY = "It costs 249 euros. [1]", "It flies.", "It may be returned."


def answered(
    text: str = f"{RIGHT} {WRONG} {PARTLY}", question: str = "What does it cost?"
) -> AnsweredQuestion:
    found, sentences = 0, []
    for words, support in ((RIGHT, Support.FULL), (WRONG, Support.NONE), (PARTLY, Support.PARTIAL)):
        if words in text:
            found = text.index(words)
            sentences.append(Sentence(words, found, found + len(words), support, (1,), 1.0))
    hits = hits_of(PRICE)
    answer = Answer(
        question=question,
        intent=Intent.QUESTION,
        text=text,
        outcome=Outcome.ANSWERED,
        model="phi-4-mini",
        language="en",
        hits=hits,
        sentences=tuple(sentences),
        citations=(Citation(1, PRICE),),
    )
    return AnsweredQuestion("2026-11-27T08:30:00Z", answer)


def test_an_exported_answer_has_its_question_time_model_marks_and_sources() -> None:
    text = conversation_markdown("Prices", [answered()])
    assert text.startswith("# Prices")
    assert "## What does it cost?" in text
    assert "2026-11-27 08:30" in text
    assert "phi-4-mini" in text
    assert "It flies. ✗" in text
    assert "It may be returned. ≈" in text
    assert "249 euros. ✗" not in text
    assert PRICE.document in text
    assert text.index("✗ ") > text.index("It flies")


@pytest.mark.parametrize("wrong", ["| RelayBox | flies |", "```\nfly --now\n```"])
def test_the_sign_of_a_row_and_of_code_is_shown(wrong: str) -> None:
    text = f"| Item | What |\n| --- | --- |\n{wrong}" if wrong.startswith("|") else wrong
    one = answered(RIGHT)
    start = text.index(wrong)
    sentence = Sentence(wrong, start, start + len(wrong), Support.NONE, (), 0.0)
    answer = replace(one.answer, text=f"{text}\n\nIt ends.", sentences=(sentence,))
    body = conversation_page("T", [replace(one, answer=answer)]).partition("<body>")[2]
    shown = regex.sub(r"<[^>]*>", " ", body)
    assert "✗" in shown.partition("It ends.")[0]
    assert "<p>It ends.</p>" in body


def test_a_page_needs_nothing_else() -> None:
    page = conversation_page("Prices", [answered()])
    assert page.startswith("<!doctype html>")
    assert not any(part in page for part in ("src=", "href=", "@import", "url(", "<script"))
    assert "<h2>What does it cost?</h2>" in page


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "![x](http://evil.example/x.png)",
        "[open](http://evil.example)",
        "<http://evil.example>",
        "[a]: http://evil.example\n\n[a]",
        "</style><img src=x>",
    ],
)
def test_nothing_that_somebody_wrote_is_active_in_a_page(hostile: str) -> None:
    page = conversation_page(hostile, [answered(f"{hostile} {RIGHT}", hostile)])
    assert not any(part in page for part in ("<script", "<img", "<a ", "</style><"))


@given(st.text(max_size=80))
def test_whatever_is_written_no_tag_of_it_is_in_the_page(text: str) -> None:
    page = conversation_page("T", [answered(f"{text} {RIGHT}")])
    body = page.partition("<body>")[2]
    assert not any(part in body for part in ("<script", "<img", "<a ", "<iframe", "<style"))
