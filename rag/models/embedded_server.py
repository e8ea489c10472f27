"""The built-in model's process: llama.cpp's server, which has the interface of OpenAI."""

from __future__ import annotations

from typing import Any

from rag.models.supervised_child import serve_for_parent

_kept: list[Any] = []
"""Keeps a reference to the server, which ends without one."""


def main() -> None:
    """Serve until standard input closes."""
    serve_for_parent(_serve)


def _serve(configuration: dict[str, Any]) -> int:
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
