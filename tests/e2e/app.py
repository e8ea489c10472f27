"""The app in a process of its own, with scripted models, and a page to look at it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Self

from rag.domain.paths import PROJECT_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class App:
    """``rag serve`` on a free port; ``with App(corpus, log) as app``."""

    def __init__(
        self,
        corpus: Path,
        log: Path,
        *,
        port: int = 0,
        settings: dict[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "rag", "serve"),
        folder: Path = PROJECT_FOLDER,
    ) -> None:
        self._command, self._folder = command, folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self.state = log.parent / "state"
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("RAG_")},
            "RAG_STATE_DIR": str(self.state),
            "RAG_PORT": str(self.port),
            "RAG_CORPUS_DIR": str(corpus),
            **(settings or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text()

    def __enter__(self) -> Self:
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)
        return self

    def listed(self) -> set[str]:
        """The files that answer, as the app's ledger has them."""
        return self._paths("SELECT path FROM files WHERE document > 0")

    def _paths(self, query: str) -> set[str]:
        return set(self._rows(query))

    def _rows(self, query: str, *values: str) -> list[str]:
        [library] = self.state.glob("corpora/*/library.sqlite3")
        with closing(sqlite3.connect(library)) as ledger:
            return [value for (value,) in ledger.execute(query, values)]

    def wait_until_listed(self, path: str) -> None:
        self._wait_until(lambda: path in self.listed())

    def wait_until_known(self, *paths: str) -> None:
        self._wait_until(lambda: set(paths) <= self._paths("SELECT path FROM files"))

    def wait_until_changed(self, path: str) -> None:
        kinds = "SELECT kind FROM changes WHERE path = ? ORDER BY number"
        self._wait_until(lambda: self._rows(kinds, path)[-1:] in (["changed"], ["removed"]))

    def wait_until_logged(self, text: str) -> None:
        self._wait_until(lambda: text in self.log)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
