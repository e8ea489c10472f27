"""The clock that everything is measured with."""

from __future__ import annotations

import time


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Milliseconds since some fixed moment; never goes back."""
        return time.perf_counter() * 1000
