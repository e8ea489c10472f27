from __future__ import annotations

from dataclasses import replace

from rag.domain.answers import Answer, Outcome
from rag.domain.requests import Intent
from rag.domain.search import Hit
from rag.interfaces.chat.memory import Conversation, Exchange
from tests.fakes import passage


def talked_of(text: str, sha256: str) -> Conversation:
    hit = Hit(1, 1.0, replace(passage(text), sha256=sha256), 1)
    answer = Answer("q", Intent.QUESTION, "a", Outcome.ANSWERED, "m", "en", hits=(hit,))
    return Conversation([Exchange("q", "m", answer)])


def test_a_conversation_knows_that_it_holds_text_of_an_erased_document() -> None:
    kept = talked_of("The code is 4711.", "a" * 64)
    assert kept.holds({"a" * 64})
    assert not kept.holds({"b" * 64})
    assert not kept.holds(set())


def test_where_the_text_is_gone_already_nothing_is_held() -> None:
    assert not talked_of("", "a" * 64).holds({"a" * 64})
