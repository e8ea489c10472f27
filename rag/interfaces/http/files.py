"""Serves the corpus' own files, and only those, never as active pages."""

from __future__ import annotations

import asyncio
import mimetypes
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from rag.corpus.pictures import picture_of
from rag.domain.documents import PRIVATE, SHIPPED_GUIDE
from rag.presentation.texts import say
from rag.presentation.wording import FILES_PATH

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.uploads import Uploads

MOST_DRAWN = 2
"""Pages at once; each takes a core for half a second."""
_SHOWN = frozenset({"application/pdf", "text/plain", "text/markdown", "text/csv"})
"""Types that a browser may display; others are downloaded, so that no document's script runs."""


def files_route(knowledge: KnowledgeBase, uploads: Uploads | None = None) -> Route:
    """Return the route that serves the current documents; 404 for everything else.

    With ``picture``, a page of a PDF, it serves that as a picture, and marks the passage that
    begins at the offset ``passage`` of its text.
    """
    drawing = asyncio.Semaphore(MOST_DRAWN)

    async def serve(request: Request) -> Response:
        name = str(request.path_params["path"])
        conversation = request.query_params.get("conversation", "")
        path = await asyncio.to_thread(_locate, knowledge, uploads, name, conversation)
        if path is None or not path.is_file():
            return PlainTextResponse(say("no_file"), status_code=404)
        if "picture" in request.query_params:
            place = [request.query_params.get(key, "") for key in ("picture", "passage")]
            async with drawing:
                return await asyncio.to_thread(
                    _picture, knowledge, uploads, name, conversation, place
                )
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        shown = kind in _SHOWN
        return FileResponse(
            path,
            media_type="text/plain" if shown and kind != "application/pdf" else kind,
            filename=path.name,
            content_disposition_type="inline" if shown else "attachment",
        )

    return Route(f"{FILES_PATH}{{path:path}}", serve)


def _picture(
    knowledge: KnowledgeBase,
    uploads: Uploads | None,
    name: str,
    conversation: str,
    place: list[str],
) -> Response:
    corpus = knowledge.fresh()
    if uploads and conversation:
        corpus = uploads.with_shared(conversation, corpus)
    known = all(number.isdecimal() for number in place)
    picture = picture_of(corpus, name, *map(int, place)) if known else b""
    if not picture:
        return PlainTextResponse(say("no_file"), status_code=404)
    # The file may change under the same address.
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-cache"})


def _locate(
    knowledge: KnowledgeBase, uploads: Uploads | None, name: str, conversation: str
) -> Path | None:
    if name.startswith(PRIVATE):
        return uploads.locate(conversation, name) if uploads and conversation else None
    corpus = knowledge.current
    path = corpus.file_on_disk(name) if corpus else None
    if path is None or name.startswith(SHIPPED_GUIDE):
        return path
    # A file that has become a link since it was read may lead out of the folder.
    return path if path.resolve().is_relative_to(knowledge.folder.resolve()) else None
