"""One app with scripted models and one browser for all tests of the chat; a fresh page for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import FLAGS, SENTENCE, find
from tests.builders import FILES
from tests.e2e.app import App
from tests.scripted_server import Script, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTED = "#mode-picker-trigger-model"
"""Comes when the page has its connection; what is typed before can be lost."""
SCREENSHOTS = Path(__file__).resolve().parent.parent / "screenshots"


@dataclass
class Stage:
    """The app, its two scripted models, and what they say by default."""

    app: App
    small: ScriptedServer
    large: ScriptedServer
    corpus: Path


# A package's, not the session's: while Playwright is open, no async test can run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find()
    assert path, SENTENCE
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("e2e")
    corpus = folder / "corpus"
    for name, text in FILES.items():
        (corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (corpus / name).write_text(text)
    with (
        ScriptedServer(Script(), ("phi-4-mini",)) as small,
        ScriptedServer(Script(), ("gpt-oss-20b",)) as large,
        App(
            corpus,
            folder / "app.log",
            settings={
                "RAG_SMALL_BASE_URL": small.base_url,
                "RAG_LARGE_BASE_URL": large.base_url,
            },
        ) as app,
    ):
        yield Stage(app, small, large, corpus)


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    _stage.small.script = Script(
        "Customers may return the RelayBox within 30 days of delivery.", token_seconds=0.01
    )
    _stage.large.script = Script(
        "A customer may return the RelayBox within 30 days of delivery, in the original box."
        " Most people never need that.",
        token_seconds=0.01,
    )
    _stage.small.requests.clear()
    _stage.large.requests.clear()
    return _stage


class Chat:
    """A page with the chat, in the words of a person."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda r: None if stage.app.url in r.url else self.outside.append(r.url))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.goto(stage.app.url)
        page.locator(CONNECTED).wait_for()

    def send(self, text: str) -> None:
        self.page.fill("#chat-input", text)
        self.page.click("#chat-submit")

    def ask(self, text: str) -> None:
        """Send, and wait for the line under the answer."""
        before = self.lines.count()
        self.send(text)
        self.lines.nth(before).wait_for()

    @property
    def lines(self):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a Locator
        return (
            self.page.locator("button", has_text=" · ")
            .filter(has_text="first token")
            .or_(self.page.locator("button", has_text="refused ·"))
            .or_(self.page.locator("button", has_text="quotation ·"))
            .or_(self.page.locator("button", has_text="from the index ·"))
        )

    @property
    def answer(self) -> str:
        return str(self.page.locator("[data-step-type=assistant_message]").last.inner_text())

    def shot(self, name: str) -> None:
        self.page.wait_for_timeout(500)  # panels slide and fade in
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def chat(browser: Browser, stage: Stage) -> Iterator[Chat]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.set_default_timeout(10_000)
    talk = Chat(page, stage)
    yield talk
    context.close()
    assert talk.outside == []
