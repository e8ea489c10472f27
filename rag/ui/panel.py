"""The corpus panel in the sidebar: what admins see of the corpus, and do to it.

Its buttons ask routes of their own: an action of Chainlit's would begin a conversation.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainlit as cl
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rag.access import Role, role_of
from rag.errors import RagError
from rag.extraction import MAX_FILE_BYTES
from rag.present.panel import explanation_text, panel_props
from rag.present.texts import say
from rag.ui.reply import show_sidebar
from rag.ui.sign_in import signed_in

if TYPE_CHECKING:
    from starlette.requests import Request

    from rag.curation import Curator
    from rag.knowledge import KnowledgeBase

PANEL_PATH, UPLOAD_PATH = "/corpus-panel", "/corpus-upload"
OPEN_MESSAGE = "plumbline:corpus"
"""What the button in the page's header posts."""


class Panel:
    """What the panel shows and does."""

    def __init__(self, knowledge: KnowledgeBase, curator: Curator) -> None:
        self._knowledge = knowledge
        self._curator = curator

    async def open(self, language: str) -> None:
        """Show it in the sidebar, to a person who may see it."""
        user = cl.user_session.get("user")
        if user is None or role_of(user.identifier) is not Role.ADMIN:
            return
        props = await asyncio.to_thread(self._answer, {}, language)
        element = cl.CustomElement(name="Corpus", display="inline", props=props)
        await show_sidebar(say("panel", language), [element])

    def routes(self) -> list[Route]:
        """What its buttons ask, and where files for the shared corpus go."""
        return [
            Route(PANEL_PATH, self._act, methods=["POST"]),
            Route(UPLOAD_PATH, self._take, methods=["POST"]),
        ]

    async def _act(self, request: Request) -> Response:
        """Do what a button says, and answer with the panel as it is then."""
        if role_of(signed_in(request)) is not Role.ADMIN:
            return _problem(403, say("panel_forbidden"))
        try:
            asked = dict(json.loads(await request.body()))
        except (ValueError, TypeError):
            return _problem(400, say("panel_forbidden"))
        language = str(asked.get("language", "en"))
        return JSONResponse(await asyncio.to_thread(self._answer, asked, language))

    def _answer(self, asked: dict[str, Any], language: str) -> dict[str, Any]:
        note, problem, why = "", "", ""
        try:
            note, why = self._done(asked, language), self._why(asked, language)
        except (RagError, OSError, ValueError, TypeError) as error:
            problem = error.sentence if isinstance(error, RagError) else str(error)
        try:
            props = panel_props(
                self._knowledge.fresh(),
                self._curator.changes(),
                self._knowledge.progress,
                language,
                str(asked.get("search", "")),
            )
        except RagError as error:
            props, problem = {}, error.sentence
        addresses = {"panel": PANEL_PATH, "upload": UPLOAD_PATH, "language": language}
        return {**props, **addresses, "note": note, "why": why, "problem": problem}

    def _done(self, asked: dict[str, Any], language: str) -> str:
        """Do it; return what is to be said about it."""
        path, curator = str(asked.get("path", "")), self._curator
        kind = asked.get("do")
        if kind == "delete":
            curator.delete(path)
            return say("panel_deleted", language, path=path)
        if kind == "erase":
            return say("panel_erased", language, path=", ".join(curator.erase(path)))
        if kind == "again":
            curator.read_again(path)
            return say("panel_again", language, path=path)
        if kind == "undo":
            curator.undo(int(asked.get("number", 0)))
            return say("panel_undone", language)
        return ""

    def _why(self, asked: dict[str, Any], language: str) -> str:
        """Why a document is, or is not, found by a query; empty where that is not asked."""
        if asked.get("do") != "why":
            return ""
        query, path = str(asked.get("query", ""))[:1_000], str(asked.get("path", ""))
        return explanation_text(self._curator.explain(query, path), path, language)

    async def _take(self, request: Request) -> Response:
        """Take a file for the shared corpus: its bytes are the body, its name a parameter."""
        if role_of(signed_in(request)) is not Role.ADMIN:
            return _problem(403, say("panel_forbidden"))
        name = request.query_params.get("name", "")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            size = 0
            with path.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > MAX_FILE_BYTES:
                        return _problem(413, f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB.")
                    await asyncio.to_thread(file.write, chunk)
            try:
                added = await asyncio.to_thread(self._curator.add, name, path)
            except (OSError, RagError) as error:
                return _problem(400, f"{name} was not added ({error}).")
        return JSONResponse({"name": added})


def _problem(status: int, sentence: str) -> Response:
    return JSONResponse({"problem": sentence}, status_code=status)
