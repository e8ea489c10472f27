"""The process of one ONNX model: Foundry Local's package behind the interface of OpenAI.

The package has a web service of its own, which does not know models of this machine's folders.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import foundry_local_sdk as sdk
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from rag.domain.network import without_network
from rag.models.supervised_child import serve_for_parent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.responses import Response

SLOTS = 2
"""Answers at once: more make each slower on one processor."""
_FINISH = {sdk.FinishReason.LENGTH: "length", sdk.FinishReason.ERROR: "error"}
_MESSAGES = {
    "system": sdk.MessageItem.system,
    "user": sdk.MessageItem.user,
    "assistant": sdk.MessageItem.assistant,
}
_JOIN_S = 0.01
_MOST_TOKENS = 1_024
"""As Foundry Local writes without a limit."""


class ModelServer:
    """One model, loaded at its first request or when that is asked for."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        data = Path(configuration["data"])
        sdk.FoundryLocalManager.initialize(
            sdk.Configuration(
                app_name="plumbline",
                app_data_dir=str(data),
                model_cache_dir=str(data / "cache"),
                logs_dir=str(data / "logs"),
                disable_nonessential_telemetry=True,
            )
        )
        self._key = configuration["api_key"]
        self._folder = configuration["folder"]
        self._model = self._registered(configuration["name"])
        self._loading = threading.Lock()

    def _registered(self, name: str) -> sdk.IModel:
        """The model in the package's own list, which is kept and may name an earlier folder."""
        catalog = sdk.FoundryLocalManager.instance.get_catalog(sdk.CatalogType.LOCAL)
        if catalog.get_model_variant(name) is not None:
            catalog.unregister_model(name)
        about = sdk.ModelInfoBuilder().set_string_property("task", "chat-completion")
        return catalog.register_model(self._folder, name, about)

    def routes(self) -> list[Route]:
        """The paths that are served, as Foundry Local, llama.cpp and OpenAI name them."""
        return [
            Route("/status", self._guarded(self._status)),
            Route("/props", self._guarded(self._slots)),
            Route("/v1/models", self._guarded(self._list)),
            Route("/models/load/{name}", self._guarded(self._load_now)),
            Route("/v1/chat/completions", self._guarded(self._chat), methods=["POST"]),
        ]

    def _guarded(self, answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not secrets.compare_digest(given, f"Bearer {self._key}"):
                return _refusal(401, "The key is wrong.")
            try:
                response: Response = await answer(request)
            except sdk.FoundryLocalException as error:
                return _refusal(500, str(error))
            return response

        return guarded

    async def _status(self, _: Request) -> Response:
        return JSONResponse({"modelCachePath": self._folder})

    async def _slots(self, _: Request) -> Response:
        return JSONResponse({"total_slots": SLOTS})

    async def _list(self, _: Request) -> Response:
        info = self._model.info
        entry = {"id": info.id, "object": "model", "owned_by": "foundry-local"}
        if info.context_length:
            entry["max_model_len"] = info.context_length
        return JSONResponse({"object": "list", "data": [entry]})

    async def _load_now(self, _: Request) -> Response:
        await asyncio.to_thread(self._load)
        return JSONResponse({})

    def _load(self) -> None:
        with self._loading:
            if not self._model.is_loaded:
                self._model.load()

    async def _chat(self, request: Request) -> Response:
        asked = await request.json()
        await asyncio.to_thread(self._load)
        turn = await asyncio.to_thread(Turn, self._model, asked)
        if turn.too_long:
            return _refusal(400, turn.too_long)
        return StreamingResponse(turn.events(), media_type="text/event-stream")


class Turn:
    """One answer of the model."""

    def __init__(self, model: sdk.IModel, asked: dict[str, Any]) -> None:
        warmth = float(asked.get("temperature") or 0.0)
        most = asked.get("max_tokens") or asked.get("max_completion_tokens") or _MOST_TOKENS
        options = sdk.SearchOptions(
            temperature=warmth, do_sample=warmth > 0, max_output_tokens=int(most)
        )
        self._session = sdk.ChatSession(model).set_streaming(enabled=True)
        self._session.set_options(sdk.RequestOptions(search=options))
        self._request = sdk.Request()
        for message in asked["messages"]:
            self._request.add_item(_MESSAGES[message["role"]](message["content"]))
        self._frame = {"id": secrets.token_hex(8), "created": 0, "model": asked.get("model", "")}
        budget = self._session.preflight_request(self._request)
        self.too_long = (
            ""
            if budget.fits
            else f"The context length is {budget.context_limit_tokens} tokens;"
            f" this prompt and its answer take {budget.required_tokens}."
        )
        """Why the model cannot take the prompt; empty where it can."""

    async def events(self) -> AsyncIterator[str]:
        """Yield the answer as server-sent events; the model stops when nobody listens."""
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

        def put(item: dict[str, Any] | None) -> None:
            loop.call_soon_threadsafe(items.put_nowait, item)

        writing = threading.Thread(target=self._write, args=(put,), daemon=True)
        writing.start()
        try:
            while (item := await items.get()) is not None:
                yield f"data: {json.dumps(item)}\n\n"
            yield "data: [DONE]\n\n"
        finally:
            loop.run_in_executor(None, self._stop, writing)

    def _write(self, put: Callable[[dict[str, Any] | None], None]) -> None:
        try:
            with self._session.process_streaming_request(self._request) as stream:
                for item in stream:
                    if isinstance(item, sdk.TextItem):
                        put(self._chunk({"content": item.text}))
                with stream.final_response as final:
                    put(self._chunk({}, _FINISH.get(final.finish_reason, "stop")))
                    usage = final.get_usage()
            put(
                {
                    **self._frame,
                    "object": "chat.completion.chunk",
                    "choices": [],
                    "usage": {
                        "prompt_tokens": usage.prompt_tokens,
                        "completion_tokens": usage.completion_tokens,
                        "total_tokens": usage.total_tokens,
                    },
                }
            )
        except sdk.FoundryLocalException as error:
            put({"error": {"message": str(error)}})
        finally:
            put(None)

    def _chunk(self, delta: dict[str, str], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return {**self._frame, "object": "chat.completion.chunk", "choices": [choice]}

    def _stop(self, writing: threading.Thread) -> None:
        """End the writing; a cancellation before it has quite begun has no effect."""
        while writing.is_alive():
            self._request.cancel()
            writing.join(_JOIN_S)


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "server_error"}}, status)


def _serve(configuration: dict[str, Any]) -> int:
    listener = socket.create_server(("127.0.0.1", 0))  # the only socket that it ever makes
    without_network()
    app = Starlette(routes=ModelServer(configuration).routes())
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    threading.Thread(target=server.run, args=([listener],), daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


if __name__ == "__main__":
    serve_for_parent(_serve)
