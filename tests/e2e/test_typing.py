"""What is typed stays: through first answers, escalations, refusals, reloads and other pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.chat import CONNECTED, Chat, Stage
from tests.scripted_server import Pause, Script
from tests.waiting import wait_until

QUESTION = "How long can a customer keep the RelayBox?"
NEXT = "And how much does the RelayBox cost, with the postage of its return?"
REFUSED = "Which customers live in Ulaanbaatar, Mongolia, Bhutan and Tibet?"
INVENTED = "A customer may return the RelayBox within 14 days."
FIELD = "#chat-input"


def typed(chat: Chat) -> str:
    return str(chat.page.input_value(FIELD))


def submit(chat: Chat, text: str) -> None:
    chat.page.fill(FIELD, text)
    chat.page.click("#chat-submit")


@pytest.mark.parametrize(
    "small", [Script("Customers may return it within 30 days."), Script(INVENTED)]
)
def test_what_is_typed_during_the_first_answer_stays(
    chat: Chat, stage: Stage, small: Script
) -> None:
    stage.small.script = small
    submit(chat, QUESTION)
    chat.page.locator(FIELD).press_sequentially(NEXT)
    chat.lines.first.wait_for()
    chat.wait_until_done()
    assert typed(chat) == NEXT
    expect(chat.page).to_have_url(re.compile("/thread/"))


def test_what_is_typed_during_a_refusal_stays(chat: Chat) -> None:
    submit(chat, REFUSED)
    chat.page.locator(FIELD).press_sequentially(NEXT)
    chat.lines.first.wait_for()
    assert typed(chat) == NEXT


def test_a_draft_is_there_again_after_a_reload_and_belongs_to_its_conversation(chat: Chat) -> None:
    submit(chat, QUESTION)
    chat.lines.first.wait_for()
    chat.wait_until_done()
    chat.page.fill(FIELD, NEXT)
    chat.reload()
    wait_until(lambda: typed(chat) == NEXT)
    chat.page.goto(chat.page.url.partition("/thread/")[0])
    chat.page.locator(FIELD).wait_for()
    assert typed(chat) == ""


def test_two_conversations_keep_a_draft_each_while_one_goes_between_them(chat: Chat) -> None:
    for question in (QUESTION, "How much does the RelayBox cost?"):
        submit(chat, question)
        chat.lines.first.wait_for()
        chat.wait_until_done()
        chat.page.fill(FIELD, f"More than: {question}")
        chat.page.click("#new-chat-button")
        expect(chat.lines).to_have_count(0)
    for question in (QUESTION, "How much does the RelayBox cost?", QUESTION):
        chat.page.locator("a[href^='/thread/']", has_text=question[:12]).first.click()
        chat.lines.first.wait_for()
        expect(chat.page.locator(FIELD)).to_have_value(f"More than: {question}")


def test_on_a_phone_a_first_question_gets_its_address_and_survives_a_reload(
    browser: Browser, stage: Stage
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    chat = Chat(context.new_page(), stage.app)
    submit(chat, QUESTION)
    chat.page.locator(FIELD).press_sequentially(NEXT)
    chat.lines.first.wait_for()
    assert typed(chat) == NEXT
    expect(chat.page).to_have_url(re.compile("/thread/"))
    chat.reload()
    assert "30 days" in chat.answer
    expect(chat.page.locator(FIELD)).to_have_value(NEXT)
    context.close()


def test_the_first_answer_opens_nothing_that_was_closed(chat: Chat) -> None:
    entries = chat.page.locator("[data-sidebar=sidebar]")
    chat.page.click("#sidebar-trigger-button")
    expect(entries).not_to_be_in_viewport()
    submit(chat, QUESTION)
    chat.lines.first.wait_for()
    chat.wait_until_done()
    expect(chat.page).to_have_url(re.compile("/thread/"))
    expect(entries).not_to_be_in_viewport()
    expect(chat.page.locator("#side-view-content")).to_have_count(0)


def test_where_the_page_goes_to_the_new_address_by_itself_the_draft_goes_along(chat: Chat) -> None:
    chat.page.add_init_script(
        """addEventListener("message", (event) => {
          if (event.data?.plumbline === "conversation") event.stopImmediatePropagation();
        }, true);"""
    )
    chat.page.reload()
    chat.page.locator(CONNECTED).wait_for()
    submit(chat, QUESTION)
    chat.page.locator(FIELD).press_sequentially(NEXT)
    chat.lines.first.wait_for()
    expect(chat.page).to_have_url(re.compile("/thread/"))
    expect(chat.page.locator(FIELD)).to_have_value(NEXT)


def test_a_draft_is_kept_where_the_address_comes_while_there_is_no_field(chat: Chat) -> None:
    chat.page.locator(FIELD).press_sequentially(NEXT)
    chat.page.evaluate(
        """() => {
          const field = document.querySelector("#chat-input");
          window.gone = [field.parentElement, field.cloneNode()];
          window.gone[1].value = "";
          field.remove();
          window.postMessage({ plumbline: "conversation", id: "new" }, location.origin);
        }"""
    )
    expect(chat.page).to_have_url(re.compile("/thread/new"))
    chat.page.evaluate("window.gone[0].append(window.gone[1])")
    expect(chat.page.locator(FIELD)).to_have_value(NEXT)


def test_a_field_that_is_drawn_anew_takes_the_keys_that_follow(chat: Chat) -> None:
    chat.page.locator(FIELD).press_sequentially("And how")
    chat.page.evaluate(
        """() => {
          const field = document.querySelector("#chat-input");
          const anew = field.cloneNode();
          anew.value = "";
          field.replaceWith(anew);
        }"""
    )
    expect(chat.page.locator(FIELD)).to_have_value("And how")
    chat.page.keyboard.type(" much?")
    expect(chat.page.locator(FIELD)).to_have_value("And how much?")


@pytest.mark.parametrize(
    ("taken", "given_back"),
    [
        pytest.param("place.removeChild(field)", "place.append(field)", id="taken away"),
        pytest.param("field.disabled = true", "field.disabled = false", id="switched off"),
        pytest.param("field.blur()", "undefined", id="without focus"),
        pytest.param(
            "document.body.insertAdjacentHTML('beforeend', '<div role=dialog data-state=open>"
            "<button>Close</button></div>'); document.querySelector('[role=dialog] button').focus()",
            "document.querySelector('[role=dialog]').remove()",
            id="behind a dialog",
        ),
    ],
)
def test_keys_that_come_while_the_field_cannot_take_them_are_in_it_after_that(
    chat: Chat, taken: str, given_back: str
) -> None:
    field = "const field = window.field ??= document.querySelector('#chat-input');"
    place = f"{field} const place = window.place ??= field.parentElement;"
    chat.page.locator(FIELD).press_sequentially("And how")
    chat.page.evaluate(f"() => {{ {place} {taken}; }}")
    chat.page.keyboard.type(" many?")
    chat.page.keyboard.press("Backspace")
    chat.page.evaluate(f"() => {{ {place} {given_back}; }}")
    chat.page.keyboard.type(" days?")
    expect(chat.page.locator(FIELD)).to_have_value("And how many days?")


def test_a_key_that_makes_the_page_go_to_a_new_address_is_in_the_draft(chat: Chat) -> None:
    chat.page.locator(FIELD).press_sequentially("An")
    chat.page.evaluate(
        """() => {
          const root = document.getElementById("root");
          root.addEventListener("keydown", (event) => event.stopImmediatePropagation(), true);
          root.addEventListener("input", () => {
            if (location.pathname !== "/") return;
            history.pushState(history.state, "", "/thread/new");
            document.body.append(document.createElement("i"));
          });
        }"""
    )
    chat.page.keyboard.press("Enter")  # as if it were sent
    chat.page.keyboard.press("d")
    expect(chat.page.locator(FIELD)).to_have_value("An\nd")


def test_who_turns_away_from_the_field_does_not_write_in_it(chat: Chat) -> None:
    chat.page.locator(FIELD).press_sequentially("And")
    chat.page.mouse.click(640, 300)
    chat.page.keyboard.type("how")
    assert typed(chat) == "And"


def test_what_was_sent_is_no_draft(chat: Chat) -> None:
    submit(chat, QUESTION)
    chat.lines.first.wait_for()
    chat.wait_until_done()
    chat.reload()
    assert typed(chat) == ""


def test_the_button_says_what_it_does_now(chat: Chat, stage: Stage) -> None:
    pause = Pause(after=2)
    stage.small.script = Script("Customers may return it within 30 days.", pause=pause)
    submit(chat, QUESTION)
    expect(chat.page.locator("#stop-button")).to_have_attribute("aria-label", "Stop")
    pause.over.set()
    chat.wait_until_done()
    expect(chat.page.locator("#chat-submit")).to_have_attribute("aria-label", re.compile("Send"))


def test_the_way_back_leads_out_of_the_chat(chat: Chat) -> None:
    before = chat.page.evaluate("history.length")
    submit(chat, QUESTION)
    chat.lines.first.wait_for()
    expect(chat.page).to_have_url(re.compile("/thread/"))
    assert chat.page.evaluate("history.length") == before


def test_a_new_chat_after_the_first_begins_empty_at_its_own_address(chat: Chat) -> None:
    submit(chat, QUESTION)
    chat.lines.first.wait_for()
    chat.wait_until_done()
    first = chat.page.url
    chat.page.click("#new-chat-button")
    expect(chat.lines).to_have_count(0)
    submit(chat, QUESTION)
    chat.lines.first.wait_for()
    expect(chat.page).to_have_url(re.compile("/thread/"))
    assert chat.page.url != first
