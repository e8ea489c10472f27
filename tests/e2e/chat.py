"""The page with the chat, in the words of a person who sits before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from rag.presentation.texts import CATALOGUE
from tests.e2e.app import App
from tests.scripted_server import ScriptedServer
from tests.waiting import GENEROUS_S

CONNECTED = "#mode-picker-trigger-model"
"""Comes when the page has its connection."""
ROOT = "#root"
SCREENSHOTS = Path(__file__).resolve().parent.parent / "screenshots"
SERIOUS = {"serious", "critical"}
_TELLING = [
    re.escape(texts[key].removeprefix("{ms} "))
    for texts in CATALOGUE.values()
    for key in ("first_token", "from_index", "quotation", "refusal")
]
LINE = re.compile(f"^(?=.* · )(?=.*(?:{'|'.join(_TELLING)}))")
"""What a line under an answer has: dots between its parts, and one part that only it has."""

_NOTES = """
window.sidebarsSet = 0;
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({data}) => {
      if (String(data).includes("set_sidebar_elements")) window.sidebarsSet += 1;
    });
  }
};
"""
"""Notes how often the sidebar was set."""

expect.set_options(timeout=GENEROUS_S * 1_000)


@dataclass
class Stage:
    """The app, its two scripted models, and what they say by default."""

    app: App
    small: ScriptedServer
    large: ScriptedServer
    corpus: Path


class Chat:
    """A page with the chat."""

    def __init__(self, page: Page, app: App) -> None:
        self.page = page
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.set_default_timeout(GENEROUS_S * 1_000)
        page.add_init_script(_NOTES)
        page.on("request", lambda r: None if app.url in r.url else self.outside.append(r.url))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.goto(app.url)
        page.locator(CONNECTED).wait_for()

    def send(self, text: str) -> None:
        self.page.fill("#chat-input", text)
        self.page.click("#chat-submit")

    def ask(self, text: str) -> None:
        """Send, and wait for the line under the answer, and until all is said."""
        before = self.lines.count()
        self.send(text)
        self.lines.nth(before).wait_for()
        self.wait_until_done()

    def wait_until_done(self) -> None:
        expect(self.page.locator("#stop-button")).to_have_count(0)

    def reload(self) -> None:
        self.page.reload()
        self.wait_until_resumed()

    def wait_until_resumed(self) -> None:
        """The app closes the sidebar as the last thing when a conversation comes back."""
        self.page.wait_for_function("() => window.sidebarsSet > 0")

    @property
    def thread(self) -> str:
        """The conversation's id, once it has one."""
        expect(self.page).to_have_url(re.compile("/thread/"))
        return self.page.url.rpartition("/")[2]

    @property
    def lines(self) -> Locator:
        """The lines under the answers, in whatever language the page is."""
        return self.page.locator("button", has_text=LINE)

    @property
    def answer(self) -> str:
        return str(self.page.locator("[data-step-type=assistant_message]").last.inner_text())

    def text(self, words: str) -> Locator:
        """What the page shows, without what is announced beside it."""
        return self.page.locator(ROOT).get_by_text(words)

    def shot(self, name: str) -> None:
        """Take a picture of a state that a test has come to, which everybody has to be able to use."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")
        found = findings(self.page)
        assert found == [], f"{name}: {found}"

    def wait_until_still(self) -> None:
        """Panels slide and fade in."""
        self.page.wait_for_function(
            "() => document.getAnimations().every(a => a.playState !== 'running'"
            " || a.effect.getComputedTiming().endTime === Infinity)"
        )


def findings(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds that keeps people out, once the page has named what it has just drawn."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('button')].every(b =>"
        " b.textContent.trim() || b.ariaLabel || b.title)"
    )
    response: dict[str, Any] = Axe().run(page).response
    return [
        (found["id"], [str(node["target"]) for node in found["nodes"]])
        for found in response["violations"]
        if found["impact"] in SERIOUS
    ]
