from __future__ import annotations

import pytest

from rag.domain import Intent, Turn
from rag.intent import Asked, asked_for, intent_of, reply_language

HISTORY = (Turn("What is the RelayBox?", "A relay."),)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hello!", Intent.GREETING),
        ("hi there", Intent.GREETING),
        ("Goedemorgen", Intent.GREETING),
        ("Guten Tag!", Intent.GREETING),
        ("Thanks a lot", Intent.THANKS),
        ("Dank je wel!", Intent.THANKS),
        ("Vielen Dank", Intent.THANKS),
        ("What can you do?", Intent.HELP),
        ("Wat kun je?", Intent.HELP),
        ("Was kannst du?", Intent.HELP),
        ("What can you do about a faulty device?", Intent.QUESTION),
        ("Hello, who pays the postage?", Intent.QUESTION),
        ("Thanks to whom was it built?", Intent.QUESTION),
        ("Help with a faulty antenna", Intent.QUESTION),
        ("?!", Intent.QUESTION),
    ],
)
def test_small_talk_is_told_from_questions(text: str, intent: Intent) -> None:
    assert intent_of(text) is intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("And how much does it cost?", Intent.FOLLOW_UP),
        ("Why?", Intent.FOLLOW_UP),
        ("En wat kost het?", Intent.FOLLOW_UP),
        ("Und was kostet es?", Intent.FOLLOW_UP),
        ("How many days of holiday do employees have a year?", Intent.QUESTION),
    ],
)
def test_a_question_that_leans_on_the_last_one_is_a_follow_up(text: str, intent: Intent) -> None:
    assert intent_of(text, HISTORY) is intent
    assert intent_of(text) is Intent.QUESTION


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("How long can a customer keep it?", Asked.VALUE),
        ("Wanneer vervallen de dagen?", Asked.VALUE),
        ("Who pays the postage?", Asked.NAME),
        ("Is the postage free?", Asked.YES_NO),
        ("How do I return it?", Asked.EXPLANATION),
        ("Why is it late?", Asked.EXPLANATION),
        ("Tell me about returns", Asked.OTHER),
    ],
)
def test_what_is_asked_for_is_told(question: str, asked: Asked) -> None:
    assert asked_for(question) is asked


@pytest.mark.parametrize(
    ("text", "language"), [("Danke!", "de"), ("Bedankt!", "nl"), ("Thanks!", "en"), ("你好", "en")]
)
def test_small_talk_is_answered_in_its_language(text: str, language: str) -> None:
    assert reply_language(text) == language
