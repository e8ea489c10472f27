from __future__ import annotations

import os
from pathlib import Path

from rag.domain.answers import Outcome
from rag.domain.requests import Intent
from tests.builders import Talk


async def test_all_documents_are_listed_without_a_model(talk: Talk) -> None:
    answer = await talk.ask("What documents do you have?")
    assert (answer.intent, answer.outcome) == (Intent.CORPUS, Outcome.ANSWERED)
    assert [item.path for item in answer.listed] == ["faq.md", "office/holidays.md", "returns.md"]
    assert talk.small.asked == []


async def test_documents_that_mention_a_topic_come_with_the_passage(talk: Talk) -> None:
    answer = await talk.ask("Which documents mention the warranty?")
    assert [item.path for item in answer.listed] == ["faq.md"]
    [hit] = answer.hits
    assert "warranty lasts two years" in hit.passage.text
    assert hit.number == answer.listed[0].number


async def test_all_words_of_a_topic_have_to_stand_together(talk: Talk) -> None:
    answer = await talk.ask("Which documents mention holiday postage?")
    assert (answer.outcome, answer.listed) == (Outcome.ANSWERED, ())


async def test_only_the_folder_asked_in_is_listed(talk: Talk) -> None:
    answer = await talk.ask("List all documents", scope="office")
    assert [item.path for item in answer.listed] == ["office/holidays.md"]


async def test_the_last_changed_come_first(corpus: Path, talk: Talk) -> None:
    os.utime(corpus / "returns.md", (2_000_000_000, 2_000_000_000))
    answer = await talk.ask("What are the newest documents?")
    assert answer.listed[0].path == "returns.md"


async def test_the_passage_keeps_its_number_in_the_conversation(talk: Talk) -> None:
    first = await talk.ask("How long is the warranty?", "The warranty lasts two years.")
    answer = await talk.ask("Which documents mention the warranty?")
    numbers = {hit.passage: hit.number for hit in first.hits}
    assert answer.hits[0].number == numbers[answer.hits[0].passage]
