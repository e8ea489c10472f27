"""Keeps a knowledge base up to date while the app runs."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import Change, awatch

from rag.corpus.folder import BEING_WRITTEN
from rag.domain.documents import FileStatus, Watch
from rag.domain.errors import RagError

if TYPE_CHECKING:
    from rag.corpus.knowledge_base import KnowledgeBase

logger = logging.getLogger(__name__)
COMPARE_S = 60.0
"""The interval of full comparisons with the folder, whatever events arrive."""
POLL_S = 1.0
"""The interval without change events. A scan of 10,000 files takes 60 ms."""
RETRY_S = 0.3
"""The wait after finding files that are still being written."""
LOCKED_S = 5.0
"""The wait after finding files that cannot be opened."""
_GATHER_MS = 100
_NO_EVENTS = ("nfs", "cifs", "smb", "9p", "drvfs", "vboxsf", "fuse", "virtiofs", "prl_fs", "afs")
"""File systems that do not report changes made elsewhere."""


class Watcher:
    """Refreshes a knowledge base on file system events, and periodically."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        mode: Watch = Watch.AUTO,
        *,
        compare_s: float = COMPARE_S,
        locked_s: float = LOCKED_S,
    ) -> None:
        self._knowledge = knowledge
        self._mode = mode
        self._compare_s, self._locked_s = compare_s, locked_s
        self._changed = asyncio.Event()
        self._has_events = True
        """Whether change events are available."""

    async def run(self) -> None:
        """Watch until cancelled; errors are logged and the refresh is retried."""
        if self._mode is Watch.OFF:
            return
        self._knowledge.watched = True
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                pause = await self._refresh()
                try:
                    async with asyncio.timeout(pause):
                        await self._changed.wait()
                except TimeoutError:
                    continue
        finally:
            self._knowledge.watched = False
            listening.cancel()

    async def _refresh(self) -> float:
        """Refresh the knowledge base; return the maximum number of seconds to wait."""
        self._changed.clear()
        usual = self._compare_s if self._has_events else POLL_S
        try:
            generation = await asyncio.to_thread(self._knowledge.refresh, wait=False)
        except RagError as error:
            logger.warning("%s", error.sentence)
            return usual
        except Exception:  # a full disk or a locked database may be temporary
            logger.exception("The folder could not be looked at; it is tried again.")
            return self._locked_s
        waiting = [file for file in generation.files if file.status is FileStatus.WAITING]
        if self._knowledge.behind or any(file.reason == BEING_WRITTEN for file in waiting):
            return RETRY_S
        return min(usual, self._locked_s) if waiting else usual

    async def _listen(self) -> None:
        """Wait for change events; without them, the folder is polled."""
        folder = self._knowledge.folder
        if self._mode is Watch.POLL or (self._mode is Watch.AUTO and lacks_events(folder)):
            self._has_events = False
            self._changed.set()
            return
        while True:
            try:
                watched = _identity(folder)
                async for changes in awatch(
                    folder,
                    watch_filter=_all_changes,
                    debounce=_GATHER_MS,
                    step=_GATHER_MS // 2,
                    ignore_permission_denied=True,
                    rust_timeout=int(1_000 * POLL_S),
                    yield_on_timeout=True,
                ):
                    if changes:
                        self._changed.set()
                    if _identity(folder) != watched:
                        break  # the path is another folder now
                self._changed.set()
            except FileNotFoundError:
                await asyncio.sleep(POLL_S)  # the folder is gone, perhaps temporarily
                self._changed.set()
            except (OSError, RuntimeError) as error:  # the latter is raised by watchfiles
                logger.warning(
                    "Changes in %s are not told (%s); it is looked at every second.", folder, error
                )
                self._has_events = False
                self._changed.set()
                return


def _identity(folder: Path) -> tuple[int, int]:
    """Return the folder's identity, independent of its name. Raises FileNotFoundError."""
    status = folder.stat()
    return status.st_dev, status.st_ino


def _all_changes(_change: Change, _path: str) -> bool:
    return True


def lacks_events(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Return whether the folder is on a file system without change events; only known on Linux."""
    if sys.platform == "win32":
        return str(folder.resolve()).startswith("\\\\")
    if not mounts.exists():
        return False
    real = os.path.realpath(folder)
    longest, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, name, *_ = line.split(" ")
        inside = real == place or real.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(longest):
            longest, kind = place, name
    return kind.startswith(_NO_EVENTS)
