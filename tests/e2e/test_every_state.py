"""A walk through the states of the page, in languages, themes and sizes: each is a picture,
can be used by everybody, fits the page and speaks one language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.domain.paths import PROJECT_FOLDER
from rag.presentation.texts import CATALOGUE, say
from tests.builders import write_corpus
from tests.e2e.app import App
from tests.e2e.chat import Chat, Stage, findings
from tests.scripted_server import Pause, Script, ScriptedServer

DOCUMENTS = {
    "models.md": (
        "# Models\n\n## Limits\n\n| Model | Voltage | Current |\n|---|---|---|\n| R1 | 12 V | 3 A |\n"
        "| R2 | 24 V | 5 A |\n\n## Energy\n\nThe energy of model R1 is $E = m_1*c*2$ joules."
        " The sensor of model R1 is made of copper. The sensor of model R2 is made of steel.\n"
    ),
    "rueckgabe.md": (
        "# Rückgabe\n\n## Frist\n\nKunden können die RelayBox innerhalb von 30 Tagen nach der"
        " Lieferung zurückgeben. Danach ist keine Rückgabe möglich.\n\n## Preis\n\n"
        "Die RelayBox kostet 249 Euro und wiegt 1,2 kg.\n"
    ),
    "retour.md": (
        "# Retour\n\n## Termijn\n\nKlanten mogen de RelayBox binnen 30 dagen na de levering"
        " terugsturen. Daarna kan dat niet meer.\n\n## Prijs\n\n"
        "De RelayBox kost 249 euro en weegt 1,2 kg.\n"
    ),
}


@dataclass(frozen=True)
class Talk:
    """What is asked and drafted in a language, beside its documents."""

    question: str
    mixed: str
    invented: str
    right: str


TALKS = {
    "en": Talk(
        "How long may customers return the RelayBox?",
        "| Fact | Value |\n|---|---|\n| Return of the RelayBox | within 30 days |\n"
        "| Weight of the RelayBox | 1.2 kg |\n\nCustomers may return the RelayBox within 30 days of"
        " delivery. The RelayBox was invented in Oslo. The RelayBox costs 249 euros.",
        "Customers may return the RelayBox within 14 days of delivery.",
        "Customers may return the RelayBox within 30 days of delivery.",
    ),
    "de": Talk(
        "Wie lange können Kunden die RelayBox zurückgeben?",
        "| Angabe | Wert |\n|---|---|\n| Rückgabe der RelayBox | innerhalb von 30 Tagen |\n"
        "| Gewicht der RelayBox | 1,2 kg |\n\nKunden können die RelayBox innerhalb von 30 Tagen"
        " nach der Lieferung zurückgeben. Die RelayBox wurde in Oslo erfunden."
        " Die RelayBox kostet 249 Euro.",
        "Kunden können die RelayBox innerhalb von 14 Tagen nach der Lieferung zurückgeben.",
        "Kunden können die RelayBox innerhalb von 30 Tagen nach der Lieferung zurückgeben.",
    ),
    "nl": Talk(
        "Hoe lang mogen klanten de RelayBox terugsturen?",
        "| Feit | Waarde |\n|---|---|\n| Retour van de RelayBox | binnen 30 dagen |\n"
        "| Gewicht van de RelayBox | 1,2 kg |\n\nKlanten mogen de RelayBox binnen 30 dagen na de"
        " levering terugsturen. De RelayBox is in Oslo uitgevonden. De RelayBox kost 249 euro.",
        "Klanten mogen de RelayBox binnen 14 dagen na de levering terugsturen.",
        "Klanten mogen de RelayBox binnen 30 dagen na de levering terugsturen.",
    ),
}
REFUSED = "Ulaanbaatar, Mongolia, Bhutan, Tibet?"
SHOWN = """() => {
  const said = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest("script, style") || !parent.checkVisibility()) continue;
    said.add(walker.currentNode.textContent.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], img[alt]")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      said.add((element.getAttribute(name) ?? "").trim());
    }
  }
  return [...said];
}"""
ASIDE = """() => {
  const composer = document.querySelector("#message-composer").getBoundingClientRect();
  const pickers = [...document.querySelectorAll("[id^=mode-picker-trigger]")];
  const lists = [...document.querySelectorAll("[id^=mode-picker-popover]")];
  return [
    ...lists.filter((list) => list.getBoundingClientRect().top < 0).map((list) => list.id),
    ...(document.documentElement.scrollWidth > window.innerWidth ? ["the page is too wide"] : []),
    ...[...document.querySelectorAll("*")].filter((e) => e.scrollLeft > 0).map((e) => e.outerHTML),
    ...pickers
      .filter((picker) => picker.getBoundingClientRect().right > composer.right)
      .map((picker) => picker.id),
  ];
}"""
"""What does not fit, or was moved sideways so that something is out of sight."""


@dataclass(frozen=True)
class Look:
    """How a person has set their browser."""

    language: str
    theme: str
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


LOOKS = [
    Look("en", "light", 1280, 860),
    Look("en", "dark", 390, 844),
    Look("de", "dark", 1024, 768),
    Look("de", "light", 390, 844),
    Look("nl", "light", 1024, 768),
    Look("nl", "dark", 1280, 860),
]


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}")
    else:
        yield path, str(tree)


def english_texts(language: str) -> list[re.Pattern[str]]:
    """What stands on the page in English only: ours and Chainlit's, where the other differs."""
    folder = PROJECT_FOLDER / ".chainlit" / "translations"
    frames = [
        dict(_leaves(json.loads((folder / name).read_text())))
        for name in ("en-US.json", {"de": "de-DE.json", "nl": "nl.json"}[language])
    ]
    pairs = [
        *((text, CATALOGUE[language][key]) for key, text in CATALOGUE["en"].items()),
        *((text, frames[1].get(key, "")) for key, text in frames[0].items()),
    ]
    return [
        re.compile(re.sub(r"\\\{+.*?\\\}+", ".+", re.escape(english)))
        for english, other in pairs
        if english != other and not english.startswith("{")
    ]


class Walk:
    """A page, and what has to be true of it wherever the walk leads."""

    def __init__(self, chat: Chat, look: Look) -> None:
        self.chat, self.look = chat, look
        self.talk = TALKS[look.language]
        self._english = english_texts(look.language) if look.language != "en" else []

    def arrived(self, state: str) -> None:
        page: Page = self.chat.page
        self.chat.wait_until_still()
        self.chat.shot(f"{state}-{self.look}")
        assert findings(page) == [], state
        assert page.evaluate(ASIDE) == [], state
        assert page.evaluate("document.documentElement.lang") == self.look.language
        said = page.evaluate(SHOWN)
        left = [text for text in said if any(p.fullmatch(text) for p in self._english)]
        assert left == [], state


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An app over documents in each language of the page."""
    folder = tmp_path_factory.mktemp("shop")
    corpus = write_corpus(folder / "corpus")
    for name, text in DOCUMENTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    with (
        ScriptedServer(Script(), ("phi-4-mini",)) as small,
        ScriptedServer(Script(), ("gpt-oss-20b",)) as large,
        App(
            corpus,
            folder / "app.log",
            settings={
                "RAG_SMALL_BASE_URL": small.base_url,
                "RAG_LARGE_BASE_URL": large.base_url,
                "RAG_EXPAND": "off",
            },
        ) as app,
    ):
        for name in DOCUMENTS:
            app.wait_until_listed(name)
        yield Stage(app, small, large, corpus)


@pytest.fixture(params=LOOKS, ids=str)
def walk(browser: Browser, shop: Stage, request: pytest.FixtureRequest) -> Iterator[Walk]:
    look: Look = request.param
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height}, locale=look.language
    )
    context.add_init_script(f"localStorage.setItem('vite-ui-theme', '{look.theme}')")
    chat = Chat(context.new_page(), shop.app)
    yield Walk(chat, look)
    context.close()
    assert chat.outside == []


def test_every_state_can_be_used_by_everybody_in_their_language(walk: Walk, shop: Stage) -> None:
    first_page(walk)
    an_answer(walk, shop)
    an_escalation(walk, shop)
    a_refusal(walk)
    sheets(walk)


def first_page(walk: Walk) -> None:
    page = walk.chat.page
    page.locator("#pl-welcome").wait_for()
    walk.arrived("first")
    for part in ("model", "scope"):
        page.click(f"#mode-picker-trigger-{part}")
        page.locator(f"#mode-picker-popover-{part}").wait_for()
        walk.arrived(part)
        page.keyboard.press("Escape")


def an_answer(walk: Walk, shop: Stage) -> None:
    chat, page = walk.chat, walk.chat.page
    panel = page.locator("#side-view-content")
    citation = page.locator(".message-content a.element-link").first
    shop.small.script = Script(walk.talk.mixed)
    chat.ask(walk.talk.question)
    walk.arrived("answer")
    citation.hover()
    page.locator("#pl-preview").wait_for()
    walk.arrived("preview")
    citation.click()
    expect(panel).to_contain_text("RelayBox")
    walk.arrived("passage")
    page.keyboard.press("Escape")
    chat.lines.last.click()
    panel.locator(".pl-card").wait_for()
    walk.arrived("trace")
    page.keyboard.press("Escape")


def an_escalation(walk: Walk, shop: Stage) -> None:
    chat, language = walk.chat, walk.look.language
    shop.small.script = Script(walk.talk.invented)
    shop.large.script = Script(walk.talk.right, pause=(pause := Pause(after=0)))
    chat.send(walk.talk.question)
    said = say("takes_over", language, model="gpt-oss-20b", reason="")
    expect(chat.page.locator("[data-step-type=assistant_message]").last).to_contain_text(said)
    walk.arrived("taking-over")
    pause.over.set()
    chat.lines.nth(1).wait_for()
    chat.wait_until_done()
    shop.large.script = Script(status=500, body="{}")
    chat.ask(walk.talk.question)
    walk.arrived("large-model-gone")


def a_refusal(walk: Walk) -> None:
    walk.chat.ask(REFUSED)
    walk.arrived("refusal")


def sheets(walk: Walk) -> None:
    page = walk.chat.page
    page.locator("#documents-button").click()
    page.locator(".pl-corpus").wait_for()
    walk.arrived("documents")
    page.keyboard.press("Escape")
    page.locator("#readme-button").click()
    page.get_by_role("dialog").wait_for()
    walk.arrived("readme")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.locator("[role=dialog] input").wait_for()
    walk.arrived("search")
    expect(page.locator("[role=dialog] input")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[role=dialog] input")).to_have_count(0)
    page.keyboard.press("Escape")  # on a phone the list of conversations is open
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.locator("#pl-keys").wait_for()
    walk.arrived("keys")


@pytest.fixture
def chat(browser: Browser, shop: Stage) -> Iterator[Chat]:
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    yield Chat(context.new_page(), shop.app)
    context.close()


def test_quoted_rows_and_the_passages_look_like_tables(chat: Chat, shop: Stage) -> None:
    shop.small.script = Script(status=500, body="{}")
    shop.large.script = Script(status=500, body="{}")
    chat.ask("Which voltage and which current does the model R2 have?")
    quoted = chat.page.locator(".message-content blockquote table")
    expect(quoted.locator("th")).to_have_text(["Model", "Voltage", "Current"])
    expect(quoted.locator("tr", has_text="R2").locator("td")).to_contain_text(["R2", "24 V", "5 A"])
    chat.shot("quoted-table")
    quoted.locator("a.element-link").first.click()
    expect(chat.page.locator("#side-view-content th")).to_have_text(["Model", "Voltage", "Current"])
    assert "---" not in chat.page.locator("#side-view-content").inner_text()
    chat.shot("passage-table")


def test_a_formula_is_as_it_was_written_and_code_carries_one_mark(chat: Chat, shop: Stage) -> None:
    shop.large.script = Script(
        r"The energy of model R1 is $E = m_1*c*2$ joules. The energy is \(E = m_1*c*2\) joules."
        " The sensor of model R1 is made of copper. The sensor of model R2 is made of steel.\n\n"
        "```sh\nrelay remove --everything\n```\n"
    )
    chat.page.click("#mode-picker-trigger-model")
    chat.page.locator("[cmdk-item]", has_text="Large (").click()
    chat.ask("What is the energy of model R1, and what is its sensor made of?")
    content = chat.page.locator("[data-step-type=assistant_message] .message-content").last
    expect(content).to_contain_text("$E = m_1*c*2$")
    expect(content).to_contain_text(r"\(E = m_1*c*2\)")
    expect(content.locator("pre, code")).to_contain_text(["relay remove --everything"])
    chat.shot("formula-and-code")
    marks = content.locator('a[href="#none"], a[href="#partial"]')
    expect(marks.first).to_be_visible()
    below = [mark for mark in marks.all() if mark.inner_text() == mark.get_attribute("title")]
    assert len(below) == 1
