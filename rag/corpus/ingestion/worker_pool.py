"""Reads files in child processes, so that a crash or hang affects only one file."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from rag.corpus.ingestion.limits import limit_from_outside, reading_budget
from rag.corpus.ingestion.record import Packed, read_record, write_message
from rag.domain.child_processes import child_environment
from rag.domain.codec import to_plain
from rag.domain.documents import File, FileStatus, LedgerEntry
from rag.domain.paths import CODE_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_SECONDS = 25.0
"""Per file; the slowest intact one of several hundred took 2 s."""
MAX_BYTES = 3 * 1024**3
"""The limit of a child's address space; an idle one has 0.9 GiB, mostly thread stacks."""
LEAST_BYTES = 3 * 1024**3 // 2
"""What a reader needs for ordinary files, whatever the machine has."""
MOST_READERS = 4
IDLE_S = 120.0
"""How long a child lives without a file to read; it takes 90 MB."""
_AHEAD = 4


@dataclass
class Worker:
    """A child process that reads files."""

    process: subprocess.Popen[bytes]
    max_seconds: float

    @classmethod
    def start(cls, max_seconds: float, max_bytes: int) -> Worker:
        """Start a child process."""
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "rag.corpus.ingestion.worker", str(max_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=CODE_FOLDER,
            env=child_environment(),
        )
        limit_from_outside(process, max_bytes)
        return cls(process, max_seconds)

    def read(self, folder: Path, file: File) -> Packed:
        """Have a file read. Raises TimeoutError, or EOFError if the child ended."""
        timer = threading.Timer(self.max_seconds, self.process.kill)
        timer.start()
        started = time.monotonic()
        try:
            with suppress(OSError):  # a dead child is noticed when reading the answer
                write_message(self.process.stdin, {"folder": str(folder), "file": to_plain(file)})
            assert self.process.stdout is not None
            return read_record(self.process.stdout)
        except EOFError:
            if time.monotonic() - started >= self.max_seconds:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()

    @property
    def alive(self) -> bool:
        """Whether the child is running."""
        return self.process.poll() is None

    def end(self) -> None:
        """End the child; may be called twice."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


class WorkerPool:
    """Reads files in as many processes as there are cores and memory for, up to four."""

    def __init__(
        self,
        count: int | None = None,
        *,
        max_seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
        idle_s: float = IDLE_S,
        budget: int | None = None,
    ) -> None:
        budget = budget or reading_budget()
        self._max_seconds = max_seconds
        self.max_bytes = min(max_bytes, max(LEAST_BYTES, budget))
        wanted = count or min(MOST_READERS, os.cpu_count() or 1)
        self.count = max(1, min(wanted, budget // self.max_bytes))
        self._idle_s = idle_s
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._used = time.monotonic()

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        """Yield each file's record when it is ready; a failure is recorded in its entry."""
        waiting = iter(files)
        with ThreadPoolExecutor(self.count, "reading") as threads:
            # Bounded, since finished records that are not yet taken would fill the memory.
            running = {
                threads.submit(self._read, folder, file)
                for file in islice(waiting, _AHEAD * self.count)
            }
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {
                    threads.submit(self._read, folder, file) for file in islice(waiting, len(done))
                }
                for future in done:
                    yield future.result()

    def _read(self, folder: Path, file: File) -> Packed:
        with self._child() as child:
            try:
                return child.read(folder, file)
            except TimeoutError:
                reason = f"Reading it takes longer than {child.max_seconds:g} seconds."
            except (EOFError, ValueError, KeyError, TypeError):
                reason = (
                    "Its reader broke down: the file is damaged,"
                    f" or needs more than {self.max_bytes / 1024**3:g} GiB of memory."
                )
            child.end()
        entry = LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.UNREADABLE)
        return Packed(replace(entry, reason=reason))

    @contextmanager
    def _child(self) -> Iterator[Worker]:
        child = self._take_idle() or Worker.start(self._max_seconds, self.max_bytes)
        try:
            yield child
        finally:
            self._used = time.monotonic()
            if child.alive:
                self._idle.put(child)
            else:
                child.end()

    def _take_idle(self) -> Worker | None:
        while True:
            try:
                child = self._idle.get_nowait()
            except queue.Empty:
                return None
            if child.alive:
                return child
            child.end()

    def rest(self) -> None:
        """End the children that have been idle for a while."""
        if time.monotonic() - self._used > self._idle_s:
            self.close()

    def close(self) -> None:
        """End all idle children; may be called twice."""
        while True:
            try:
                self._idle.get_nowait().end()
            except queue.Empty:
                return
