"""Any server with OpenAI's HTTP interface: Foundry Local, Ollama, LM Studio, vLLM, llama.cpp.

OpenAI's client takes half a second to import, so it is imported at the first request.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.domain.completions import Capabilities, Check, Delta, Endpoint, Message, Profile
from rag.domain.errors import BackendBroken, BackendError, BackendRefused, PromptTooLong
from rag.models.addresses import proxy_of, with_version, without_password
from rag.models.deltas import DeltaReader
from rag.models.dialect import Asked, Dialect, is_too_long, is_unknown_model, window_in
from rag.models.event_stream import END, answer_events
from rag.models.failures import ADVICE, as_backend_error, broken_off, message_of
from rag.models.loading import ONE_TOKEN, capabilities_of, preload
from rag.models.names import model_for, shown, shown_list
from rag.models.patience import Patience
from rag.models.retries import Later, Otherwise, UnknownModel, seconds_of
from rag.models.server_facts import Loaded, loaded_at, served_at

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    import httpx2
    import openai

CONNECT_TIMEOUT_S = 5.0
CHECK_TIMEOUT_S = 2.0
_LATER = frozenset({429, 503})


class OpenAICompatibleBackend:
    """A model at a base URL; ``transport`` replaces the network in tests."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        extra_body: Mapping[str, object] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = with_version(endpoint.base_url)
        self._shown_url = without_password(self._base_url)
        self._model = endpoint.model
        self._display_name = endpoint.shown or endpoint.model
        self._profile = endpoint.profile
        self._timeout_s, self._gap_s = endpoint.timeout_s, endpoint.gap_s
        self._extra_body = {**endpoint.wishes, **(extra_body or {})}
        self._api_key = endpoint.api_key
        self._transport = transport
        self._dialect = Dialect()
        self._loaded = Loaded()
        self._learning: asyncio.Task[None] | None = None

    @cached_property
    def _client(self) -> openai.AsyncOpenAI:
        import httpx2  # noqa: PLC0415 - see above
        import openai  # noqa: PLC0415

        from rag.models.bounded_transport import BoundedTransport  # noqa: PLC0415

        return openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",
            max_retries=0,
            http_client=httpx2.AsyncClient(
                transport=BoundedTransport(
                    self._transport
                    # A reused connection may be closed by the server at that very moment:
                    # llama.cpp's does so after a stream, and immediate further requests failed.
                    # A new one takes 0.2 ms.
                    or httpx2.AsyncHTTPTransport(
                        limits=httpx2.Limits(max_keepalive_connections=0),
                        proxy=proxy_of(self._base_url),
                    )
                ),
                trust_env=False,
                timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
            ),
        )

    @property
    def model(self) -> str:
        """The model's name as shown to users."""
        return self._display_name

    @property
    def base_url(self) -> str:
        """The address of the server as shown, with the version."""
        return self._shown_url

    @property
    def profile(self) -> Profile:
        """The model's limits."""
        return self._profile

    async def load(self, limit_s: float) -> Capabilities:
        """Have the server load the model; see ``ChatBackend.load``."""
        await self._finds_model()  # Foundry loads a model by its own name only
        await preload(self._base_url, self._model, self._api_key, limit_s)
        told = self.stream(ONE_TOKEN, max_tokens=1, limit_s=limit_s, logprobs=True)
        async with aclosing(told) as turn:
            seen = capabilities_of([delta async for delta in turn])
        if self._learning:
            await asyncio.wait({self._learning})
        return replace(seen, system_role=self._dialect.takes_system_role, window=self.stated_window)

    async def stream(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        temperature: float = 0.0,
        *,
        limit_s: float = 0.0,
        logprobs: bool = False,
    ) -> AsyncGenerator[Delta, None]:
        """Yield the model's turn; see ``ChatBackend.stream``.

        ``limit_s``: until the first word, if that may take longer than usual; ``logprobs``: ask for
        log-probabilities too.

        A request that is refused for a part that this server does not take is sent again without
        it, one that comes too early is sent again when the server says, and one that is answered
        with nothing is sent once more.
        """
        await prepare()
        more = {**self._extra_body, "logprobs": True} if logprobs else self._extra_body
        asked = Asked(self._model, messages, max_tokens, temperature, more)
        first_s = limit_s or self._timeout_s
        waited = 0.0
        may_be_empty = False
        while True:
            reader = DeltaReader(max_tokens)
            try:
                async with aclosing(self._turn(asked, reader, first_s)) as turn:
                    async for delta in turn:
                        yield delta
            except Later as later:
                waited += later.seconds
                if waited > first_s:
                    raise later.error from later
                yield Delta(wait_s=later.seconds)
                await asyncio.sleep(later.seconds)
                continue
            except UnknownModel as unknown:
                if not await self._finds_model():
                    raise unknown.error from unknown
                asked = replace(asked, model=self._model)
                continue
            except Otherwise:
                continue
            if reader.said or may_be_empty:
                self._learn()
                return
            may_be_empty = True

    @property
    def stated_window(self) -> int | None:
        """The tokens of the window that the model is loaded with, once its server has told."""
        return self._loaded.window

    @property
    def stated_slots(self) -> int | None:
        """The requests that the server takes at once, once it has told."""
        return self._loaded.slots

    def _learn(self) -> None:
        """Ask how the model is loaded, in the background: Ollama tells it only after that."""
        if self._learning is None and self._transport is None:
            self._learning = asyncio.create_task(self._look_how_loaded())

    async def _look_how_loaded(self) -> None:
        self._loaded = await loaded_at(self._base_url, self._model, self._api_key)

    async def _finds_model(self) -> bool:
        """Take the name that the server has for the model, if that is another."""
        served = await served_at(self._base_url, self._api_key)
        name = model_for(self._model, served.models) if served else None
        if name is None or name == self._model:
            return False
        self._model = name
        return True

    async def _turn(
        self, asked: Asked, reader: DeltaReader, first_s: float
    ) -> AsyncGenerator[Delta, None]:
        """Yield the answer to one request."""
        patience = Patience(first_s, self._gap_s)
        try:
            async with (
                patience,
                self._request(asked) as response,
                aclosing(answer_events(response, reader.most_bytes, self._shown_url)) as events,
            ):
                async for event in events:
                    if event == END:
                        reader.ended = reader.ended or reader.said
                        break
                    if delta := self._read(event, reader):
                        patience.rest()
                        yield delta
                        patience.heard(begun=reader.said)
                    if reader.overflows:
                        yield Delta(finish_reason="length")
                        break
            if rest := reader.close():
                yield rest
            if not (reader.ended or reader.overflows):
                raise broken_off(f"{self._model} at {self._shown_url}")
        except TimeoutError as error:
            raise patience.ended(f"{self._model} at {self._shown_url}") from error
        except (BackendError, Later, Otherwise, UnknownModel):
            raise
        except _client_errors() as error:
            raise self._answer_to(error) from error

    def _request(self, asked: Asked) -> AbstractAsyncContextManager[openai.AsyncAPIResponse[Any]]:
        create = self._client.chat.completions.with_streaming_response.create
        return create(**self._dialect.body(asked))

    def _read(self, event: object, reader: DeltaReader) -> Delta | None:
        if isinstance(event, dict) and (event.get("error") or event.get("object") == "error"):
            raise BackendRefused(
                f"{self._model} at {self._shown_url} gave up: {message_of(event)}.",
                "Look at the server's own log.",
            )
        try:
            return reader.read(event)
        except (TypeError, AttributeError, LookupError) as error:
            raise BackendBroken(
                f"{self._model} at {self._shown_url} sent something else than OpenAI's protocol.",
                "Check that a model server answers there.",
            ) from error

    def _answer_to(self, error: Exception) -> Exception:
        """Return what to do about an error: ask again, otherwise or later, or give up."""
        import openai  # noqa: PLC0415

        given_up = self._as_backend_error(error)
        if not isinstance(error, openai.APIStatusError):
            return given_up
        refusal = json.dumps(error.body, default=str)
        if is_too_long(error.status_code, refusal):
            return PromptTooLong(str(given_up), given_up.advice, window_in(refusal))
        if is_unknown_model(error.status_code, refusal):
            return UnknownModel(given_up)
        if self._dialect.learn(error.status_code, refusal):
            return Otherwise()
        if error.status_code in _LATER:
            asked_for = error.response.headers.get("retry-after", "")
            return Later(seconds_of(asked_for), given_up)
        return given_up

    def _as_backend_error(self, error: Exception) -> BackendError:
        return as_backend_error(error, f"{self._model} at {self._shown_url}")

    async def check(self) -> Check:
        """Return whether the server lists the model; never raises."""
        await prepare()
        name = f"model {self._display_name}"
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                models = [model.id async for model in await self._client.models.list()]
        except _client_errors() + (TimeoutError, TypeError, AttributeError) as error:  # noqa: RUF005 - mypy
            return Check(name, ok=False, detail=self._check_failure(error), remedy=ADVICE)
        if served := model_for(self._model, models):
            as_named = "" if served == self._model else f", as {shown(served)}"
            return Check(name, ok=True, detail=f"{self._shown_url} has it{as_named}.")
        known = shown_list(sorted(models)) or "none"
        return Check(
            name,
            ok=False,
            detail=f"{self._shown_url} does not list it; it has: {known}.",
            remedy="Load it there, or name one of those as the model.",
        )

    def _check_failure(self, error: Exception) -> str:
        import openai  # noqa: PLC0415

        if isinstance(error, openai.OpenAIError):
            return str(self._as_backend_error(error))
        return f"{self._shown_url} does not answer like a model server."

    async def close(self) -> None:
        """Close the connections."""
        if self._learning:
            self._learning.cancel()
            await asyncio.wait({self._learning})
        if "_client" in self.__dict__:  # otherwise there is no client
            await self._client.close()


async def prepare() -> None:
    """Import the client outside of the event loop, before any time limit starts."""
    await asyncio.to_thread(_client_errors)


def _client_errors() -> tuple[type[Exception], ...]:
    import httpx2  # noqa: PLC0415
    import openai  # noqa: PLC0415

    return openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, ValueError
