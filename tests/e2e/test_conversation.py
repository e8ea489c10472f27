"""The conversation in a real browser: requests that are no questions, marks, copies, choices."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.interfaces.chat.window import EARLIER_TURNS, MOST_TURNS, OPENED_TURNS
from tests.e2e.chat import Chat, Stage, findings
from tests.scripted_server import Pause, Script
from tests.waiting import wait_until

QUESTION = "How long can a customer keep the RelayBox?"


def colour(page: Page, selector: str) -> str:
    # At once: while an answer streams, what a locator has found is drawn anew before it is asked.
    last = "selector => getComputedStyle([...document.querySelectorAll(selector)].at(-1)).color"
    return str(page.evaluate(last, selector))


def test_while_it_streams_what_is_not_checked_is_soft_and_then_ink(
    chat: Chat, stage: Stage
) -> None:
    pause = Pause(after=14, filler="·")
    stage.small.script = Script(
        "Customers may return the RelayBox within 30 days of delivery. The return is possible in"
        " the original box.",
        pause=pause,
    )
    chat.send(QUESTION)
    message = chat.page.locator("[data-step-type=assistant_message] .message-content").last
    expect(message.locator("a[href='#unchecked']")).to_contain_text("The return is")
    expect(message.locator("a[href='#unchecked']")).not_to_contain_text("Customers may")
    soft = colour(chat.page, "a[href='#unchecked']")
    ink = colour(chat.page, "[data-step-type=assistant_message] [role=article]")
    assert soft != ink
    chat.shot("streaming")
    pause.over.set()
    chat.lines.first.wait_for()
    expect(chat.page.locator("a[href='#unchecked']")).to_have_count(0)


def test_a_sentence_without_support_is_marked_while_it_streams(chat: Chat, stage: Stage) -> None:
    pause = Pause(after=17)
    stage.large.script = Script(
        "A customer may return the RelayBox within 30 days of delivery. Penguins like it cold. In"
        " the original box it may be returned.",
        pause=pause,
    )
    chat.page.click("#mode-picker-trigger-model")
    chat.page.get_by_text("The large model at once").click()
    chat.send(QUESTION)
    mark = chat.page.locator("a[href='#none']")
    expect(mark.first).to_contain_text("Penguins")
    expect(chat.page.locator("#stop-button")).to_be_attached()
    pause.over.set()
    chat.lines.first.wait_for()


def test_the_last_answer_is_worked_on_with_its_passages(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    stage.small.script = Script(
        "| what | when |\n| --- | --- |\n| return the RelayBox | within 30 days of delivery |"
    )
    chat.ask("Put it in a table")
    table = chat.page.locator("[data-step-type=assistant_message] table")
    expect(table.locator(".element-link")).to_have_text("[1]")
    assert chat.page.locator("[id^='step-Retrieved']").count() == 1
    chat.shot("rework")
    chat.lines.last.click()
    expect(chat.page.locator("#side-view-content")).to_contain_text("a change to the last answer")


def test_a_translation_is_marked_as_compared_by_numbers_and_names(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    stage.small.script = Script("Klanten mogen de RelayBox binnen 30 dagen terugsturen.")
    chat.ask("In Dutch, please")
    mark = chat.page.locator("a[href='#partial']")
    expect(mark).to_contain_text("binnen 30 dagen")
    assert "another language" in str(mark.get_attribute("title"))


def test_a_document_is_summed_up_and_the_share_read_is_said(chat: Chat, stage: Stage) -> None:
    stage.small.script = Script("Employees have 28 days of holiday a year.")
    chat.ask("Summarise office/holidays.md")
    assert "Read in full: office/holidays.md." in chat.answer
    assert chat.page.locator("[id^='step-Read']").count() == 1
    chat.shot("document")


def test_which_documents_mention_something_is_answered_with_links(chat: Chat, stage: Stage) -> None:
    chat.ask("Which documents mention the warranty?")
    link = chat.page.locator("[data-step-type=assistant_message] a[href='/corpus/faq.md']")
    expect(link).to_have_text("faq.md")
    chat.page.locator(".element-link").click()
    expect(chat.page.locator("#side-view-content")).to_contain_text("lasts two years")
    assert stage.small.requests == stage.large.requests == []
    chat.shot("documents")


def test_only_in_a_folder_narrows_what_is_searched(chat: Chat, stage: Stage) -> None:
    chat.page.click("#mode-picker-trigger-scope")
    chat.page.get_by_text("The folder office").click()
    chat.ask(QUESTION)
    assert "do not answer this" in chat.answer
    chat.page.reload()
    expect(chat.page.locator("#mode-picker-trigger-scope")).to_have_text("office/")


def test_a_passage_narrows_to_its_document(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    chat.page.locator(".element-link").click()
    chat.page.get_by_role("button", name="Ask only in this document").click()
    expect(chat.page.locator("#mode-picker-trigger-scope")).to_have_text("returns.md")
    chat.ask("How much does the RelayBox cost in euros?")
    assert "249" not in chat.answer


def wait_until_copied(chat: Chat, wanted: str) -> None:
    """Wait for a text in the clipboard; a promise in ``wait_for_function`` is always true."""

    def held() -> str:
        return str(chat.page.evaluate("navigator.clipboard.readText()"))

    wait_until(lambda: held() == wanted, lambda: f"copied: {held()!r}")


def test_copies_are_plain_text_with_the_sources_and_the_marks(chat: Chat, stage: Stage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.small.script = Script("A customer may return the RelayBox within 14 days.")
    chat.ask(QUESTION)
    wanted = (
        "A customer may return the RelayBox within 30 days of delivery, in the original box. [1]"
        " Most people never need that. ✗\n\n✗ The documents do not say this."
        "\n\nSources\n[1] returns.md · Returns › Deadline"
    )
    chat.page.get_by_role("button", name="Copy the answer with its sources").click()
    wait_until_copied(chat, wanted)
    chat.page.evaluate(
        "navigator.clipboard.writeText('').then(() => getSelection().selectAllChildren("
        "document.querySelector('[data-step-type=assistant_message] .message-content')))"
    )
    wait_until_copied(chat, "")
    chat.page.keyboard.press("Control+c")
    wait_until_copied(chat, wanted)


def test_an_answer_is_given_again_and_by_the_large_model_and_all_stay(
    chat: Chat, stage: Stage
) -> None:
    chat.ask(QUESTION)
    stage.small.script = Script("The RelayBox may be returned within 30 days of delivery.")
    chat.page.get_by_role("button", name="Answer again").click()
    chat.lines.nth(1).wait_for()
    chat.page.get_by_role("button", name="Ask gpt-oss-20b").last.click()
    chat.lines.nth(2).wait_for()
    answers = chat.page.locator("[data-step-type=assistant_message]")
    expect(answers).to_have_count(3)
    chat.page.reload()
    expect(answers).to_have_count(3)
    expect(chat.lines).to_have_count(3)
    assert "gpt-oss-20b" in chat.lines.last.inner_text()


def test_feedback_with_its_reason_is_kept(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    chat.page.get_by_role("button", name="Bad answer").click()
    chat.page.get_by_role("textbox").last.fill("It forgot the box.")
    chat.page.click("#submit-feedback")
    expect(chat.page.locator("button.negative-feedback-on")).to_be_visible()
    chat.page.reload()
    expect(chat.page.locator("button.negative-feedback-on")).to_be_visible()
    assert "It forgot the box." in stage.app.history("SELECT comment FROM feedback WHERE value = 0")


def test_code_and_lists_of_an_answer_are_rendered(chat: Chat, stage: Stage) -> None:
    stage.large.script = Script(
        "The RelayBox ships within two working days.\n\n- It costs 249 euros.\n\n```\nrelay --on\n```"
    )
    chat.page.click("#mode-picker-trigger-model")
    chat.page.get_by_text("The large model at once").click()
    chat.ask("How much does the RelayBox cost and when does it ship?")
    message = chat.page.locator("[data-step-type=assistant_message]").last
    expect(message.locator("code")).to_contain_text("relay --on")
    expect(message.locator("li")).to_contain_text("249 euros")


@pytest.mark.parametrize(
    ("locale", "readme", "place", "again", "english"),
    [
        ("nl-NL", "Stel vragen aan je documenten", "Alles", "Opnieuw antwoorden", "Engels"),
        ("de-DE", "Frag deine Dokumente", "Überall", "Noch einmal antworten", "Englisch"),
    ],
)
def test_the_page_speaks_the_browsers_language(
    browser: Browser, stage: Stage, locale: str, readme: str, place: str, again: str, english: str
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    chat = Chat(page, stage.app)
    expect(page.locator("#mode-picker-trigger-scope")).to_have_text(place)
    page.click("#readme-button")
    expect(page.get_by_text(readme)).to_be_visible()
    page.keyboard.press("Escape")
    question = {
        "nl-NL": "Wat kost de RelayBox en hoeveel euro is dat?",
        "de-DE": "Was kostet die RelayBox und wie viel Euro ist das?",
    }[locale]
    stage.small.script = Script(
        "De RelayBox kost 249 euro." if locale == "nl-NL" else "Die RelayBox kostet 249 Euro."
    )
    chat.send(question)
    expect(page.get_by_role("button", name=again)).to_be_visible()
    assert "249" in chat.answer
    assert english in chat.answer
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(browser: Browser, stage: Stage, theme: Any, width: int) -> None:
    stage.small.script = Script("A customer may return the RelayBox within 14 days.")
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.add_init_script(f"localStorage.setItem('vite-ui-theme', '{theme}')")
    page = context.new_page()
    chat = Chat(page, stage.app)
    chat.wait_until_still()
    assert findings(page) == []
    chat.ask(QUESTION)
    chat.wait_until_still()
    assert findings(page) == []
    chat.shot(f"{theme}-{width}")
    chat.lines.first.click()
    expect(page.locator("#side-view-content")).to_contain_text("escalated")
    chat.wait_until_still()
    assert findings(page) == []
    context.close()


def test_everything_works_by_keyboard(chat: Chat, stage: Stage) -> None:
    page = chat.page
    expect(page.locator("#mode-picker-trigger-scope")).to_be_visible()
    page.focus("#chat-input")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    chat.lines.first.wait_for()
    reached = tabbed(page, 300)
    assert any(text == "[1]" for text in reached)
    assert any("to first token" in text for text in reached)
    page.locator(".element-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side-view-content")).to_contain_text("within 30 days")
    chat.lines.first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side-view-content")).to_contain_text("Understood as")
    page.get_by_role("button", name="Close").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side-view-content")).to_have_count(0)
    page.focus("#mode-picker-trigger-scope")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#mode-picker-trigger-scope")).to_have_text("office/")


def tabbed(page: Page, times: int) -> set[str]:
    """What Tab reaches from the top of the page."""
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(times):
        page.keyboard.press("Tab")
        reached.add(str(page.evaluate("document.activeElement.textContent")))
    return reached


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_with_reduced_motion_nothing_moves(
    browser: Browser,
    stage: Stage,
    wish: Any,
    moves: bool,  # noqa: FBT001
) -> None:
    context = browser.new_context(reduced_motion=wish)
    page = context.new_page()
    chat = Chat(page, stage.app)
    chat.ask(QUESTION)
    chat.lines.first.click()
    expect(page.locator("#side-view-content")).to_contain_text("answered")
    longest = page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('*')].map(e => getComputedStyle(e))"
        ".flatMap(s => `${s.animationDuration},${s.transitionDuration}`.split(','))"
        ".map(parseFloat))"
    )
    assert (longest > 0.05) is moves
    context.close()


def test_a_long_conversation_keeps_its_page_short_and_its_earlier_turns_near(
    chat: Chat, stage: Stage
) -> None:
    stage.small.script = Script("The RelayBox costs 249 euros.")
    users = chat.page.locator("[data-step-type=user_message]")
    answers = chat.page.locator("[data-step-type=assistant_message]")
    for number in range(MOST_TURNS + 1):
        chat.send(f"How much does the RelayBox cost, request {number}?")
        expect(users.last).to_contain_text(f"request {number}?")
        expect(chat.page.locator("#stop-button")).to_have_count(0)
    expect(users).to_have_count(OPENED_TURNS)
    expect(answers.last).to_contain_text("249 euros")
    chat.page.get_by_role("button", name="earlier question").click()
    expect(users).to_have_count(OPENED_TURNS + EARLIER_TURNS)
    expect(chat.lines).to_have_count(OPENED_TURNS + EARLIER_TURNS)
    expect(chat.page.locator("#side-view-content")).to_have_count(0)
    chat.page.reload()
    expect(users).to_have_count(OPENED_TURNS)
    chat.shot("long")


def test_an_edited_question_comes_back_without_its_old_steps(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    stage.small.script = Script("The RelayBox costs 249 euros.")
    chat.page.locator("[data-step-type=user_message]").hover()
    chat.page.locator("button.edit-message").click()
    chat.page.fill("#edit-chat-input", "How much does the RelayBox cost?")
    chat.page.locator("button.confirm-edit").click()
    expect(chat.text("costs 249 euros")).to_be_visible()
    chat.lines.first.wait_for()
    before = chat.page.locator("[id^='step-Retrieved']").count()
    chat.page.reload()
    expect(chat.lines).to_have_count(1)
    expect(chat.page.locator("[id^='step-Retrieved']")).to_have_count(before)
    assert before == 1


def test_after_a_reload_in_mid_answer_it_goes_on_and_is_remembered(
    chat: Chat, stage: Stage
) -> None:
    pause = Pause(after=4, filler="·")
    stage.small.script = Script(
        "Penguins or customers may return the RelayBox within 30 days of delivery.", pause=pause
    )
    chat.send(QUESTION)
    expect(chat.page.locator("a[href='#unchecked']")).to_be_visible()
    thread = chat.thread
    stage.app.wait_until_kept("Penguins or")
    chat.page.reload()
    expect(chat.text("Penguins or")).to_be_visible()
    expect(chat.page.locator("#stop-button")).to_be_visible()
    expect(chat.text("ended in the middle")).to_have_count(0)
    pause.over.set()
    stage.app.wait_until_answered(thread)
    chat.wait_until_done()
    stage.small.script = Script("Customers may return it within 30 days.")
    chat.send("Make that shorter")
    expect(chat.text("may return it within 30 days")).to_be_visible()


def test_a_summary_keeps_its_steps_above_and_tells_its_progress(chat: Chat, stage: Stage) -> None:
    chapters = [
        f"## Chapter {n}\n\nThe keeper counts the boats of harbour {n}. "
        + "The sea was calm and the boats came home in the evening light. " * 130
        for n in range(1, 4)
    ]
    book = stage.corpus / "book.md"
    book.write_text("# The harbour\n\n" + "\n\n".join(chapters))
    stage.app.wait_until_listed("book.md")
    try:
        pause = Pause(after=2)
        stage.small.script = lambda _: Script(
            "The boats came home in the evening light.",
            pause=pause if len(stage.small.requests) == 2 else None,
        )
        chat.send("Summarise book.md")
        expect(chat.page.locator("[id^='step-Reading part 2']")).to_be_visible()
        pause.over.set()
        chat.lines.first.wait_for()
        steps = chat.page.locator("button[id^='step-']")
        lowest = max(box["y"] for box in (s.bounding_box() for s in steps.all()) if box)
        answer = chat.page.locator("[data-step-type=assistant_message]").last.bounding_box()
        assert answer is not None
        assert lowest < answer["y"]
        assert "Read in full: book.md" in chat.answer
        chat.shot("summary")
    finally:
        book.unlink()


def test_a_late_answer_repeats_its_question_and_has_its_buttons(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    stage.small.script = Script("The RelayBox costs 249 euros.")
    chat.ask("How much does the RelayBox cost in euros?")
    chat.page.get_by_role("button", name="Ask gpt-oss-20b").first.click()
    chat.lines.nth(2).wait_for()
    users = chat.page.locator("[data-step-type=user_message]")
    expect(users).to_have_count(3)
    expect(users.last).to_contain_text(QUESTION)
    expect(chat.page.get_by_role("button", name="Copy the answer with its sources")).to_have_count(
        3
    )
    expect(chat.page.locator("#mode-picker-trigger-model")).to_have_text(
        "Auto (● phi-4-mini, then ● gpt-oss-20b)"  # both have answered by now
    )


def test_selecting_a_mark_says_why(chat: Chat, stage: Stage) -> None:
    stage.small.script = Script("A customer may return the RelayBox within 14 days.")
    chat.ask(QUESTION)
    mark = chat.page.locator("a[href='#none']")
    mark.click()
    shown = mark.evaluate("e => getComputedStyle(e, '::before').content")
    assert "No passage says this" in shown


HOSTILE = (
    "A customer may return the RelayBox within 30 days of delivery. [1]"
    " It costs ` 9 euros. See ~~~ [[the portal](u)](https://evil.example/x) ~~~ ](#full) now."
    " ![p](//evil.example/p.png) <img src=https://evil.example/q.png> HTTPS://EVIL.EXAMPLE/R"
    " is at me@evil.example. Or www.)@evil.example/l or www.]@evil.example or www.*x*.evil.example"
    f" or {'a' * 70}@evil.example or press :save now:later[1] today. The box is blue."
)


def test_a_models_syntax_makes_no_link_no_picture_and_takes_no_mark_off(
    chat: Chat, stage: Stage
) -> None:
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    stage.small.script = stage.large.script = Script(HOSTILE)
    chat.ask(QUESTION)
    chat.page.get_by_text("Draft by").first.click()
    links = chat.page.locator(".message-content a[href]")
    hrefs = [link.get_attribute("href") or "" for link in links.all()]
    assert all(href.startswith(("#", "/corpus/")) for href in hrefs)
    assert chat.page.locator(".message-content img").count() == 0
    assert not [url for url in asked if "evil" in url.lower()]
    expect(chat.page.get_by_text(":save now:later").first).to_be_visible()
    chat.shot("hostile-text")


def test_a_link_that_got_through_leads_nowhere(chat: Chat) -> None:
    chat.ask(QUESTION)
    chat.page.evaluate(
        "document.querySelector('.message-content').insertAdjacentHTML('beforeend',"
        " '<a href=\"https://evil.example\">portal</a>')"
    )
    expect(chat.page.get_by_text("portal")).not_to_have_attribute("href", "https://evil.example")
