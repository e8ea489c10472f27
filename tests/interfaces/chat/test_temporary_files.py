from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.interfaces.chat.temporary_files import sweep


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot be asked for")
def test_what_a_killed_app_left_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"plumbline-{ended.pid}-abc"
    own = tmp_path / f"plumbline-{os.getpid()}-abc"
    other = tmp_path / "plumbline-notes-abc"
    for folder in (left, own, other):
        folder.mkdir()
        (folder / "card").write_text("secret")
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([own, other])
