"""A child process that serves a model to its parent.

It reads one line of JSON from standard input, starts a server on a free loopback port, and answers
one line of JSON with the port. It ends when standard input closes, as happens on every platform
when its parent ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def serve_for_parent(start: Callable[[dict[str, Any]], int]) -> None:
    """Start a server with what the parent tells, and tell its port; never returns.

    ``start`` returns the port, with the server running beside it. What is printed on standard
    output meanwhile goes to standard error: some libraries print there.
    """
    answer_to = os.dup(1)
    os.dup2(2, 1)
    configuration = json.loads(sys.stdin.readline())
    # Before anything else, should loading hang.
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    port = start(configuration)
    os.write(answer_to, json.dumps({"port": port}).encode() + b"\n")
    threading.Event().wait()


def _end_with_stdin() -> None:
    while sys.stdin.readline():
        pass
    os._exit(0)
