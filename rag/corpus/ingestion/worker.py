"""A worker process: ``python -m rag.corpus.ingestion.worker``.

It reads a line of JSON for each file from standard input, and answers with its record. It ends when
standard input closes, as happens on every platform when its parent ends.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from dataclasses import replace
from pathlib import Path

from rag.corpus.ingestion.limits import limit_from_inside
from rag.corpus.ingestion.reader import read_file
from rag.corpus.ingestion.record import Packed, write_record
from rag.domain.codec import from_plain
from rag.domain.documents import File, FileStatus, LedgerEntry
from rag.domain.network import without_network


def main() -> None:
    """Answer for each file until standard input closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # readers may print
    limit_from_inside(int(sys.argv[1]))
    without_network()
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_take_requests, args=(requests,), daemon=True).start()
    while True:
        request = json.loads(requests.get())
        file = from_plain(File, request["file"])
        write_record(answers, _read_safely(Path(request["folder"]), file))


def _take_requests(requests: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)  # even in the middle of a file


def _read_safely(folder: Path, file: File) -> Packed:
    try:
        return read_file(folder, file)
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in a reader's Rust is no Exception
        reason = f"It cannot be read ({type(error).__name__}: {str(error)[:160]})."
        entry = LedgerEntry(file.path, file.size, file.modified_ns, FileStatus.UNREADABLE)
        return Packed(replace(entry, reason=reason))


if __name__ == "__main__":
    main()
