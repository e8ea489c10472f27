"""Any server with OpenAI's HTTP interface: Foundry Local, Ollama, LM Studio, vLLM, llama.cpp.

OpenAI's client takes half a second to import, so it is imported at the first request.
"""

from __future__ import annotations

import asyncio
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.domain.completions import Check, Delta, Endpoint, Message, Profile, Usage
from rag.domain.errors import (
    BackendBroken,
    BackendError,
    BackendRefused,
    BackendTimeout,
    BackendUnreachable,
)
from rag.models.addresses import is_local, with_version
from rag.models.reasoning import ReasoningFilter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    import httpx2
    import openai
    from openai.types.chat import ChatCompletionChunk

CONNECT_TIMEOUT_S = 5.0
CHECK_TIMEOUT_S = 2.0
_ADVICE = "Is it running? `rag doctor` shows every server."


class OpenAICompatibleBackend:
    """A model at a base URL; ``transport`` replaces the network in tests."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        extra_body: Mapping[str, object] | None = None,
        display_name: str = "",
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = with_version(endpoint.base_url)
        self._model = endpoint.model
        self._display_name = display_name or endpoint.model
        self._profile = endpoint.profile
        self._timeout_s = endpoint.timeout_s
        self._extra_body = dict(extra_body or {})
        self._api_key = endpoint.api_key
        self._transport = transport

    @cached_property
    def _client(self) -> openai.AsyncOpenAI:
        import httpx2  # noqa: PLC0415 - see above
        import openai  # noqa: PLC0415

        return openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",
            max_retries=0,
            http_client=httpx2.AsyncClient(
                transport=self._transport,
                trust_env=not is_local(self._base_url),
                timeout=httpx2.Timeout(None, connect=CONNECT_TIMEOUT_S),
                # A reused connection may be closed by the server at that very moment:
                # llama.cpp's does so after a stream, and immediate further requests failed.
                # A new one takes 0.2 ms.
                limits=httpx2.Limits(max_keepalive_connections=0),
            ),
        )

    @property
    def model(self) -> str:
        """The model's name as shown to users."""
        return self._display_name

    @property
    def base_url(self) -> str:
        """The address of the server, with the version."""
        return self._base_url

    @property
    def profile(self) -> Profile:
        """The model's limits."""
        return self._profile

    async def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        """Yield the model's turn; see ``ChatBackend.stream``."""
        await prepare()
        thinking = ReasoningFilter()
        ended = False
        try:
            async with asyncio.timeout(self._timeout_s) as deadline:
                async with await self._request(messages, max_tokens, temperature) as stream:
                    self._expect_events(stream.response.headers.get("content-type", ""))
                    async for chunk in stream:
                        deadline.reschedule(asyncio.get_running_loop().time() + self._timeout_s)
                        if delta := self._read(chunk, thinking):
                            ended = ended or bool(delta.finish_reason)
                            yield delta
                        deadline.reschedule(asyncio.get_running_loop().time() + self._timeout_s)
            said, thought = thinking.close()
            if said or thought:
                yield Delta(text=said, reasoning=thought)
            if not ended:
                raise self._broken_off()
        except TimeoutError as error:
            raise BackendTimeout(
                f"{self._model} at {self._base_url} was silent for {self._timeout_s:g} seconds.",
                "A cold model may need longer: raise RAG_TIMEOUT_S.",
            ) from error
        except BackendError:
            raise
        except _client_errors() as error:
            raise self._as_backend_error(error) from error

    async def _request(
        self, messages: Sequence[Message], max_tokens: int, temperature: float
    ) -> openai.AsyncStream[ChatCompletionChunk]:
        written: list[Any] = [{"role": m.role, "content": m.content} for m in messages]
        return await self._client.chat.completions.create(
            model=self._model,
            messages=written,
            max_tokens=max_tokens,
            temperature=temperature,
            stream=True,
            stream_options={"include_usage": True},
            extra_body=self._extra_body,
        )

    def _expect_events(self, kind: str) -> None:
        if "event-stream" not in kind:
            raise BackendUnreachable(
                f"What answers at {self._base_url} is not a model server"
                f" (it sent {kind or 'no type'}).",
                "Check the address and the port.",
            )

    def _read(self, chunk: ChatCompletionChunk, thinking: ReasoningFilter) -> Delta | None:
        """Parse an event; the client passes on any JSON that a server sends."""
        try:
            return self._delta(chunk, thinking)
        except (TypeError, AttributeError, LookupError) as error:
            raise BackendBroken(
                f"{self._model} at {self._base_url} sent something else than OpenAI's protocol.",
                "Check that a model server answers there.",
            ) from error

    def _delta(self, chunk: ChatCompletionChunk, thinking: ReasoningFilter) -> Delta | None:
        extra: dict[str, Any] = chunk.model_extra or {}
        progress = extra.get("prompt_progress") or {}
        choice = chunk.choices[0] if chunk.choices else None
        said = thought = finish = ""
        logprob = None
        if choice is not None and choice.delta is not None:
            content = choice.delta.content or ""
            if not isinstance(content, str):
                raise TypeError(content)
            said, thought = thinking.feed(content)
            own: dict[str, Any] = choice.delta.model_extra or {}
            thought += own.get("reasoning_content") or own.get("reasoning") or ""
            finish = choice.finish_reason or ""
            tokens = (choice.logprobs.content if choice.logprobs else None) or []
            logprob = sum(t.logprob for t in tokens) / len(tokens) if tokens else None
        delta = Delta(
            text=said,
            reasoning=thought,
            logprob=logprob,
            finish_reason=finish,
            usage=_usage(chunk),
            prefill=(progress["processed"], progress["total"]) if progress else None,
        )
        return None if delta == Delta() else delta

    def _as_backend_error(self, error: Exception) -> BackendError:
        import httpx2  # noqa: PLC0415
        import openai  # noqa: PLC0415

        where = f"{self._model} at {self._base_url}"
        if isinstance(error, openai.APIStatusError):
            what = _message_of(error.body) or error.response.reason_phrase
            advice = (
                "Check the address, and that the server has this model."
                if error.status_code in {400, 401, 403, 404, 405}
                else "Look at the server's own log."
            )
            return BackendRefused(f"{where} answered {error.status_code}: {what}.", advice)
        if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
            return BackendTimeout(f"{where} did not take the connection in time.", _ADVICE)
        if isinstance(error, openai.APIConnectionError | httpx2.ConnectError):
            return BackendUnreachable(f"Nothing answers for {where}.", _ADVICE)
        if isinstance(error, openai.APIError):  # an error sent as an event of the stream
            return BackendRefused(
                f"{where} gave up: {_message_of(error.message)}.", "Look at the server's own log."
            )
        if isinstance(error, json.JSONDecodeError):
            return BackendBroken(f"{where} sent something that is not JSON.", _ADVICE)
        return self._broken_off()

    def _broken_off(self) -> BackendBroken:
        return BackendBroken(
            f"{self._model} at {self._base_url} broke off in the middle of its answer.", _ADVICE
        )

    async def check(self) -> Check:
        """Return whether the server lists the model; never raises."""
        await prepare()
        name = f"model {self._display_name}"
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                models = [model.id async for model in await self._client.models.list()]
        except _client_errors() + (TimeoutError, TypeError, AttributeError) as error:  # noqa: RUF005 - mypy
            return Check(name, ok=False, detail=self._check_failure(error), remedy=_ADVICE)
        if self._model in models or f"{self._model}:latest" in models:  # as listed by Ollama
            return Check(name, ok=True, detail=f"{self._base_url} has it.")
        known = ", ".join(sorted(models)[:8]) or "none"
        return Check(
            name,
            ok=False,
            detail=f"{self._base_url} does not list it; it has: {known}.",
            remedy="Load it there, or name one of those as the model.",
        )

    def _check_failure(self, error: Exception) -> str:
        import openai  # noqa: PLC0415

        if isinstance(error, openai.OpenAIError):
            return str(self._as_backend_error(error))
        return f"{self._base_url} does not answer like a model server."

    async def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:  # otherwise there is no client
            await self._client.close()


async def prepare() -> None:
    """Import the client outside of the event loop, before any time limit starts."""
    await asyncio.to_thread(_client_errors)


def _client_errors() -> tuple[type[Exception], ...]:
    import httpx2  # noqa: PLC0415
    import openai  # noqa: PLC0415

    return openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, ValueError


def _usage(chunk: ChatCompletionChunk) -> Usage | None:
    usage = chunk.usage
    if usage is None:
        return None
    details = usage.prompt_tokens_details
    return Usage(
        prompt_tokens=usage.prompt_tokens or 0,
        completion_tokens=usage.completion_tokens or 0,
        cached_tokens=(details.cached_tokens if details else 0) or 0,
    )


def _message_of(body: object) -> str:
    if isinstance(body, dict):
        body = body.get("message") or body.get("error") or body
        if isinstance(body, dict):
            body = body.get("message", "")
    text = str(body or "").strip()
    return text.splitlines()[0][:200].rstrip(".") if text else ""
