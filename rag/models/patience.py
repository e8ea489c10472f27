"""How long a model's server may be silent: before its first word, and between two pieces."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from rag.domain.errors import BackendTimeout

if TYPE_CHECKING:
    from types import TracebackType


class Patience:
    """The time limits of one request, in seconds."""

    def __init__(self, first_s: float, gap_s: float) -> None:
        self._first_s = first_s
        self._gap_s = min(gap_s, first_s)
        self._begun = False
        self._limit = asyncio.timeout(None)

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self.heard(begun=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raise TimeoutError where the limit has passed."""
        await self._limit.__aexit__(kind, raised, trace)

    def heard(self, *, begun: bool) -> None:
        """Begin to wait anew; ``begun`` tells whether there was a word already."""
        self._begun = begun
        seconds = self._gap_s if begun else self._first_s
        self._limit.reschedule(asyncio.get_running_loop().time() + seconds)

    def rest(self) -> None:
        """Do not count the time in which the reader of a stream is busy."""
        self._limit.reschedule(None)

    def ended(self, where: str) -> BackendTimeout:
        """Return the error for a server that was silent for too long."""
        if self._begun:
            return BackendTimeout(
                f"{where} fell silent in the middle of its answer, for {self._gap_s:g} seconds.",
                "Ask again; RAG_GAP_TIMEOUT_S says how long a pause may be.",
            )
        return BackendTimeout(
            f"{where} said nothing for {self._first_s:g} seconds.",
            "A cold model may need longer: raise RAG_TIMEOUT_S.",
        )
