"""The moment on stage: what is on the page while one model takes over from another."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.chat import Chat, Stage
from tests.scripted_server import Pause, Script

QUESTION = "How long can a customer keep the RelayBox?"
INVENTED = "A customer may return the RelayBox within 14 days."
RIGHT = "A customer may return the RelayBox within 30 days of delivery."


def test_the_draft_stays_dimmed_with_its_reason_until_the_large_model_speaks(
    chat: Chat, stage: Stage
) -> None:
    pause = Pause(after=0)
    stage.small.script = Script(INVENTED)
    stage.large.script = Script(RIGHT, pause=pause)
    chat.send(QUESTION)
    message = chat.page.locator("[data-step-type=assistant_message]").last
    expect(message).to_contain_text("gpt-oss-20b takes over")
    expect(message).to_contain_text("within 14 days")
    expect(message.locator('a[href="#unchecked"]').first).to_be_visible()
    chat.shot("taking_over")
    pause.over.set()
    chat.lines.first.wait_for()
    expect(chat.page.locator("[data-step-type=assistant_message]")).to_have_count(1)
    assert "takes over" not in chat.answer
    assert "30 days" in chat.answer


def test_while_a_model_works_a_line_says_who_and_for_how_long(chat: Chat, stage: Stage) -> None:
    pause = Pause(after=0)
    stage.small.script = Script(RIGHT, pause=pause)
    chat.send(QUESTION)
    line = chat.page.get_by_text(re.compile(r"phi-4-mini is writing · \d+ s")).first
    expect(line).to_be_visible()
    contrast = line.evaluate(
        """(element) => {
          const light = (color) => {
            const [r, g, b] = color.match(/[\\d.]+/g).map((part) => {
              const share = part / 255;
              return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const style = getComputedStyle(element);
          const ink = light(style.webkitTextFillColor);
          const paper = light(getComputedStyle(document.body).backgroundColor);
          return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        }"""
    )
    assert contrast >= 4.5
    expect(chat.page.locator(".step ~ .loading-cursor:visible")).to_have_count(0)
    chat.shot("waiting")
    pause.over.set()
    chat.lines.first.wait_for()
    expect(chat.page.get_by_text("is writing")).to_have_count(0)


def test_a_large_model_that_does_not_answer_is_named_in_the_message(
    chat: Chat, stage: Stage
) -> None:
    stage.small.script = Script(INVENTED)
    stage.large.script = Script(status=500, body="{}")
    chat.ask(QUESTION)
    said = rf"gpt-oss-20b did not answer at 127\.0\.0\.1:{stage.large.port}; here is what"
    assert re.search(said, chat.answer)
    assert "within 30 days" in chat.answer
    chat.shot("silent_large")
