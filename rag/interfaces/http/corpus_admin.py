"""The backend of the panel of documents, for admins.

Its buttons use their own routes, since an action of Chainlit's would begin a conversation.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rag.domain.documents import MAX_FILE_BYTES
from rag.domain.errors import RagError
from rag.interfaces.http.roles import Role, role_of
from rag.presentation.corpus_panel import SHOWN_FILES, PanelView, explanation_text, panel_props
from rag.presentation.texts import say
from rag.retrieval.explain import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from rag.corpus.curation import Curator
    from rag.corpus.knowledge_base import KnowledgeBase

PANEL_PATH, UPLOAD_PATH = "/corpus-panel", "/corpus-upload"
_NONSENSE = (ValueError, TypeError, OverflowError, RecursionError)
"""What a body raises that no page of ours sends."""


class CorpusAdmin:
    """The routes behind the panel of documents."""

    def __init__(
        self, knowledge: KnowledgeBase, curator: Curator, signed_in: Callable[[Request], str]
    ) -> None:
        """``signed_in``: returns the user of a request; empty if nobody is signed in."""
        self._signed_in = signed_in
        self._knowledge = knowledge
        self._curator = curator

    def routes(self) -> list[Route]:
        """Return the routes for the buttons and for uploads to the shared corpus."""
        return [
            Route(PANEL_PATH, self._act, methods=["POST"]),
            Route(UPLOAD_PATH, self._receive_file, methods=["POST"]),
        ]

    async def _act(self, request: Request) -> Response:
        """Carry out a button's action, and respond with the updated panel."""
        if role_of(self._signed_in(request)) is not Role.ADMIN:
            return _problem(403, say("panel_forbidden"))
        try:
            asked = dict(json.loads(await request.body()))
            json.dumps(asked, ensure_ascii=False).encode()  # halves of a character have no bytes
        except _NONSENSE:
            return _problem(400, say("panel_forbidden"))
        language = str(asked.get("language", "en"))
        return JSONResponse(await asyncio.to_thread(self.answer, asked, language))

    def answer(self, asked: dict[str, Any], language: str) -> dict[str, Any]:
        """Carry out an action, and return the updated panel. Blocks."""
        note, problem, why = "", "", ""
        try:
            note, why = self._carry_out(asked, language), self._explain(asked, language)
        except (RagError, OSError, *_NONSENSE) as error:
            problem = error.sentence if isinstance(error, RagError) else str(error)
        try:
            props = panel_props(
                self._knowledge.fresh(),
                self._curator.changes(),
                self._knowledge.reading,
                language,
                _view(asked),
            )
        except (RagError, *_NONSENSE) as error:
            props, problem = {}, error.sentence if isinstance(error, RagError) else str(error)
        addresses = {"panel": PANEL_PATH, "upload": UPLOAD_PATH, "language": language}
        return {**props, **addresses, "note": note, "why": why, "problem": problem}

    def _carry_out(self, asked: dict[str, Any], language: str) -> str:
        """Carry out an action; return the message about it."""
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

    def _explain(self, asked: dict[str, Any], language: str) -> str:
        """Why a document is or is not found by a query; empty if that is not asked."""
        if asked.get("do") != "why":
            return ""
        query, path = str(asked.get("query", ""))[:1_000], str(asked.get("path", ""))
        return explanation_text(explain(self._knowledge.fresh(), query, path), path, language)

    async def _receive_file(self, request: Request) -> Response:
        """Receive a file for the shared corpus: its bytes are the body, its name a parameter."""
        if role_of(self._signed_in(request)) is not Role.ADMIN:
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
                place = request.query_params.get("folder", "")
                added = await asyncio.to_thread(self._curator.add, name, path, place)
            except (OSError, RagError) as error:
                return _problem(400, f"{name} was not added ({error}).")
        return JSONResponse({"name": added, "problem": self._unreadable(added)})

    def _unreadable(self, path: str) -> str:
        """Why a file that was added cannot be searched, in a sentence; empty if it can."""
        corpus = self._knowledge.current
        files = (file for file in corpus.files if file.path == path) if corpus else ()
        return next((f"{f.name}: {f.reason}" for f in files if not f.document and f.reason), "")


def _view(asked: dict[str, Any]) -> PanelView:
    return PanelView(
        str(asked.get("search", "")),
        str(asked.get("status", "")),
        max(SHOWN_FILES, int(asked.get("shown", 0))),
    )


def _problem(status: int, sentence: str) -> Response:
    return JSONResponse({"problem": sentence}, status_code=status)
