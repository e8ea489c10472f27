"""Serves a conversation as a document: ``/export/<id>.md`` and ``/export/<id>.html``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from rag.domain.errors import QuestionError
from rag.interfaces.exporting import FORMATS, MEDIA_TYPES, exported
from rag.interfaces.http.page_language import language_in
from rag.presentation.texts import language_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from rag.history.conversations import History


def export_route(history: History) -> Route:
    """Return the route; 404 for conversations without an answer."""

    async def serve(request: Request) -> Response:
        thread_id, _, form = str(request.path_params["name"]).rpartition(".")
        if form not in FORMATS:
            return PlainTextResponse("404", status_code=404)
        language = language_of(language_in(request.headers.get("cookie", "")))
        try:
            document = await asyncio.to_thread(exported, history, thread_id, form, language)
        except QuestionError as error:
            return PlainTextResponse(error.sentence, status_code=404)
        name = f"plumbline-{thread_id[:8]}.{form}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(document, media_type=MEDIA_TYPES[form], headers=headers)

    return Route("/export/{name}", serve)
