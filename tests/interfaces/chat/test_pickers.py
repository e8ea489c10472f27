from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from rag.domain.requests import Mode
from rag.interfaces.chat import session
from rag.interfaces.chat.pickers import chosen, mode_named, offer_modes, starters
from rag.interfaces.chat.server import _with_catalogue_texts
from tests.builders import assistant_of
from tests.fakes import FakeBackend

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interfaces.chat.socket import Socket


def speaking(socket: Socket, language: str) -> None:
    assert socket.session
    socket.session.language = language


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en-GB", ["Auto (fake)", "Small (fake)", "Large (not connected)"]),
        ("nl-NL", ["Auto (fake)", "Klein (fake)", "Groot (niet verbonden)"]),
        ("de-DE", ["Auto (fake)", "Klein (fake)", "Groß (nicht verbunden)"]),
    ],
)
async def test_the_modes_are_named_with_their_models_in_the_pages_language(
    socket: Socket, corpus: Path, language: str, names: list[str]
) -> None:
    speaking(socket, language)
    await offer_modes(assistant_of(corpus, FakeBackend()), Mode.AUTO, "")
    [modes] = socket.named("set_modes")
    assert [option["name"] for option in modes[0]["options"]] == names


async def test_a_document_is_chosen_without_losing_the_mode_that_the_page_shows(
    socket: Socket, corpus: Path
) -> None:
    speaking(socket, "de-DE")
    await session.only_in(assistant_of(corpus, FakeBackend()), "faq.md", "Groß")
    assert chosen() == (Mode.LARGE, "faq.md")


async def test_a_name_that_no_mode_has_is_no_mode(socket: Socket) -> None:
    assert mode_named("Huge") is None


async def test_the_first_questions_are_in_the_pages_language(guide: Any) -> None:
    assert (await starters(guide, "nl"))[0].message == "Hoe koppel ik Ollama?"


@pytest.fixture
def guide() -> Any:
    """As much of a corpus as starters look at: one document of the guide."""
    document = type("Document", (), {"path": "guide/a.md", "title": "A", "language": "en"})
    return type("Corpus", (), {"documents": (document,), "revision": "1", "guide": None})


@pytest.mark.parametrize(
    ("language", "button", "watermark"),
    [
        ("de-DE", "Neues Gespräch", "Jeder Satz wird anhand deiner Dokumente geprüft."),
        ("fr-FR", "Nouveau", "Every sentence is checked against your documents."),
    ],
)
def test_the_frame_speaks_our_words_where_we_speak_the_language(
    language: str, button: str, watermark: str
) -> None:
    load = _with_catalogue_texts(
        lambda _self, _language: {"navigation": {"newChat": {"button": "Nouveau"}}}
    )
    texts = load(None, language)
    assert texts["navigation"]["newChat"]["button"] == button
    assert texts["chat"]["watermark"] == watermark
