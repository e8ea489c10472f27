"""Files are read in child processes: one that kills or blocks its reader harms nothing else.

``python -m rag.children`` is a child. It takes a line of JSON for each file from standard input,
answers with a line of JSON and two blobs, and ends when standard input closes, which happens on
every platform however its parent ends. What an operating system can limit is limited here.
"""

from __future__ import annotations

import json
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
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rag.codec import from_plain, to_plain
from rag.corpus import File
from rag.domain import FileStatus, LedgerEntry
from rag.library import Packed
from rag.reading import read_file
from rag.settings import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_SECONDS = 25.0
"""For one file; the slowest honest one of several hundred tried took 2."""
MAX_BYTES = 3 * 1024**3
"""Of addresses that a child may have; an idle one has 0.9 GiB, mostly stacks of threads."""
IDLE_S = 120.0
"""Children end after so long without a file; one has 90 MB."""
_NICENESS = 10
_AHEAD = 4


@dataclass
class Child:
    """A reading process."""

    process: subprocess.Popen[bytes]
    max_seconds: float

    @classmethod
    def start(cls, max_seconds: float, max_bytes: int) -> Child:
        """Start one."""
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "rag.children", str(max_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PROJECT_FOLDER,
        )
        _limit_from_outside(process, max_bytes)
        return cls(process, max_seconds)

    def read(self, folder: Path, file: File) -> Packed:
        """Have a file read. Raises TimeoutError and EOFError when that ended the child."""
        timer = threading.Timer(self.max_seconds, self.process.kill)
        timer.start()
        started = time.monotonic()
        try:
            with suppress(OSError):  # a child that is gone is noticed at the answer
                _write(self.process.stdin, {"folder": str(folder), "file": to_plain(file)})
            return self._answer()
        except EOFError:
            if time.monotonic() - started >= self.max_seconds:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()

    def _answer(self) -> Packed:
        stream = self.process.stdout
        assert stream is not None
        line = stream.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer = json.loads(line)
        record, terms = stream.read(answer["record"]), stream.read(answer["terms"])
        if len(record) + len(terms) < answer["record"] + answer["terms"]:
            raise EOFError
        return Packed(from_plain(LedgerEntry, answer["entry"]), record, terms)

    @property
    def alive(self) -> bool:
        """Can it be asked?"""
        return self.process.poll() is None

    def end(self) -> None:
        """End it; may be called twice."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()


class Children:
    """Reads files in as many processes as there are cores, up to four."""

    def __init__(
        self,
        count: int | None = None,
        *,
        max_seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._count = count or max(1, min(4, os.cpu_count() or 1))
        self._max_seconds, self._max_bytes = max_seconds, max_bytes
        self._idle: queue.LifoQueue[Child] = queue.LifoQueue()
        self._used = time.monotonic()

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        """Yield what each file gave, as they come; what is wrong with one is in its entry."""
        waiting = iter(files)
        with ThreadPoolExecutor(self._count, "reading") as threads:
            # Not all at once: what was read and not yet taken would fill the memory.
            running = {
                threads.submit(self._read, folder, file)
                for file in islice(waiting, _AHEAD * self._count)
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
                    f" or needs more than {self._max_bytes / 1024**3:g} GiB of memory."
                )
            child.end()
        entry = LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.UNREADABLE)
        return Packed(replace(entry, reason=reason))

    @contextmanager
    def _child(self) -> Iterator[Child]:
        child = self._rested() or Child.start(self._max_seconds, self._max_bytes)
        try:
            yield child
        finally:
            self._used = time.monotonic()
            if child.alive:
                self._idle.put(child)
            else:
                child.end()

    def _rested(self) -> Child | None:
        while True:
            try:
                child = self._idle.get_nowait()
            except queue.Empty:
                return None
            if child.alive:
                return child
            child.end()

    def rest(self) -> None:
        """End the children where nothing was to be read for a while."""
        if time.monotonic() - self._used > IDLE_S:
            self.close()

    def close(self) -> None:
        """End the children that have nothing to do; may be called twice."""
        while True:
            try:
                self._idle.get_nowait().end()
            except queue.Empty:
                return


def main() -> None:
    """Be a child: answer for each file until standard input closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # readers may print
    _limit_from_inside(int(sys.argv[1]))
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    while True:
        request = json.loads(requests.get())
        file = from_plain(File, request["file"])
        packed = _read_safely(Path(request["folder"]), file)
        sizes = {"record": len(packed.record), "terms": len(packed.terms)}
        _write(answers, {"entry": to_plain(packed.entry), **sizes}, packed.record + packed.terms)


def _take_requests(requests: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)  # also in the midst of a file


def _read_safely(folder: Path, file: File) -> Packed:
    try:
        return read_file(folder, file)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in a reader's Rust is no Exception
        reason = f"It cannot be read ({type(error).__name__}: {str(error)[:160]})."
        entry = LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.UNREADABLE)
        return Packed(replace(entry, reason=reason))


def _write(stream: IO[bytes] | None, content: dict[str, object], blob: bytes = b"") -> None:
    assert stream is not None
    stream.write(json.dumps(content).encode() + b"\n" + blob)
    stream.flush()


def _limit_from_inside(max_bytes: int) -> None:
    """Limit this process, where its system lets it do so."""
    if sys.platform == "win32":
        return  # its parent has done it
    import resource  # noqa: PLC0415 - is not there on Windows

    with suppress(ValueError, OSError):  # macOS may refuse
        resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICENESS)


def _limit_from_outside(process: subprocess.Popen[bytes], max_bytes: int) -> None:
    """Limit a child on Windows, by a job object that ends it with its last handle."""
    if sys.platform != "win32":
        return
    import ctypes  # noqa: PLC0415 - only there
    from ctypes import wintypes  # noqa: PLC0415

    class Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 3),
        )

    extended, process_memory, die_with_job = 9, 0x100, 0x2000
    kernel = ctypes.windll.kernel32
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    job = kernel.CreateJobObjectW(None, None)
    limits = Limits(flags=process_memory | die_with_job, process_memory=max_bytes)
    kernel.SetInformationJobObject(
        wintypes.HANDLE(job), extended, ctypes.byref(limits), ctypes.sizeof(limits)
    )
    kernel.AssignProcessToJobObject(wintypes.HANDLE(job), wintypes.HANDLE(process._handle))  # noqa: SLF001 - Popen gives no other


if __name__ == "__main__":
    main()
