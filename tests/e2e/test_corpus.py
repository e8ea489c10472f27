"""Documents that come and go: in the folder, and in a conversation."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chat import CONNECTED, Chat, Stage, findings
from tests.scripted_server import Script

SALARIES = "# Salaries\n\nThe director earns 93,517 euros a year. The salary is paid monthly.\n"
PRIVATE_ANSWER = "The director earns 93,517 euros a year."


@pytest.fixture
def salaries(tmp_path: Path) -> Path:
    path = tmp_path / "salaries.md"
    path.write_text(SALARIES)
    return path


@pytest.fixture
def folder(stage: Stage) -> Iterator[Path]:
    """The corpus, which is put back as it was."""
    before = {path: path.read_bytes() for path in stage.corpus.rglob("*") if path.is_file()}
    yield stage.corpus
    for path in stage.corpus.rglob("*"):
        if path.is_file() and path not in before:
            path.unlink()
    for path, content in before.items():
        path.write_bytes(content)


def attach(chat: Chat, *paths: Path) -> None:
    chat.page.locator(CONNECTED).wait_for()
    chat.page.set_input_files("#upload-button-input", [str(path) for path in paths])
    for path in paths:
        chat.page.locator("#attachments", has_text=path.name).wait_for()


def test_an_attached_file_answers_in_its_conversation_and_nowhere_else(
    chat: Chat, stage: Stage, salaries: Path, browser: Browser
) -> None:
    stage.small.script = stage.large.script = Script(PRIVATE_ANSWER)
    attach(chat, salaries)
    chat.ask("What does the director earn?")
    assert "93,517" in chat.answer
    added = chat.page.get_by_text("Added to this conversation only")
    expect(added).to_have_count(1)
    chat.page.locator(".element-link").last.click()
    title = chat.page.locator("#side-view-title")
    expect(title).to_contain_text("salaries.md (only in this conversation)")
    card = chat.page.locator("#side-view-content")
    with chat.page.expect_popup() as popup:
        card.get_by_text("Open the file").click()
    assert "93,517" in popup.value.inner_text("body")
    address = popup.value.url
    chat.shot("private")

    context = browser.new_context()
    other = Chat(context.new_page(), stage.app)
    other.ask("What does the director earn?")
    assert "93,517" not in other.answer
    assert other.page.request.get(address).ok
    stranger = re.sub(r"conversation=[^#]*", "conversation=another", address)
    assert other.page.request.get(stranger).status == 404
    assert other.page.request.get(address.partition("?")[0]).status == 404
    context.close()


def test_an_attached_file_is_there_after_a_reload_and_goes_with_its_conversation(
    chat: Chat, stage: Stage, salaries: Path
) -> None:
    stage.small.script = stage.large.script = Script(PRIVATE_ANSWER)
    canary = "xylophonecanary"
    salaries.write_text(f"{SALARIES}\nThis is the {canary}.\n")
    attach(chat, salaries)
    chat.ask("What does the director earn?")
    expect(chat.page).to_have_url(re.compile("/thread/"))
    chat.page.reload()
    chat.page.get_by_text(PRIVATE_ANSWER).first.wait_for()
    chat.page.locator(CONNECTED).wait_for()
    chat.ask("What does the director earn a year?")
    assert "93,517" in chat.answer
    chat.ask(f"What is the {canary}?")
    held = stage.app.holding(canary)
    assert {"uploads", "temporary"} <= {part for path in held for part in path.parts}
    thread = chat.page.url.rpartition("/")[2]
    deleted = chat.page.request.delete(
        f"{stage.app.url}/project/thread",
        data={"threadId": thread},
        headers={"Origin": stage.app.url},
    )
    assert deleted.ok
    stage.app.wait_until_nothing_holds(canary)


def test_a_file_alone_is_acknowledged_and_meant_by_this_document(
    chat: Chat, stage: Stage, salaries: Path
) -> None:
    stage.small.script = stage.large.script = Script(PRIVATE_ANSWER)
    attach(chat, salaries)
    chat.page.click("#chat-submit")
    chat.text("Added to this conversation only").wait_for()
    chat.ask("Summarise this document")
    expect(chat.page.get_by_text("salaries.md (only in this conversation)").first).to_be_visible()
    assert "93,517" in chat.answer


def test_a_conversation_that_begins_with_a_file_is_like_any_other(
    chat: Chat, salaries: Path
) -> None:
    attach(chat, salaries)
    chat.page.click("#chat-submit")
    chat.text("Added to this conversation only").wait_for()
    chat.wait_until_done()
    thread = chat.thread
    entry = chat.page.locator(f"a[href='/thread/{thread}']")
    expect(entry).to_contain_text("salaries.md")
    chat.reload()
    chat.text("Added to this conversation only").wait_for()
    expect(chat.page.locator("[data-step-type=user_message]")).to_contain_text("salaries.md")
    chat.shot("begun-with-a-file")
    chat.page.go_back()
    expect(chat.page).not_to_have_url(re.compile(thread))


def test_what_cannot_be_read_is_said(chat: Chat, tmp_path: Path) -> None:
    bad = tmp_path / "broken.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing")
    attach(chat, bad)
    chat.page.click("#chat-submit")
    chat.text("Nothing was added").wait_for()
    assert "broken.pdf was not added. It is damaged" in chat.answer


def test_a_file_of_a_kind_that_nobody_reads_is_said_in_a_line(chat: Chat, tmp_path: Path) -> None:
    engine = tmp_path / "engine.bin"
    engine.write_bytes(bytes(range(256)) * 40)
    attach(chat, engine)
    chat.send("What is in it?")
    said = chat.page.get_by_text("engine.bin was not added.")
    expect(said).to_have_count(1)
    assert len(said.inner_text()) < 200


@pytest.mark.usefixtures("folder")
def test_a_private_document_is_shared_at_a_click(
    chat: Chat, stage: Stage, salaries: Path, browser: Browser
) -> None:
    stage.small.script = stage.large.script = Script(PRIVATE_ANSWER)
    attach(chat, salaries)
    chat.page.click("#chat-submit")
    chat.page.get_by_role("button", name="Share salaries.md").click()
    chat.text("Share salaries.md with everybody who asks here?").wait_for()
    assert not (stage.corpus / "salaries.md").exists()
    chat.shot("share")
    chat.page.get_by_role("button", name="Share with everybody").click()
    chat.text("is now among the shared documents").wait_for()
    assert (stage.corpus / "salaries.md").read_text() == SALARIES
    context = browser.new_context()
    other = Chat(context.new_page(), stage.app)
    stage.app.wait_until_listed("salaries.md")
    other.ask("What does the director earn?")
    assert "93,517" in other.answer
    context.close()


@pytest.mark.usefixtures("folder")
def test_sharing_is_asked_about_and_can_be_undone(chat: Chat, stage: Stage, salaries: Path) -> None:
    stage.small.script = stage.large.script = Script(PRIVATE_ANSWER)
    attach(chat, salaries)
    chat.page.click("#chat-submit")
    chat.page.get_by_role("button", name="Share salaries.md").click()
    chat.page.get_by_role("button", name="Keep it private").click()
    expect(chat.text("with everybody who asks here?")).to_have_count(0)
    chat.page.get_by_role("button", name="Share salaries.md").click()
    chat.page.get_by_role("button", name="Share with everybody").click()
    chat.text("is now among the shared documents").wait_for()
    chat.page.get_by_role("button", name="Undo").click()
    chat.text("salaries.md is back in this conversation only.").wait_for()
    assert not (stage.corpus / "salaries.md").exists()
    chat.ask("What does the director earn?")
    assert "93,517" in chat.answer


def test_a_file_in_the_folder_answers_soon_and_a_deleted_one_no_more(
    chat: Chat, stage: Stage, folder: Path
) -> None:
    (folder / "umbrellas.md").write_text("# Umbrellas\n\nUmbrellas are free of charge on Mondays.")
    os.utime(folder / "umbrellas.md")
    stage.app.wait_until_listed("umbrellas.md")
    stage.small.script = Script("Umbrellas are free of charge on Mondays.")
    chat.ask("When are umbrellas free of charge?")
    assert "Mondays" in chat.answer
    (folder / "umbrellas.md").unlink()
    chat.ask("On which day are umbrellas free?")
    assert "Mondays" not in chat.answer.split("\n")[0]
    chat.page.locator("button", has_text="refused ·").wait_for()


@pytest.mark.usefixtures("folder")
def test_the_panel_lists_finds_deletes_restores_and_adds(
    chat: Chat, stage: Stage, salaries: Path
) -> None:
    (stage.corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (stage.corpus / "copy.md").write_bytes((stage.corpus / "faq.md").read_bytes())
    page = chat.page
    page.locator(CONNECTED).wait_for()
    stage.app.wait_until_known("copy.md", "broken.pdf")
    page.click("#documents-button")
    panel = page.locator("#side-view-content")
    file = panel.locator(".pl-file").filter(has=page.locator("b", has_text="returns.md"))
    expect(panel.locator(".pl-file").first).to_contain_text("broken.pdf")
    expect(panel.locator(".pl-file", has_text="broken.pdf")).to_contain_text("cannot be read")
    expect(panel.locator(".pl-file", has_text="copy.md")).to_contain_text("duplicate")
    file.locator("summary").first.click()
    expect(file).to_contain_text("searchable · 2 passages · en")
    chat.shot("panel")
    assert findings(page) == []

    file.get_by_text("Why not this passage?").click()
    file.get_by_label("A question that should find it").fill("Who pays the postage in euros?")
    file.get_by_role("button", name="Explain").click()
    expect(file.get_by_role("status")).to_contain_text("is number 1 for this question")
    expect(file.get_by_role("status")).to_contain_text("not “euros”")

    file.get_by_role("button", name="Delete", exact=True).click()
    file.get_by_role("button", name="Yes, delete").click()
    expect(panel.get_by_role("status").first).to_contain_text("returns.md has been deleted")
    assert not (stage.corpus / "returns.md").exists()
    panel.get_by_role("button", name="Undo").first.click()
    expect(panel.get_by_role("status").first).to_contain_text("Undone")
    assert (stage.corpus / "returns.md").exists()

    empty = salaries.with_name("empty.md")
    empty.touch()
    page.set_input_files(".pl-upload input", str(empty))
    expect(panel.get_by_role("alert")).to_contain_text("empty.md is empty (0 bytes)")
    panel.get_by_label("Folder").select_option("office")
    page.set_input_files(".pl-upload input", str(salaries))
    stage.app.wait_until_listed("office/salaries.md")
    panel.get_by_label("Folder").select_option("")
    panel.get_by_role("button", name="cannot be read (1)").click()
    expect(panel.locator(".pl-file")).to_have_count(1)
    expect(panel.locator(".pl-file")).to_contain_text("broken.pdf")
    panel.get_by_role("button", name="All (").click()
    (stage.corpus / "office" / "salaries.md").unlink()
    stage.app.wait_until_unlisted("office/salaries.md")
    page.set_input_files(".pl-upload input", str(salaries))
    stage.app.wait_until_listed("salaries.md")
    panel.get_by_label("Search the documents").fill("salar")
    expect(panel.locator(".pl-file")).to_have_count(1)
    expect(panel.locator(".pl-file")).to_contain_text("Salaries")
    assert page.locator("a[href^='/thread/']", has_text="corpus").count() == 0


def drag(page: Page, onto: str, *paths: Path) -> None:
    """Drag files from outside over a part of the page and let go, as the system does."""
    box = page.locator(onto).bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        if kind == "drop":
            expect(page.locator(".pl-over")).to_have_count(1)
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + box["width"] / 2,
                "y": box["y"] + 8,
                "data": {
                    "items": [],
                    "files": [str(path) for path in paths],
                    "dragOperationsMask": 1,
                },
            },
        )


def test_files_dragged_onto_the_panel_are_added_to_the_chosen_folder(
    chat: Chat, folder: Path, salaries: Path
) -> None:
    page = chat.page
    page.click("#documents-button")
    panel = page.locator(".pl-corpus")
    panel.get_by_label("Folder").select_option("office")
    drag(page, ".pl-drop", salaries)
    expect(panel.locator(".pl-file", has_text="office/salaries.md")).to_be_visible()
    assert (folder / "office" / "salaries.md").read_text() == SALARIES
    expect(page.locator(".pl-over")).to_have_count(0)
    expect(page.locator("#attachments")).to_have_count(0)


@pytest.mark.usefixtures("folder")
def test_the_panel_shows_what_comes_while_it_is_open(chat: Chat, stage: Stage) -> None:
    chat.page.locator(CONNECTED).wait_for()
    chat.page.click("#documents-button")
    panel = chat.page.locator("#side-view-content")
    expect(panel.locator(".pl-file").first).to_be_visible()
    (stage.corpus / "umbrellas.md").write_text("# Umbrellas\n\nUmbrellas are free on Mondays.\n")
    expect(panel.locator(".pl-file", has_text="umbrellas.md")).to_be_visible()


def holding(folder: Path, words: bytes) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if words in path.read_bytes()]


@pytest.mark.usefixtures("folder")
def test_deleted_for_good_is_erased_from_conversations_too(
    chat: Chat, stage: Stage, browser: Browser
) -> None:
    (stage.corpus / "secret.md").write_text("# Secret\n\nThe vault code is xylophone 4711.\n")
    stage.app.wait_until_listed("secret.md")
    stage.small.script = stage.large.script = Script("The vault code is xylophone 4711.")
    chat.ask("What is the vault code?")
    assert "4711" in chat.answer
    stage.app.wait_until_answered(chat.thread)
    assert holding(stage.app.state, b"xylophone 4711") != []
    thread = chat.page.url
    chat.page.click("#documents-button")
    panel = chat.page.locator("#side-view-content")
    file = panel.locator(".pl-file").filter(has=chat.page.locator("b", has_text="secret.md"))
    file.locator("summary").first.click()
    file.get_by_role("button", name="Delete for good").click()
    file.get_by_role("button", name="Yes, delete").click()
    expect(panel.get_by_role("status").first).to_contain_text("secret.md: deleted for good")

    context = browser.new_context()
    page = context.new_page()
    page.goto(thread)
    page.get_by_text(
        "This answer was based on a document that has been deleted for good."
    ).wait_for()
    shown = page.content()
    assert "xylophone" not in shown  # the number stands in some random id of a page by chance
    assert "4711" not in page.locator("body").inner_text()
    context.close()
    assert holding(stage.app.state, b"xylophone 4711") == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.write_text("# Ferry\n\nThere is no ferry."), "has changed since"),
        (lambda path: path.unlink(), "the file no longer exists"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_an_old_conversation_shows_a_passage_as_it_was_and_says_so(
    chat: Chat, stage: Stage, change: Callable[[Path], object], words: str
) -> None:
    ferry = stage.corpus / "ferry.md"
    ferry.write_text("# Ferry\n\nThe ferry to the island leaves at 9:40.\n")
    stage.app.wait_until_listed("ferry.md")
    stage.small.script = Script("The ferry to the island leaves at 9:40.")
    chat.ask("When does the ferry to the island leave?")
    expect(chat.page).to_have_url(re.compile("/thread/"))
    change(ferry)
    stage.app.wait_until_changed("ferry.md")
    chat.reload()
    chat.page.locator(".element-link").first.click()
    card = chat.page.locator("#side-view-content")
    expect(card.get_by_role("note")).to_contain_text(words)
    expect(card).to_contain_text("leaves at 9:40")


@pytest.mark.parametrize("path", ["/corpus-panel", "/corpus-upload"])
def test_other_pages_cannot_use_the_panel(chat: Chat, stage: Stage, path: str) -> None:
    response = chat.page.request.post(
        f"{stage.app.url}{path}",
        data={"do": "delete", "path": "faq.md"},
        headers={"Origin": "https://evil.example"},
    )
    assert response.status == 403
    assert (stage.corpus / "faq.md").exists()


@pytest.mark.parametrize(
    "body",
    [
        '{"do": "undo", "number": 1e999}',
        "[" * 100_000,
        '{"do": "delete", "path": "\\ud800"}',
        '{"shown": 1e999}',
        '{"search": 5, "status": []}',
        "[1]",
        "",
    ],
)
def test_a_body_that_makes_no_sense_is_told(chat: Chat, stage: Stage, body: str) -> None:
    response = chat.page.request.post(
        f"{stage.app.url}/corpus-panel", data=body, headers={"Origin": stage.app.url}
    )
    assert response.status in {200, 400}
    assert response.json()


def test_while_many_documents_are_read_a_line_says_how_far(chat: Chat, folder: Path) -> None:
    chat.page.locator(CONNECTED).wait_for()
    for number in range(1_000):
        (folder / f"note-{number}.md").write_text(f"# Note {number}\n\nShelf {number} is empty.\n")
    line = chat.page.locator("#reading-status")
    line.wait_for()
    expect(line).to_contain_text(re.compile(r"\d+ of [\d,]+"))
    chat.shot("reading")
    line.wait_for(state="detached")
