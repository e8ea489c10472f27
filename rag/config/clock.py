"""The clock used for all measurements."""

from __future__ import annotations

import time


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Return milliseconds since a fixed moment; never decreases."""
        return time.perf_counter() * 1000
