"""What goes wrong with a model server, as one of Plumbline's own errors."""

from __future__ import annotations

from rag.domain.errors import (
    BackendBroken,
    BackendError,
    BackendRefused,
    BackendTimeout,
    BackendUnreachable,
)
from rag.models.event_stream import EndlessStream
from rag.text.unseen import whole_characters

ADVICE = "Is it running? `rag doctor` shows every server."
_LOG = "Look at the server's own log."
_NOT_FOUND = frozenset({400, 401, 403, 404, 405})


def as_backend_error(error: Exception, where: str) -> BackendError:
    """Return the error for what OpenAI's client, its transport or a parser raised."""
    import httpx2  # noqa: PLC0415 - takes long to import, and an error is rare
    import openai  # noqa: PLC0415

    if too_large := _too_large(error):
        return BackendBroken(f"{where} sent {too_large}.", _LOG)
    if isinstance(error, openai.APIStatusError):
        what = message_of(error.body) or error.response.reason_phrase
        advice = (
            "Check the address, and that the server has this model."
            if error.status_code in _NOT_FOUND
            else _LOG
        )
        return BackendRefused(f"{where} answered {error.status_code}: {what}.", advice)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return BackendTimeout(f"{where} did not take the connection in time.", ADVICE)
    if isinstance(error, openai.APIConnectionError | httpx2.ConnectError):
        return BackendUnreachable(f"Nothing answers for {where}.", ADVICE)
    if isinstance(error, ValueError):
        return BackendBroken(f"{where} sent something that is not JSON.", ADVICE)
    return broken_off(where)


def broken_off(where: str) -> BackendBroken:
    """Return the error for a stream that ended before the answer did."""
    return BackendBroken(f"{where} broke off in the middle of its answer.", ADVICE)


def _too_large(error: BaseException | None) -> str:
    """Return what is too large, where an error or one of its causes says so."""
    from rag.models.bounded_transport import ResponseTooLarge  # noqa: PLC0415

    while error is not None:
        if isinstance(error, ResponseTooLarge | EndlessStream):
            return str(error)
        error = error.__cause__
    return ""


def message_of(body: object) -> str:
    """Return the first line of what a server says, at most 200 characters."""
    if isinstance(body, dict):
        body = body.get("message") or body.get("error") or body
        if isinstance(body, dict):
            body = body.get("message", "")
    text = whole_characters(str(body or "")).strip()
    return text.splitlines()[0][:200].rstrip(".") if text else ""
