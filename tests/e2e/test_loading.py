"""A model that is being loaded when the first question comes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from tests.builders import write_corpus
from tests.e2e.app import App
from tests.e2e.chat import Chat
from tests.scripted_server import Pause, Script, ScriptedServer
from tests.waiting import wait_until

ANSWER = Script("Customers may return the RelayBox within 30 days of delivery.")


def test_a_question_waits_while_its_model_is_loaded_and_says_for_how_long(
    browser: Browser, tmp_path: Path
) -> None:
    pause = Pause(after=0, filler="")

    def answer(body: dict[str, Any]) -> Script:
        return Script("Yes", pause=pause) if body["max_tokens"] == 1 else ANSWER

    corpus = write_corpus(tmp_path / "corpus")
    with ScriptedServer(answer, ("phi-4-mini",)) as small:
        settings = {
            "RAG_SMALL_BASE_URL": small.base_url,
            "RAG_WARM_UP": "small",
            "RAG_EXPAND": "off",
        }
        with App(corpus, tmp_path / "app.log", settings=settings) as app:
            context = browser.new_context(viewport={"width": 1024, "height": 768})
            chat = Chat(context.new_page(), app)
            wait_until(lambda: bool(small.requests))
            chat.send("How long may customers return the RelayBox?")
            line = chat.page.get_by_text(re.compile(r"phi-4-mini is being loaded · \d+ s")).first
            expect(line).to_be_visible()
            chat.shot("loading")
            assert [request.body["max_tokens"] for request in small.requests] == [1]
            pause.over.set()
            chat.lines.first.wait_for()
            assert "30 days" in chat.answer
            context.close()
