"""Everything without a mouse, and what a screen reader is told."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.chat import Chat
from tests.waiting import wait_until

QUESTION = "How long can a customer keep the RelayBox?"
PANEL = "#side-view-content"


def test_the_first_stop_of_the_tab_key_leads_to_the_question(chat: Chat) -> None:
    first = chat.page.evaluate("document.querySelector('a[href], button, input, textarea').id")
    assert first == "pl-skip"
    chat.page.locator("#pl-skip").focus()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator("#chat-input")).to_be_focused()


def test_a_passage_takes_the_focus_and_escape_gives_it_back(chat: Chat) -> None:
    chat.ask(QUESTION)
    chip = chat.page.locator(".element-link").first
    chip.click()
    expect(chat.page.locator("#side-view-title button")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator(PANEL)).to_have_count(0)
    expect(chip).to_be_focused()


def test_waiting_and_the_answer_are_announced(chat: Chat) -> None:
    chat.page.evaluate(
        """() => {
          window.said = [];
          const live = document.querySelector("#pl-live[role=status]");
          new MutationObserver(() => window.said.push(live.textContent))
            .observe(live, { childList: true });
        }"""
    )
    chat.ask(QUESTION)
    wait_until(lambda: any("Answer:" in text for text in chat.page.evaluate("window.said")))
    said = " ".join(chat.page.evaluate("window.said"))
    assert "Plumbline is working." in said
    assert "30 days" in said
    expect(chat.page.locator("#pl-live")).to_have_text("")


def test_the_keys_are_named_and_do_what_they_say(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.page.mouse.click(640, 300)  # out of the field
    chat.page.keyboard.press("?")
    sheet = chat.page.locator("#pl-keys")
    expect(sheet).to_contain_text("Begin a new conversation")
    chat.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    chat.page.keyboard.press("Control+k")
    found = chat.page.locator("[role=dialog] input")
    found.wait_for()
    chat.wait_until_still()
    chat.page.keyboard.type("RelayBox")
    expect(found).to_have_value("RelayBox")
    chat.page.keyboard.press("Escape")
    chat.page.keyboard.press("Control+Shift+O")
    expect(chat.lines).to_have_count(0)


def test_a_question_mark_in_a_question_is_only_that(chat: Chat) -> None:
    chat.page.locator("#chat-input").press_sequentially("Why?")
    expect(chat.page.locator("#pl-keys")).to_have_count(0)
    assert chat.page.input_value("#chat-input") == "Why?"
