from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rag.presentation.previews import AFTER, BEFORE, MARKED, previews_of
from tests.builders import answered
from tests.fakes import FakeBackend, says

if TYPE_CHECKING:
    from pathlib import Path

    from rag.domain.answers import Answer

QUESTION = "How long can a customer keep the RelayBox, and who pays the postage?"


async def answer_of(corpus: Path, text: str) -> Answer:
    return await answered(corpus, QUESTION, FakeBackend(says(text)))


async def test_each_citation_shows_the_sentence_that_it_rests_on(corpus: Path) -> None:
    text = "Customers may return the RelayBox within 30 days of delivery. After that no return is possible."
    answer = await answer_of(corpus, text)
    (previews,) = previews_of(answer).values()
    assert [one["marked"] for one in previews] == [
        "Customers may return the RelayBox within 30 days of delivery, in the original box.",
        "After that no return is possible.",
    ]
    assert previews[1]["before"].strip().endswith("in the original box.")
    assert previews[0]["place"].startswith("returns.md")


async def test_a_long_passage_is_cut_at_words(corpus: Path) -> None:
    long = "A day has many hours. " * 60
    marked = f"Customers may return the RelayBox within 30 days{' of a month' * 60}."
    (corpus / "returns.md").write_text(f"# Returns\n\n{long}{marked} {long}\n")
    answer = await answer_of(corpus, "Customers may return the RelayBox within 30 days of a month.")
    hit = next(hit for hit in answer.hits if marked in hit.passage.text)
    sentences = tuple(
        replace(one, citations=(hit.number,), places=(hit.passage.text.index("Customers"),))
        for one in answer.sentences
    )
    preview = previews_of(replace(answer, sentences=sentences))[str(hit.number)][0]
    assert len(preview["before"]) <= BEFORE + 2
    assert len(preview["marked"]) <= MARKED + 2
    assert len(preview["after"]) <= AFTER + 2
    assert marked.startswith(f"{preview['marked'].removesuffix(' …')} ")


async def test_an_answer_without_passages_has_none(corpus: Path) -> None:
    answer = await answered(corpus, "Hello!", FakeBackend())
    assert previews_of(answer) == {}
