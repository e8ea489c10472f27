"""What a person sees first: what this is, from what and by whom it answers, and what to ask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.app import App, free_port
from tests.e2e.chat import Chat, Stage
from tests.waiting import wait_until


@pytest.mark.parametrize(
    ("locale", "said", "language"),
    [
        ("en-GB", "phi-4-mini writes, and gpt-oss-20b takes over", "en"),
        ("de-DE", "phi-4-mini schreibt, und gpt-oss-20b übernimmt", "de"),
        ("nl-NL", "phi-4-mini schrijft, en gpt-oss-20b neemt het over", "nl"),
    ],
)
def test_the_first_page_explains_itself_in_the_browsers_language(
    browser: Browser, stage: Stage, locale: str, said: str, language: str
) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 1024, "height": 768})
    chat = Chat(context.new_page(), stage.app)
    expect(chat.page.locator("#pl-welcome")).to_contain_text(said)
    assert chat.page.evaluate("document.documentElement.lang") == language
    questions = chat.page.locator("#starters button").all_inner_texts()
    assert 1 <= len(questions) <= 4
    chat.shot(f"first_{language}")
    context.close()


def test_a_suggested_question_is_answered(chat: Chat) -> None:
    chat.page.locator("#starters button").first.click()
    chat.lines.first.wait_for()
    assert "refused" not in chat.lines.first.inner_text()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_first_start_follows_the_systems_theme(
    browser: Browser, stage: Stage, theme: str
) -> None:
    context = browser.new_context(
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": 390, "height": 844},
    )
    chat = Chat(context.new_page(), stage.app)
    assert theme in str(chat.page.locator("html").get_attribute("class"))
    expect(chat.page.locator("#pl-welcome")).to_be_visible()
    chat.wait_until_still()
    chat.shot(f"first_{theme}_phone")
    context.close()


def test_the_picker_shows_which_models_answer(
    browser: Browser, stage: Stage, tmp_path: Path
) -> None:
    settings = {
        "RAG_SMALL_BASE_URL": stage.small.base_url,
        "RAG_LARGE_BASE_URL": f"http://127.0.0.1:{free_port()}",
    }
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    with App(stage.corpus, tmp_path / "app.log", settings=settings) as app:
        chat = Chat(context.new_page(), app)
        picker = chat.page.get_by_text("Auto (● phi-4-mini, then ○ gpt-oss-20b)")

        def is_shown() -> bool:  # a page does not wait for a server that is slow to tell
            chat.page.reload()
            chat.page.get_by_text("Auto (").first.wait_for()
            return picker.is_visible()

        wait_until(is_shown)
        chat.shot("picker_one_unreachable")
        context.close()


def test_the_time_of_a_message_is_told_also_after_a_reload(chat: Chat, stage: Stage) -> None:
    chat.ask("How long can a customer keep the RelayBox?")
    message = chat.page.locator("[id^='step-']", has=chat.page.locator(".element-link"))
    message.hover()
    expect(message).to_have_attribute("title", re.compile(r"\d{1,2}:\d{2}"))
    today = str(message.get_attribute("title")).rpartition(",")[0]
    stage.app.wait_until_answered(chat.thread)
    chat.page.add_init_script("const now = Date.now; Date.now = () => now() + 1e11")  # years later
    chat.reload()
    message.hover()
    expect(message).to_have_attribute("title", re.compile(rf"^{re.escape(today)}, "))
