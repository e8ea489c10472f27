"""The app in a process of its own, with scripted models, and a page to look at it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Self

from rag.domain.paths import PROJECT_FOLDER
from tests.waiting import GENEROUS_S, wait_until

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
        self._corpus = corpus
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self.state = log.parent / "state"
        self.temporary = log.parent / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("RAG_")},
            "RAG_STATE_DIR": str(self.state),
            "TMPDIR": str(self.temporary),
            "RAG_PORT": str(self.port),
            "RAG_CORPUS_DIR": str(corpus),
            "RAG_DISCOVER": "off",
            "RAG_WARM_UP": "off",  # a scripted server counts its requests
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
        self._wait_until(lambda: self._ended() or self._answers())
        assert not self._ended(), self.log
        return self

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def listed(self) -> set[str]:
        """The files that answer, as the app's ledger has them."""
        return set(self._ledger("SELECT path FROM files WHERE document > 0"))

    def _ledger(self, query: str, *values: str) -> list[str]:
        return self._rows(f"corpora/{self._corpus.name}-*/library.sqlite3", query, *values)

    def history(self, query: str, *values: str) -> list[str]:
        """The first column of what is kept of the conversations."""
        return self._rows("**/history.sqlite3", query, *values)

    def _rows(self, place: str, query: str, *values: str) -> list[str]:
        [file] = self.state.glob(place)
        with closing(sqlite3.connect(file)) as database:
            return [row[0] for row in database.execute(query, values)]

    def holding(self, word: str) -> list[Path]:
        """The files of the app, and of its open pages, that have a word."""
        files = (*self.state.rglob("*"), *self.temporary.rglob("*"))
        return [path for path in files if path.is_file() and word.encode() in path.read_bytes()]

    def wait_until_nothing_holds(self, word: str) -> None:
        self._wait_until(lambda: not self.holding(word))

    def wait_until_kept(self, text: str) -> None:
        """What is written is kept once a second."""
        query = "SELECT id FROM steps WHERE instr(text, ?)"
        self._wait_until(lambda: bool(self.history(query, text)))

    def wait_until_answered(self, thread: str, times: int = 1) -> None:
        """An answer's record is written after it is shown."""
        query = "SELECT message_id FROM answers WHERE thread_id = ?"
        self._wait_until(lambda: len(self.history(query, thread)) >= times)

    def wait_until_listed(self, path: str) -> None:
        self._wait_until(lambda: path in self.listed())

    def wait_until_unlisted(self, path: str) -> None:
        self._wait_until(lambda: path not in self.listed())

    def wait_until_known(self, *paths: str) -> None:
        self._wait_until(lambda: set(paths) <= set(self._ledger("SELECT path FROM files")))

    def wait_until_changed(self, path: str) -> None:
        kinds = "SELECT kind FROM changes WHERE path = ? ORDER BY number"
        self._wait_until(lambda: self._ledger(kinds, path)[-1:] in (["changed"], ["removed"]))

    def wait_until_logged(self, text: str) -> None:
        self._wait_until(lambda: text in self.log)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, otherwise=lambda: self.log)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=GENEROUS_S) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(GENEROUS_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
