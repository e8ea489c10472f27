"""The choice of where to search, among many documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.builders import write_corpus
from tests.e2e.app import App
from tests.e2e.chat import Chat, findings
from tests.waiting import wait_until

TRIGGER = "#mode-picker-trigger-scope"
FIELD = "#pl-places"
OPTION = "#mode-picker-popover-scope [cmdk-item]:visible"


@pytest.fixture(scope="module")
def harbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app over hundreds of documents."""
    folder = tmp_path_factory.mktemp("harbours")
    corpus = write_corpus(folder / "corpus")
    for number in range(300):
        (corpus / f"harbour-{number:03}.md").write_text(f"# Harbour {number}\n\nIt has a crane.\n")
    (corpus / "übersicht.md").write_text("# Übersicht\n\nAlle Häfen.\n")
    names = {path.name for path in corpus.glob("*.md")}
    with App(corpus, folder / "app.log") as app:
        wait_until(lambda: names <= app.listed())
        yield app


@pytest.fixture
def chat(browser: Browser, harbours: App) -> Iterator[Chat]:
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    talk = Chat(context.new_page(), harbours)
    talk.page.locator(f"{TRIGGER}:enabled").wait_for()
    yield talk
    context.close()
    assert talk.outside == []


def test_a_document_is_found_by_typing_and_chosen_by_key(chat: Chat) -> None:
    chat.page.click(TRIGGER)
    expect(chat.page.locator(FIELD)).to_be_focused()
    chat.page.keyboard.type("harbour 29")
    expect(chat.page.locator(OPTION)).to_have_count(13)  # 29, 129, 229, and 290 to 299
    chat.shot("places")
    assert findings(chat.page) == []
    chat.page.keyboard.press("ArrowDown")
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(TRIGGER)).to_have_text("harbour-129.md")
    expect(chat.page.locator(FIELD)).to_have_count(0)


def test_enter_takes_what_is_highlighted_wherever_the_focus_is(chat: Chat) -> None:
    chat.page.click(TRIGGER)
    chat.page.keyboard.type("harbour 29")
    expect(chat.page.locator(OPTION)).to_have_count(13)
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("ArrowDown")
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(TRIGGER)).to_have_text("harbour-129.md")


def test_a_name_is_found_without_its_accents_and_chosen_by_a_click(chat: Chat) -> None:
    chat.page.click(TRIGGER)
    chat.page.keyboard.type("UBERS")
    expect(chat.page.locator(OPTION)).to_have_count(1)
    chat.page.locator(OPTION).click()
    expect(chat.page.locator(TRIGGER)).to_have_text("übersicht.md")


def test_a_name_that_nothing_has_is_said_and_escape_leaves_the_choice(chat: Chat) -> None:
    chat.page.click(TRIGGER)
    chat.page.keyboard.type("lighthouse")
    expect(chat.page.get_by_text("No document or folder has this name.")).to_be_visible()
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(FIELD)).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator(FIELD)).to_have_count(0)
    expect(chat.page.locator(TRIGGER)).to_have_text("Everything")


def test_a_chosen_document_is_where_the_next_question_looks(chat: Chat) -> None:
    chat.page.click(TRIGGER)
    chat.page.keyboard.type("holidays")
    chat.page.keyboard.press("Enter")
    chat.ask("How long can a customer keep the RelayBox?")
    assert "within 30 days" not in chat.answer
