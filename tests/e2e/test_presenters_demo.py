"""The demo of the presenter's guide, beat by beat: what the guide says is on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from rag.domain.paths import PROJECT_FOLDER
from tests.builders import write_corpus
from tests.e2e.app import App
from tests.e2e.chat import Chat
from tests.scripted_server import Pause, Script, ScriptedServer

GUIDE = (PROJECT_FOLDER / "docs" / "guide" / "presenters-guide.md").read_text(encoding="utf-8")
RIGHT = Script("A customer may return the RelayBox within 30 days of delivery.")
WEAK = Script(
    "A customer may return the RelayBox within 30 days of delivery. It was invented in Oslo."
)
QUESTION = "How long can a customer keep the RelayBox?"


@dataclass
class Hall:
    """A projector's page, the two models, and the plug of the large one."""

    chat: Chat
    small: ScriptedServer
    large: ScriptedServer
    plug: ExitStack


@pytest.fixture
def hall(browser: Browser, tmp_path: Path) -> Iterator[Hall]:
    with ExitStack() as stack, ExitStack() as plug:
        small = stack.enter_context(ScriptedServer(RIGHT, ("phi-4-mini",)))
        large = plug.enter_context(ScriptedServer(RIGHT, ("gpt-oss-20b",)))
        settings = {
            "RAG_SMALL_BASE_URL": small.base_url,
            "RAG_LARGE_BASE_URL": large.base_url,
            "RAG_EXPAND": "off",
            "RAG_GUIDE": "off",
        }
        corpus = write_corpus(tmp_path / "corpus")
        app = stack.enter_context(App(corpus, tmp_path / "app.log", settings=settings))
        context = browser.new_context(viewport={"width": 1024, "height": 768})
        stack.callback(context.close)
        yield Hall(Chat(context.new_page(), app), small, large, plug)


def told(beat: str, pattern: str) -> str:
    """What the guide puts in quotation marks under a beat's heading."""
    [section] = re.findall(rf"^## {beat}.*?(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    [words] = [quoted for quoted in re.findall('"([^"]+)"', section) if re.search(pattern, quoted)]
    return str(words)


def test_each_beat_of_the_demo_shows_what_the_guide_says(hall: Hall) -> None:
    chat, panel = hall.chat, hall.chat.page.locator("#side-view-content")

    chat.ask(QUESTION)  # show 1: an answer with proof
    chat.page.locator(".element-link", has_text="[1]").first.click()
    expect(panel.locator("mark").first).to_be_visible()
    chat.shot("demo_1_proof")

    chat.ask("Which customers live in Ulaanbaatar, Mongolia, Bhutan and Tibet?")  # show 2
    assert "Mongolia" in chat.answer
    anyway = chat.page.get_by_role("button", name=told("Show 2", "anyway"))
    asked = len(hall.small.requests)
    chat.shot("demo_2_refusal")
    anyway.click()
    chat.lines.nth(2).wait_for()
    assert len(hall.small.requests) == asked + 1

    pause = Pause(after=0)  # show 3: an escalation
    hall.small.script, hall.large.script = WEAK, Script(RIGHT.text, pause=pause)
    chat.send(QUESTION)
    message = chat.page.locator("[data-step-type=assistant_message]").last
    expect(message).to_contain_text(told("Show 3", "takes over"))
    chat.shot("demo_3_taking_over")
    pause.over.set()
    chat.lines.nth(3).wait_for()
    chat.lines.nth(3).click()
    expect(panel).to_contain_text(told("Show 3", "Sentences supported").partition(":")[0])
    expect(panel).to_contain_text("1 of 2")

    hall.plug.close()  # show 4: the large model is unplugged
    chat.send(QUESTION)
    chat.lines.nth(4).wait_for()
    address = f"127.0.0.1:{hall.large.port}"
    assert told("Show 4", "did not answer").replace("127.0.0.1:1234", address) in chat.answer
    assert "within 30 days" in chat.answer
    chat.shot("demo_4_unplugged")
