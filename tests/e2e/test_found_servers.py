"""A model server that nobody named: found while the app runs, named on the first page, used."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.builders import write_corpus
from tests.e2e.app import App
from tests.e2e.chat import Chat, findings
from tests.scripted_server import Script, ScriptedServer

ANSWER = Script("Customers may return the RelayBox within 30 days of delivery.")
QUESTION = "How long can a customer return the RelayBox?"
FOUNDRYS_NAME = "Phi-4-mini-instruct-generic-cpu:5"
Started = Callable[[str], AbstractContextManager[App]]


@pytest.fixture
def started(tmp_path: Path) -> Started:
    """An app on whose PATH is a ``foundry`` that prints something."""

    def start(printed: str) -> App:
        command = tmp_path / "bin" / "foundry"
        command.parent.mkdir(exist_ok=True)
        command.write_text(f"#!/bin/sh\necho '{printed}'\n")
        command.chmod(0o755)
        return App(
            write_corpus(tmp_path / "corpus"),
            tmp_path / "app.log",
            settings={
                "RAG_DISCOVER": "on",
                "RAG_EXPAND": "off",
                "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
            },
        )

    return start


def first_page(browser: Browser, app: App) -> Chat:
    return Chat(browser.new_context(viewport={"width": 1024, "height": 768}).new_page(), app)


def test_a_found_server_is_named_and_answers(browser: Browser, started: Started) -> None:
    with (
        ScriptedServer(ANSWER, (FOUNDRYS_NAME,)) as server,
        started(f"Service is running on {server.base_url}/openai/status") as app,
    ):
        first_page(browser, app).page.context.close()  # the command may answer after the first look
        chat = first_page(browser, app)
        expect(chat.page.locator("#pl-welcome")).to_contain_text(f"127.0.0.1:{server.port}")
        chat.shot("found_server")
        chat.ask(QUESTION)
        assert "phi-4-mini" in chat.lines.first.inner_text()
        assert server.requests[-1].body["model"] == FOUNDRYS_NAME
        chat.page.context.close()


def test_a_server_without_the_model_is_told_with_what_it_has(
    browser: Browser, started: Started
) -> None:
    with (
        ScriptedServer(ANSWER, ("llama3.2:1b",)) as server,
        started(f"running on {server.base_url}") as app,
    ):
        first_page(browser, app).page.context.close()
        chat = first_page(browser, app)
        expect(chat.page.locator("#pl-welcome")).to_contain_text("without phi-4-mini")
        expect(chat.page.locator("#pl-welcome")).to_contain_text("llama3.2:1b")
        chat.shot("server_without_the_model")
        chat.page.context.close()


def test_what_a_server_has_instead_can_be_chosen_by_a_button(
    browser: Browser, started: Started
) -> None:
    with (
        ScriptedServer(ANSWER, ("llama3.2:1b",)) as server,
        started(f"running on {server.base_url}") as app,
    ):
        first_page(browser, app).page.context.close()
        chat = first_page(browser, app)
        chat.ask(QUESTION)
        assert server.requests == []
        expect(chat.text("foundry model download phi-4-mini")).to_be_visible()
        chat.shot("choose_a_found_model")
        assert findings(chat.page) == []
        chat.page.get_by_role("button", name="Use llama3.2:1b").click()
        expect(chat.text("llama3.2:1b answers from now on.")).to_be_visible()
        chat.ask("How long may customers return the RelayBox after the delivery?")
        assert "llama3.2:1b" in chat.lines.last.inner_text()
        assert server.requests[-1].body["model"] == "llama3.2:1b"
        chat.page.context.close()


def test_what_a_server_has_besides_can_be_picked(browser: Browser, started: Started) -> None:
    with (
        ScriptedServer(ANSWER, (FOUNDRYS_NAME, "qwen3:4b")) as server,
        started(f"running on {server.base_url}") as app,
    ):
        first_page(browser, app).page.context.close()
        chat = first_page(browser, app)
        chat.page.click("#mode-picker-trigger-model")
        chat.page.locator("[cmdk-item]", has_text="qwen3:4b").click()
        chat.ask(QUESTION)
        assert "qwen3:4b" in chat.lines.first.inner_text()
        expect(chat.page.locator("#mode-picker-trigger-model")).to_contain_text("Auto (● qwen3:4b)")
        chat.page.context.close()
