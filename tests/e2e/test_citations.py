"""What a citation rests on is shown beside it, and opened at a click."""

from __future__ import annotations

import re
from collections.abc import Iterator

import fpdf
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.chat import Chat, Stage, findings
from tests.scripted_server import Script

QUESTION = "How long can a customer keep the RelayBox?"
CHIP = ".message-content a.element-link"
PREVIEW = "#pl-preview"
NOTES_CLOSING = """
addEventListener("message", ({ data }) => {
  if (data?.plumbline === "card_closed") window.cardClosed = true;
})
"""
HARBOUR = "The harbour master keeps the key of the crane in the red cabinet by the stairs."


@pytest.fixture
def citation(chat: Chat) -> Locator:
    chat.ask(QUESTION)
    return chat.page.locator(CHIP).first


def test_pointing_at_a_citation_shows_the_sentence_it_rests_on(
    chat: Chat, citation: Locator
) -> None:
    citation.hover()
    preview = chat.page.locator(PREVIEW)
    expect(preview).to_contain_text("returns.md")
    expect(preview.locator("mark")).to_have_text(
        "Customers may return the RelayBox within 30 days of delivery, in the original box."
    )
    expect(preview).to_contain_text("After that no return is possible.")
    chat.shot("citation")
    assert findings(chat.page) == []
    preview.hover()
    expect(preview).to_be_visible()
    chat.page.hover("#chat-input")
    expect(preview).to_have_count(0)


def test_a_citation_reached_by_key_is_described_until_escape(chat: Chat, citation: Locator) -> None:
    citation.focus()
    chat.page.keyboard.press("Shift+Tab")
    chat.page.keyboard.press("Tab")
    expect(chat.page.locator(PREVIEW)).to_be_visible()
    expect(citation).to_have_attribute("aria-describedby", "pl-preview")
    chat.page.keyboard.press("Escape")
    expect(chat.page.locator(PREVIEW)).to_have_count(0)
    expect(citation).to_be_focused()


def test_after_a_reload_citations_still_tell(chat: Chat, citation: Locator) -> None:
    expect(citation).to_be_visible()
    chat.reload()
    chat.page.locator(CHIP).first.hover()
    expect(chat.page.locator(f"{PREVIEW} mark")).to_contain_text("within 30 days")


def test_a_preview_stays_on_a_phone_sized_page(chat: Chat, citation: Locator) -> None:
    chat.page.set_viewport_size({"width": 390, "height": 844})
    citation.hover()
    box = chat.page.locator(PREVIEW).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    chat.shot("citation-390")


def test_a_citation_opens_under_its_files_name(chat: Chat, citation: Locator) -> None:
    citation.click()
    expect(chat.page.locator("#side-view-title")).to_contain_text("returns.md")
    expect(chat.page.locator(PREVIEW)).to_have_count(0)
    chat.shot("citation-opened")


@pytest.fixture
def harbour(stage: Stage) -> Iterator[None]:
    """A PDF of two pages, gone again for the other tests."""
    made = fpdf.FPDF()
    for text in ("Contents of the handbook.", HARBOUR):
        made.add_page()
        made.set_font("Helvetica", size=12)
        made.multi_cell(0, 8, text)
    path = stage.corpus / "harbour.pdf"
    path.write_bytes(bytes(made.output()))
    stage.app.wait_until_listed("harbour.pdf")
    yield
    path.unlink()
    stage.app.wait_until_unlisted("harbour.pdf")


@pytest.mark.usefixtures("harbour")
def test_a_passage_of_a_pdf_is_shown_on_its_page(chat: Chat, stage: Stage) -> None:
    stage.small.script = Script(HARBOUR)
    chat.ask("Who has the key of the harbour crane?")
    chat.page.locator(CHIP).first.click()
    picture = chat.page.locator(".pl-page img")
    expect(picture).to_have_attribute("alt", "Page 2 with the passage marked")
    expect(picture).to_have_attribute("src", re.compile(r"picture=2&passage=0$"))
    chat.page.wait_for_function("() => document.querySelector('.pl-page img').naturalWidth > 500")
    expect(chat.page.locator(".pl-page")).to_have_attribute("href", re.compile("#page=2$"))
    chat.shot("page-of-a-pdf")
    assert findings(chat.page) == []


def test_an_open_passage_stays_open_over_the_next_answer_until_it_is_closed(
    chat: Chat, stage: Stage, citation: Locator
) -> None:
    panel = chat.page.locator("#side-view-content")
    citation.click()
    expect(panel).to_contain_text("within 30 days")
    stage.small.script = Script("It costs 249 euros.")
    chat.ask("And how much does it cost?")
    expect(chat.page.locator("#side-view-title")).to_contain_text("[1] returns.md")
    expect(panel).to_contain_text("within 30 days")
    chat.shot("passage_over_the_next_answer")
    chat.page.evaluate(NOTES_CLOSING)
    chat.page.locator("#side-view-title button").click()
    chat.page.wait_for_function("window.cardClosed")
    expect(panel).to_have_count(0)
    chat.ask("How long can a customer keep the RelayBox?")
    expect(panel).to_have_count(0)


def test_the_panel_of_documents_stays_open_over_the_next_answer(chat: Chat) -> None:
    chat.page.get_by_role("button", name="Documents").click()
    panel = chat.page.locator(".pl-corpus")
    panel.wait_for()
    chat.ask("How long can a customer keep the RelayBox?")
    expect(panel).to_be_visible()
    chat.shot("panel_over_the_next_answer")
