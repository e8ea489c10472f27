"""A circuit breaker: a model that fails again and again is left alone for a while.

Nygard, Release It! (2nd edition, 2018), chapter 5, by pybreaker. Without one everybody waits for
the time limit of a server that is gone.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pybreaker

from rag.domain.errors import BackendBroken, BackendError, BackendTimeout, BackendUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.domain.protocols import Clock

FAILURES = 3
"""In a row; a server that restarts fails once or twice."""
REST_MS = 20_000.0
"""How long a model is left alone; about what a server takes to start."""
_ADVICE = "`rag doctor` shows every server."
_FAILURES = (BackendTimeout, BackendUnreachable, BackendBroken)
"""A refusal comes at once, and may be due to the request."""


class Breaker:
    """Counts a model's failures in a row, and tells whether it may be asked."""

    def __init__(
        self, name: str, clock: Clock, note: Callable[[str, float], None] | None = None
    ) -> None:
        """``note`` is told for how many seconds the model is left alone; 0: no longer."""
        self._name = name
        self._clock = clock
        self._note = note
        self._breaker = pybreaker.CircuitBreaker(fail_max=FAILURES)
        self._since = 0.0
        self._tried = False
        """Whether a turn is trying the model after its rest."""
        self._hangs = False
        """Whether the last failure was a silence: then a list of models says little."""

    @property
    def left_ms(self) -> float:
        """How long the model is still left alone; 0 if it may be asked."""
        if self._breaker.current_state != pybreaker.STATE_OPEN:
            return 0.0
        return max(0.0, self._since + REST_MS - self._clock.now())

    @property
    def failures(self) -> int:
        """The failures in a row."""
        return self._breaker.fail_counter

    def refusal(self) -> BackendError | None:
        """Return why the model is not asked now, or None."""
        if left := self.left_ms:
            return BackendUnreachable(
                f"{self._name} has failed {FAILURES} times in a row and is asked again in"
                f" {left / 1_000:.0f} seconds.",
                _ADVICE,
            )
        if self._tried:
            return BackendUnreachable(
                f"{self._name} has failed {FAILURES} times in a row and is being tried again.",
                _ADVICE,
            )
        return None

    def begin(self) -> BackendError | None:
        """Begin a turn, or return why the model is not asked; after a rest one turn tries it."""
        refusal = self.refusal()
        if refusal is None and self._breaker.current_state != pybreaker.STATE_CLOSED:
            self._breaker.half_open()
            self._tried = True
        return refusal

    @property
    def tries(self) -> bool:
        """Whether a turn is trying the model after its rest."""
        return self._tried

    def over(self) -> None:
        """The turn that tried the model is over, whether or not it came to an end."""
        self._tried = False

    def end(self, error: BackendError | None) -> None:
        """Count a turn that went well, failed or was refused."""
        if isinstance(error, _FAILURES):
            self._hangs = isinstance(error, BackendTimeout)
        elif error:
            return

        def outcome() -> None:
            if error:
                raise error

        before = self._breaker.current_state
        if error is None:  # also of a turn that began before the rest
            self._breaker.close()
        with suppress(pybreaker.CircuitBreakerError, BackendError):
            self._breaker.call(outcome)
        if error and self._breaker.current_state == pybreaker.STATE_OPEN:
            self._since = self._clock.now()
            self._tell(REST_MS / 1_000)
        elif before != self._breaker.current_state:
            self._tell(0)

    def seen(self) -> None:
        """Ask the model again from now on: its server is there again."""
        if self.left_ms and not self._hangs:
            self._breaker.close()
            self._tell(0)

    def _tell(self, seconds: float) -> None:
        if self._note:
            self._note(self._name, seconds)
