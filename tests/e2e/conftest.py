"""One app with scripted models and one browser for all tests of the chat; a fresh page for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import FLAGS, SENTENCE, find
from tests.builders import write_corpus
from tests.e2e.app import App
from tests.e2e.chat import Chat, Stage
from tests.scripted_server import Script, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator


# A package's, not the session's: while Playwright is open, no async test can run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find()
    assert path, SENTENCE
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


def tracebacks(log: str) -> list[str]:
    """Return the lines before the tracebacks of a log."""
    return re.findall(r"^(.*)\nTraceback", log, re.MULTILINE)


@pytest.fixture(scope="package")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("e2e")
    corpus = write_corpus(folder / "corpus")
    with (
        ScriptedServer(Script(), ("phi-4-mini",)) as small,
        ScriptedServer(Script(), ("gpt-oss-20b",)) as large,
        App(
            corpus,
            folder / "app.log",
            settings={
                "RAG_SMALL_BASE_URL": small.base_url,
                "RAG_LARGE_BASE_URL": large.base_url,
                "RAG_EXPAND": "off",  # a script says the same to every request
            },
        ) as app,
    ):
        yield Stage(app, small, large, corpus)
        assert tracebacks(app.log) == []


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


@pytest.fixture
def chat(browser: Browser, stage: Stage) -> Iterator[Chat]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    talk = Chat(page, stage.app)
    yield talk
    context.close()
    assert talk.outside == []
