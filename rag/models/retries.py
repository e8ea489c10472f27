"""Why a request is sent to a model server again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.domain.errors import BackendError

_LEAST_WAIT_S = 0.1
"""A server that says "now" and is not ready would be asked without end."""
_MOST_WAIT_S = 3600.0


class Otherwise(Exception):
    """The server refused a part of the request that can be left out."""


class UnknownModel(Exception):
    """The server has no model of that name; it may have it under another."""

    def __init__(self, error: BackendError) -> None:
        super().__init__(str(error))
        self.error = error


class Later(Exception):
    """The server asks to come back in so many seconds."""

    def __init__(self, seconds: float, error: BackendError) -> None:
        super().__init__(str(error))
        self.seconds = seconds
        self.error = error


def seconds_of(retry_after: str) -> float:
    """Return the seconds of a Retry-After header; a date, or none, is taken for one second."""
    try:
        return min(max(float(retry_after), _LEAST_WAIT_S), _MOST_WAIT_S)
    except ValueError:
        return 1.0
