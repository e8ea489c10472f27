"""The time that a command takes as a whole process, from its start to its end."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class StartReport:
    """Medians of one command; processor times are zero on Windows, which does not tell them."""

    command: str
    processor_ms: float
    elapsed_ms: float


def bench_start(
    commands: Sequence[Sequence[str]], state: Path, times: int = 7
) -> list[StartReport]:
    """Measure commands, with ``state`` as the state folder. A first run of each does not count."""
    return [_measure(command, state, times) for command in commands]


def _measure(command: Sequence[str], state: Path, times: int) -> StartReport:
    runs = [_run(command, state) for _ in range(times + 1)][1:]
    return StartReport(
        " ".join(word for word in command if word in {command[0], "--help"}),
        statistics.median(processor for processor, _ in runs),
        statistics.median(elapsed for _, elapsed in runs),
    )


def _run(command: Sequence[str], state: Path) -> tuple[float, float]:
    """Milliseconds of processor time and of time that went by."""
    before, started = os.times(), time.perf_counter()
    subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "rag", *command],
        capture_output=True,
        check=True,
        env={**os.environ, "RAG_STATE_DIR": str(state)},
    )
    elapsed, after = time.perf_counter() - started, os.times()
    processor = after[2] + after[3] - before[2] - before[3]  # those of children
    return processor * 1000, elapsed * 1000
