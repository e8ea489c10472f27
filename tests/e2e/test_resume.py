"""Conversations come back: after a reload, after a restart, after a kill in mid-answer."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.app import App
from tests.e2e.chat import ROOT, Chat, Stage
from tests.scripted_server import Pause, Script

QUESTION = "How long can a customer keep the RelayBox?"


def expect_conversation(page: Page) -> None:
    """The answer is there with its chip, its passage, its line and its trace."""
    line = page.locator("button", has_text="first token").first
    expect(line).to_be_visible()
    expect(page.locator("#side-view-content")).to_have_count(0)
    page.locator(".element-link").first.click()
    expect(page.locator("#side-view-content")).to_contain_text("within 30 days")
    line.click()
    expect(page.locator("#side-view-content")).to_contain_text("phi-4-mini")
    expect(page.locator("#side-view-title")).to_contain_text("Trace")


def test_a_reload_brings_the_conversation_back(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    stage.app.wait_until_answered(chat.thread)
    chat.reload()
    expect_conversation(chat.page)
    stage.small.script = Script("It costs 249 euros.")
    chat.ask("And how much does it cost?")
    assert "249" in chat.answer


def test_conversations_are_listed_and_opened(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.page.goto(chat.page.url.split("/thread")[0])
    chat.page.wait_for_selector("#chat-input")
    entry = chat.page.locator("a[href^='/thread/']").first
    expect(entry).to_contain_text("How long")
    entry.click()
    expect(chat.page.locator("[data-step-type=assistant_message]")).to_contain_text("30 days")


def test_a_kill_in_mid_answer_keeps_the_part_and_marks_it(
    browser: Browser, stage: Stage, tmp_path: Path
) -> None:
    models = {"RAG_SMALL_BASE_URL": stage.small.base_url}
    context = browser.new_context()
    page = context.new_page()
    with App(stage.corpus, tmp_path / "app.log", settings=models) as app:
        chat = Chat(page, app)
        chat.ask(QUESTION)
        stage.small.script = Script("The RelayBox ships at once. " * 90, pause=Pause(after=20))
        chat.send("When does the RelayBox ship?")
        app.wait_until_kept("ships at once. The RelayBox ships at once. The RelayBox")
        assert app.process is not None
        app.process.kill()
        app.process.wait()
    with App(stage.corpus, tmp_path / "app.log", port=app.port, settings=models):
        page.goto(page.url)
        chat.wait_until_resumed()
        expect(page.locator(ROOT).get_by_text("ended in the middle of this answer")).to_be_visible()
        expect(page.locator("[data-step-type=assistant_message]").last).to_contain_text(
            "ships at once"
        )
        expect_conversation(page)
    context.close()


def test_a_conversation_is_exported_with_its_sources(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    link = chat.page.locator("#export-button")
    address = str(link.get_attribute("href"))
    page = chat.page.request.get(stage.app.url + address)
    assert page.ok
    assert "30 days of delivery" in page.text()
    assert "returns.md" in page.text()
    text = chat.page.request.get(stage.app.url + address.replace(".html", ".md")).text()
    assert f"## {QUESTION}" in text
    assert chat.page.request.get(f"{stage.app.url}/export/nobody.md").status == 404
