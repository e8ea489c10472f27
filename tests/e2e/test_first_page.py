"""What a person sees first: what this is, from what and by whom it answers, and what to ask."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.chat import Chat, Stage


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
