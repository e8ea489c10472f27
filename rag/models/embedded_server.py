"""The built-in model's process: ``python -m rag.models.embedded_server``.

Reads one line of JSON (a Configuration's fields) from standard input, starts llama.cpp's server on
a free loopback port, and answers one line of JSON with the port. It ends when standard input
closes, as happens on every platform when its parent ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

_kept: list[Any] = []
"""Keeps a reference to the server, which ends without one."""


def main() -> None:
    """Serve until standard input closes."""
    answer_to = os.dup(1)
    os.dup2(2, 1)  # llama.cpp prints on standard output
    configuration = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    port = _serve(configuration)
    os.write(answer_to, json.dumps({"port": port}).encode() + b"\n")
    threading.Event().wait()


def _end_with_stdin() -> None:
    while sys.stdin.readline():
        pass
    os._exit(0)


def _serve(configuration: dict[str, str | int]) -> int:
    import xllamacpp  # noqa: PLC0415 - the thread above must run first, should loading hang

    params = xllamacpp.CommonParams()
    params.model.path = configuration["model_path"]
    params.model_alias = configuration["alias"]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [configuration["api_key"]]
    params.cors_origins = "http://127.0.0.1"
    params.ui = False
    params.n_ctx = configuration["context_tokens"]
    params.n_parallel = configuration["parallel"]
    params.cpuparams.n_threads = configuration["threads"]
    params.cpuparams_batch.n_threads = configuration["threads"]
    # 64: stopping while the prompt is read takes .16-.51 s instead of seconds.
    params.n_batch = params.n_ubatch = 64
    params.cache_ram_mib = 0  # the default of 8 GiB grows with every prompt
    params.warmup = False
    params.verbosity = 0
    _kept.append(xllamacpp.Server(params))
    return int(str(_kept[0].listening_address).rsplit(":", 1)[1])


if __name__ == "__main__":
    main()
