"""Every open page of a conversation sees its answers: after a reload, in a second tab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.app import App
from tests.e2e.chat import CONNECTED, Chat, Stage
from tests.scripted_server import Pause, Script

QUESTION = "How long can a customer keep the RelayBox?"
SLOW = "When does the RelayBox ship?"
LINE = "button:has-text('first token')"


@pytest.fixture
def pause(stage: Stage) -> Iterator[Pause]:
    """The model stops in mid-answer until the pause is over."""
    pause = Pause(after=12)
    text = "The RelayBox ships within two working days. " * 2 + "The RelayBox weighs 1.2 kg."
    stage.small.script = stage.large.script = Script(text, pause=pause)
    yield pause
    pause.over.set()


def is_running(page: Page) -> None:
    expect(page.locator("#stop-button")).to_be_visible()


@pytest.fixture
def waiting(chat: Chat, pause: Pause) -> Chat:
    """A page in the middle of an answer."""
    chat.send(SLOW)
    chat.text("ships within two").first.wait_for()
    chat.page.wait_for_url("**/thread/*")
    return chat


def test_a_page_that_is_reloaded_in_mid_answer_sees_the_rest(waiting: Chat, pause: Pause) -> None:
    waiting.page.reload()
    waiting.text("ships within two").first.wait_for()
    is_running(waiting.page)
    waiting.shot("reloaded-in-mid-answer")
    pause.over.set()
    waiting.text("weighs 1.2 kg").first.wait_for()
    expect(waiting.page.locator(LINE)).to_have_count(1)
    waiting.wait_until_done()


def test_a_page_that_is_reloaded_in_mid_answer_can_stop_it(waiting: Chat, stage: Stage) -> None:
    waiting.page.reload()
    is_running(waiting.page)
    waiting.page.click("#stop-button")
    waiting.wait_until_done()
    assert stage.small.requests[-1].closed.wait(timeout=60)
    waiting.text("Stopped").first.wait_for()
    expect(waiting.page.get_by_text("Task manually stopped.")).to_have_count(0)


def test_what_was_asked_before_a_reload_can_be_followed_up(
    waiting: Chat, pause: Pause, stage: Stage
) -> None:
    waiting.page.reload()
    is_running(waiting.page)
    pause.over.set()
    waiting.wait_until_done()
    waiting.page.locator(LINE).click()
    expect(waiting.page.locator("#side-view-content")).to_contain_text("phi-4-mini")
    stage.small.script = stage.large.script = Script("It costs 249 euros.")
    waiting.ask("And how much does it cost?")
    assert "249" in waiting.answer


def test_a_second_tab_sees_question_and_answer(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    other = Chat(chat.page.context.new_page(), stage.app)
    other.page.goto(f"{stage.app.url}/thread/{chat.thread}")
    other.page.locator(LINE).wait_for()
    other.page.locator(CONNECTED).wait_for()
    stage.small.script = stage.large.script = Script("It costs 249 euros.")
    chat.ask("And how much does it cost?")
    other.text("And how much does it cost?").first.wait_for()
    other.text("249 euros").first.wait_for()
    expect(other.page.locator(LINE)).to_have_count(2)
    expect(other.page.locator("#side-view-content")).to_have_count(0)
    stage.small.script = stage.large.script = Script("It weighs 1.2 kg.")
    other.ask("And how heavy is it?")
    chat.text("1.2 kg").first.wait_for()
    other.page.close()


def test_a_page_that_outlives_the_app_has_each_line_once(
    browser: Browser, stage: Stage, tmp_path: Path
) -> None:
    models = {"RAG_SMALL_BASE_URL": stage.small.base_url}
    context = browser.new_context()
    with App(stage.corpus, tmp_path / "app.log", settings=models) as app:
        chat = Chat(context.new_page(), app)
        chat.ask(QUESTION)
        app.wait_until_answered(chat.thread)
        chat.page.evaluate("window.sidebarsSet = 0")
    with App(stage.corpus, tmp_path / "app.log", port=app.port, settings=models):
        chat.wait_until_resumed()
        expect(chat.page.locator(LINE)).to_have_count(1)
        stage.small.script = Script("It costs 249 euros.")
        chat.ask("And how much does it cost?")
        expect(chat.page.locator(LINE)).to_have_count(2)
    context.close()
