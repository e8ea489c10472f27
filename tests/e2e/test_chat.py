"""The main job in a real browser: ask, read, check, refuse, escalate, stop, edit, trace."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Response, expect

from tests.e2e.chat import Chat, Stage
from tests.scripted_server import Pause, Script
from tests.waiting import GENEROUS_S

QUESTION = "How long can a customer keep the RelayBox?"
INVENTED = Script("A customer may return the RelayBox within 14 days.", token_seconds=0.03)
ENDLESS = Script("The RelayBox ships within two working days. " * 60, pause=Pause(after=20))


def test_an_answer_streams_is_cited_and_carries_its_line(chat: Chat, stage: Stage) -> None:
    pause = Pause(after=3)
    stage.small.script = Script(
        "Customers may return the RelayBox within 30 days of delivery.", pause=pause
    )
    chat.send(QUESTION)
    message = chat.page.locator("[data-step-type=assistant_message]").last
    expect(message).to_contain_text("Customers may")
    assert "delivery" not in message.inner_text()
    pause.over.set()
    chat.lines.first.wait_for()
    assert "30 days of delivery." in chat.answer
    assert chat.page.locator(".element-link").all_inner_texts() == ["[1]"]
    assert "phi-4-mini" in chat.lines.first.inner_text()
    steps = chat.page.locator("[id^='step-']").all_inner_texts()
    assert any(re.search(r"Retrieved .* · [\d.,]+ (?:ms|s)\b", step) for step in steps)
    assert any("phi-4-mini" in step and "tok" in step for step in steps)
    assert chat.errors == []
    chat.shot("answer")


def test_a_chip_opens_exactly_its_passage_also_of_the_answer_before(
    chat: Chat, stage: Stage
) -> None:
    chat.ask(QUESTION)
    stage.small.script = Script("The RelayBox costs 249 euros.")
    chat.ask("How much does the RelayBox cost?")
    expect(chat.page.locator("#side-view-content")).to_have_count(0)
    chips = chat.page.locator(".element-link")
    assert chips.count() == 2
    content = chat.page.locator("#side-view-content")
    chips.nth(1).click()
    expect(content).to_contain_text("costs 249 euros")
    expect(content).not_to_contain_text("30 days")
    chips.nth(0).click()
    expect(content).to_contain_text("within 30 days")
    expect(content).not_to_contain_text("249 euros")
    assert content.locator("mark").count() >= 1
    expect(content).to_contain_text("After that no return is possible")
    address = content.get_by_text("Open the file").get_attribute("href")
    assert address == "/corpus/returns.md"
    assert "30 days" in chat.page.request.get(stage.app.url + address).text()
    chat.shot("passage")


def test_a_refusal_asks_nobody_and_offers_to_ask_anyway(chat: Chat, stage: Stage) -> None:
    question = "Which customers live in Ulaanbaatar, Mongolia, Bhutan and Tibet?"
    chat.ask(question)
    assert "Mongolia" in chat.answer
    assert "returns.md" in chat.answer
    assert stage.small.requests == stage.large.requests == []
    chat.shot("refusal")
    chat.page.get_by_role("button", name="Ask anyway").click()
    chat.lines.nth(1).wait_for()
    assert len(stage.small.requests) == 1


def test_ask_anyway_keeps_to_the_chosen_mode(chat: Chat, stage: Stage) -> None:
    chat.page.click("#mode-picker-trigger-model")
    chat.page.get_by_text("Only the small model").click()
    chat.ask("Which customers live in Ulaanbaatar, Mongolia, Bhutan and Tibet?")
    stage.small.script = Script("Customers live in Ulaanbaatar.")
    chat.page.get_by_role("button", name="Ask anyway").click()
    chat.lines.nth(1).wait_for()
    assert stage.large.requests == []


def test_a_table_keeps_its_chips_and_its_weak_cells_are_marked(chat: Chat, stage: Stage) -> None:
    stage.large.script = Script(
        "The RelayBox costs 249 euros. It ships within two working days.\n\n"
        "| what | value |\n| --- | --- |\n| RelayBox costs | 249 euros |\n| color | pink |"
    )
    chat.page.click("#mode-picker-trigger-model")
    chat.page.get_by_text("The large model at once").click()
    chat.ask("How much does the RelayBox cost?")
    table = chat.page.locator("[data-step-type=assistant_message] table")
    expect(table.locator(".element-link")).to_have_count(1)
    assert "pink" in table.locator("a[href='#none']").all_inner_texts()


def test_a_link_in_a_models_text_leads_nowhere(chat: Chat, stage: Stage) -> None:
    pause = Pause(after=3)
    stage.small.script = Script(
        "[log in](http://evil.example/) to see it. ![x](http://evil.example/x.png)", pause=pause
    )
    chat.send("How much does the RelayBox cost?")
    expect(chat.page.locator("[data-step-type=assistant_message]").last).to_contain_text("log in")
    assert chat.page.locator("a[href*='evil'], img[src*='evil']").count() == 0
    pause.over.set()
    chat.lines.first.wait_for()
    assert chat.page.locator("a[href*='evil'], img[src*='evil']").count() == 0


def test_a_weak_draft_moves_into_its_step_above_the_large_models_answer(
    chat: Chat, stage: Stage
) -> None:
    pause = Pause(after=7)
    stage.small.script = Script(INVENTED.text, pause=pause)
    chat.send(QUESTION)
    message = chat.page.locator("[data-step-type=assistant_message]").last
    expect(message).to_contain_text("RelayBox within")
    assert stage.large.requests == []
    pause.over.set()
    chat.lines.first.wait_for()
    answers = chat.page.locator("[data-step-type=assistant_message]")
    assert answers.count() == 1
    assert "30 days" in chat.answer
    assert "14 days" not in chat.answer
    draft = chat.page.locator("[id^='step-Draft by phi-4-mini']")
    draft.click()
    expect(
        chat.page.get_by_text("A customer may return the RelayBox within 14 days.")
    ).to_be_visible()
    top = draft.bounding_box()
    below = answers.last.bounding_box()
    assert top is not None
    assert below is not None
    assert top["y"] < below["y"]


def test_a_brief_is_drafted_refined_and_tells_both_times(chat: Chat, stage: Stage) -> None:
    stage.small.script = INVENTED
    chat.send("/brief return of the RelayBox")
    chat.lines.first.wait_for()
    assert "30 days" in chat.answer
    assert "Drafted by phi-4-mini in" in chat.answer
    assert "Refined by gpt-oss-20b in" in chat.answer
    assert (
        "Here is a draft of the answer" in stage.large.requests[-1].body["messages"][-1]["content"]
    )
    chat.shot("brief")


def test_a_sentence_without_support_is_marked_with_its_reason(chat: Chat, stage: Stage) -> None:
    stage.small.script = INVENTED
    chat.ask(QUESTION)
    mark = chat.page.locator("a[href='#none']")
    assert mark.inner_text() == "Most people never need that."
    assert "No passage" in str(mark.get_attribute("title"))
    address = chat.page.url
    mark.click()
    expect(mark).to_have_attribute("data-why", "")
    assert (len(chat.page.context.pages), chat.page.url) == (1, address)
    chat.shot("escalated")


def _tells_of_closing(response: Response) -> bool:
    return "/project/action" in response.url and "trace_closed" in (
        response.request.post_data or ""
    )


def test_the_line_opens_the_trace_and_it_follows_the_newest_answer(
    chat: Chat, stage: Stage
) -> None:
    stage.small.script = INVENTED
    chat.ask(QUESTION)
    chat.lines.first.click()
    card = chat.page.locator("#side-view-content")
    expect(card).to_contain_text("escalated")
    expect(card).to_contain_text("No passage has the number 14")
    expect(chat.page.locator("#side-view-title")).to_contain_text("Trace")
    chat.shot("trace")
    prefer = card.get_by_role("button", name="I prefer the draft")
    prefer.click()
    expect(card).to_contain_text("Saved")
    expect(prefer).to_have_attribute("aria-pressed", "true")
    stage.small.script = Script("The RelayBox costs 249 euros.")
    with chat.page.expect_response(_tells_of_closing):  # that of the first answer, replaced
        chat.ask("How much does the RelayBox cost?")
    expect(card).to_contain_text("answered")
    expect(card).to_contain_text("2answers")
    with chat.page.expect_response(_tells_of_closing):
        chat.page.locator("#side-view-title button").click()
    expect(card).to_have_count(0)
    chat.ask(QUESTION)
    expect(card).to_have_count(0)


def test_the_trace_has_the_whole_conversation_in_figures(chat: Chat, stage: Stage) -> None:
    for question in (QUESTION, "How much does the RelayBox cost?"):
        chat.ask(question)
    chat.lines.last.click()
    card = chat.page.locator("#side-view-content")
    bars = card.get_by_role("group", name="How long each answer took")
    expect(bars.get_by_role("listitem")).to_have_count(2)
    expect(card.locator("section", has_text="This conversation")).to_contain_text("2answers")
    bars.scroll_into_view_if_needed()
    chat.shot("conversation-figures")
    with chat.page.expect_download() as downloaded:
        card.get_by_role("link", name="Download the steps (JSONL)").click()
    steps = downloaded.value.path().read_text(encoding="utf-8").splitlines()
    assert {json.loads(step)["question"] for step in steps} == {1, 2}


def test_stop_keeps_the_text_marks_it_and_frees_the_model(chat: Chat, stage: Stage) -> None:
    stage.small.script = ENDLESS
    chat.send("When does the RelayBox ship?")
    expect(chat.page.locator("[data-step-type=assistant_message]").last).to_contain_text("ships")
    chat.page.click("#stop-button")
    assert stage.small.requests[-1].closed.wait(GENEROUS_S)
    expect(chat.text("this part was not checked")).to_be_visible()
    assert "ships" in chat.answer
    stage.small.script = Script("The RelayBox costs 249 euros.")
    chat.ask("How much does the RelayBox cost?")
    assert "249" in chat.answer


def test_an_edited_question_is_answered_anew_and_can_be_stopped(chat: Chat, stage: Stage) -> None:
    chat.ask(QUESTION)
    stage.small.script = ENDLESS
    chat.page.locator("[data-step-type=user_message]").hover()
    chat.page.locator("button.edit-message").click()
    chat.page.fill("#edit-chat-input", "When does the RelayBox ship?")
    chat.page.click("button.confirm-edit")
    expect(chat.page.locator("[data-step-type=assistant_message]").last).to_contain_text("ships")
    assert chat.page.locator("[data-step-type=assistant_message]").count() == 1
    chat.page.click("#stop-button")
    assert stage.small.requests[-1].closed.wait(GENEROUS_S)


def test_mode_large_asks_it_at_once(chat: Chat, stage: Stage) -> None:
    chat.page.click("#mode-picker-trigger-model")
    chat.page.get_by_text("The large model at once").click()
    chat.ask(QUESTION)
    assert stage.small.requests == []
    assert len(stage.large.requests) == 1


def test_a_greeting_is_answered_kindly(chat: Chat, stage: Stage) -> None:
    chat.send("Hello!")
    expect(chat.text("Ask me anything that your documents")).to_be_visible()
    assert stage.small.requests == []


def test_a_follow_up_finds_what_the_talk_is_about(chat: Chat, stage: Stage) -> None:
    stage.small.script = Script("The RelayBox ships within two working days.")
    chat.ask("When does the RelayBox ship?")
    stage.small.script = Script("It costs 249 euros.")
    chat.ask("And how much does it cost?")
    assert "249" in chat.answer


@pytest.mark.parametrize(
    "fault",
    [
        Script(status=500, body="{}"),
        Script("The RelayBox ships", drop_after=2),
        Script(body="data: {oops\n\n"),
        Script(""),
    ],
    ids=["500", "dropped", "no JSON", "empty"],
)
def test_faulty_servers_end_in_a_quotation_and_the_next_question_works(
    chat: Chat, stage: Stage, fault: Script
) -> None:
    stage.small.script = stage.large.script = fault
    chat.ask("When does the RelayBox ship?")
    assert "It ships within two working days." in chat.answer
    stage.small.script = Script("The RelayBox costs 249 euros.")
    chat.ask("How much does the RelayBox cost?")
    assert "249" in chat.answer


def test_an_endless_question_is_refused_in_a_sentence(chat: Chat) -> None:
    chat.send("x" * 200_000)
    expect(chat.text("at most 8,000 are taken")).to_be_visible()


def test_the_logo_the_colours_and_the_first_questions_are_ours(chat: Chat) -> None:
    assert chat.page.title() == "Plumbline"
    expect(chat.page.locator("#starters")).to_contain_text("RelayBox FAQ")
    logo = chat.page.locator("img.logo, img[alt='logo']").first
    assert "/logo" in str(logo.get_attribute("src"))
    chat.shot("start")


@pytest.mark.parametrize(
    ("name", "width", "theme", "locale"),
    [
        ("dark", 1280, "dark", "en-GB"),
        ("phone", 390, "light", "en-GB"),
        ("phone_de", 390, "dark", "de-DE"),
        ("phone_nl", 390, "light", "nl-NL"),
    ],
)
def test_it_can_be_read_in_the_dark_and_on_a_phone(
    browser: Browser, stage: Stage, name: str, width: int, theme: str, locale: str
) -> None:
    stage.small.script = INVENTED
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=locale)
    context.add_init_script(f"localStorage.setItem('vite-ui-theme', '{theme}')")
    page = context.new_page()
    chat = Chat(page, stage.app)
    chat.ask(QUESTION)
    chat.shot(f"{name}-answer")
    expect(page.locator("#side-view-content")).to_have_count(0)
    chat.lines.first.click()
    expect(page.locator("#side-view-content")).to_contain_text("escalated")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    chat.shot(f"{name}-trace")
    context.close()
