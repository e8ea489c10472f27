"""Adapts Chainlit's server: access, content security, routes, names of steps."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import regex
from chainlit import config as chainlit_config
from chainlit import server, session
from chainlit.config import ChainlitConfig, SpontaneousFileUploadFeature, config
from starlette.responses import FileResponse
from starlette.routing import Route

from rag.corpus.uploads import MAX_FILES
from rag.domain.documents import MAX_FILE_BYTES
from rag.domain.paths import PROJECT_FOLDER
from rag.interfaces.chat.open_pages import share_events
from rag.interfaces.chat.sign_in import EverybodyIsLocal, prepare_sign_in
from rag.interfaces.chat.temporary_files import temporary_folder
from rag.interfaces.http.body_limit import MULTIPART_BYTES, BodyLimit
from rag.interfaces.http.export import export_route
from rag.interfaces.http.files import files_route
from rag.interfaces.http.origin_guard import OwnPagesOnly, own_hosts, own_origins
from rag.interfaces.http.page_language import PageLanguage
from rag.presentation.texts import CATALOGUE, all_under, language_of, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from rag.answering.assistant import Assistant
    from rag.history.conversations import History
    from rag.interfaces.http.corpus_admin import CorpusAdmin

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""The socket closes silently on longer messages; Plumbline's limit is reported before."""
_OUTSIDE_LINK = regex.compile(r"<link\b[^>]*\bhref=\"https?://[^>]*>", regex.DOTALL)
_OUTSIDE_META = regex.compile(r"<meta property=\"og:(?:image|url)\"[^>]*>")
_PASSAGE_CARD = PROJECT_FOLDER / "public" / "elements" / "Passage.jsx"


def prepare_server(
    assistant: Assistant, admin: CorpusAdmin, history: History, upload_max_mb: int
) -> None:
    """Adapt Chainlit's server before it starts; called once, when app.py is loaded."""
    prepare_sign_in()
    hosts = own_hosts(config.run.host, config.run.port)
    if server.app.middleware_stack is None:
        server.app.add_middleware(EverybodyIsLocal)
        most = max(upload_max_mb << 20, MAX_FILE_BYTES)
        server.app.add_middleware(BodyLimit, max_bytes=most + MULTIPART_BYTES)
        server.app.add_middleware(OwnPagesOnly, hosts=hosts)
        server.app.add_middleware(PageLanguage)
    share_events(server.sio)
    files = temporary_folder()
    session.FILES_DIRECTORY = chainlit_config.FILES_DIRECTORY = server.FILES_DIRECTORY = files
    # Chainlit's own middleware shares this list, and is built later.
    config.project.allow_origins[:] = sorted(own_origins(hosts))
    _accept_files(upload_max_mb)
    config.ui.default_theme = "system"  # which its file cannot say
    server.sio.eio.max_http_buffer_size = MAX_MESSAGE_BYTES
    described = {"/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"}
    server.app.router.routes[:] = [
        route for route in server.app.router.routes if getattr(route, "path", "") not in described
    ]
    server.app.router.routes.insert(0, files_route(assistant.knowledge, assistant.uploads))
    server.app.router.routes[:0] = [*admin.routes(), export_route(history)]
    # A chip is an element named like its text, "[1]", which is also its file's name.
    server.app.router.routes.insert(0, Route("/public/elements/[{number:int}].jsx", _passage_card))
    server.get_html_template = _without_outside_links(server.get_html_template)
    load = _with_plain_steps(ChainlitConfig.load_translation)
    ChainlitConfig.load_translation = _with_catalogue_texts(load)
    logging.getLogger("chainlit").addFilter(_is_not_about_languages)
    # Its lines tell the models' addresses, which may hold passwords.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def _accept_files(max_mb: int) -> None:
    """Allow attachments of every kind: a reader says in a sentence what it cannot read.

    Of a kind that it does not take, Chainlit would list all others, by their media types.
    """
    config.features.spontaneous_file_upload = SpontaneousFileUploadFeature(
        enabled=max_mb > 0, accept=["*/*"], max_files=MAX_FILES, max_size_mb=max_mb
    )


_SCRIPTS = "".join(
    f'<script src="/public/{name}.js" defer></script>'
    for name in ("composer", "welcome", "keys", "pickers", "citations", "times")
)
"""Beside public/plumbline.js, of which Chainlit takes only one."""


async def _passage_card(_: Request) -> Response:
    return FileResponse(_PASSAGE_CARD, media_type="text/plain")


def _without_outside_links(template: Callable[[str], str]) -> Callable[[str], str]:
    """Remove links to other hosts from Chainlit's page, even preconnects."""

    def page(root_path: str) -> str:
        own = _OUTSIDE_META.sub("", _OUTSIDE_LINK.sub("", template(root_path)))
        return str(own.replace("</head>", f"{_texts_for_the_page()}{_SCRIPTS}</head>", 1))

    return page


def _texts_for_the_page() -> str:
    """The texts for public/plumbline.js, in each language of the catalogue."""
    texts = {
        language: all_under("button.", language)
        | {
            "model": say("model", language),
            "scope": say("only_in", language),
            "sources": say("sources_title", language),
            "reading": say("reading_status", language),
            "partly": say("copied_partly", language),
            "unsupported": say("copied_unsupported", language),
        }
        for language in CATALOGUE
    }
    data = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="plumbline-texts">{data}</script>'


def _with_plain_steps(load: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Show steps' names without "Used" and "Using"."""

    def translation(self: ChainlitConfig, language: str) -> dict[str, Any]:
        texts = load(self, language)
        chat = texts.get("chat", {})
        chat.get("messages", {}).get("status", {}).update({"used": "", "using": ""})
        return texts

    return translation


def _with_catalogue_texts(load: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Replace Chainlit's texts by the catalogue's, or only the watermark in other languages."""

    def translation(self: ChainlitConfig, language: str) -> dict[str, Any]:
        texts = load(self, language)
        ours = language_of(language)
        known = language.lower().startswith(ours)
        for path, text in all_under("frame.", ours).items():
            if known or path == "chat.watermark":
                _set_text(texts, path.split("."), text)
        return texts

    return translation


def _set_text(texts: dict[str, Any], path: Sequence[str], text: str) -> None:
    for name in path[:-1]:
        texts = texts.setdefault(name, {})
    texts[path[-1]] = text


def _is_not_about_languages(record: logging.LogRecord) -> bool:
    """Filters Chainlit's warnings about languages without a translation, at every page load."""
    return "ranslat" not in record.getMessage()
