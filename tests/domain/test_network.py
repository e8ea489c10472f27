"""Reading a document reaches nothing: no socket, no look-up, no folder in the home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.domain.paths import PROJECT_FOLDER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can refuse sockets")
SAMPLES = [PROJECT_FOLDER / "docs_corpus" / "guide", PROJECT_FOLDER / "tests" / "samples"]
SHARED = PROJECT_FOLDER.parent / "shared"
MORE = [SHARED / "data" / "documents", SHARED / "cases" / "files"]
TEXTS = {
    "run.sh": "#!/usr/bin/env bash\necho hello\n",
    "run": "#!/usr/bin/env python3\nprint(1)\n",
    "pump.py": "#!/usr/bin/python3\nimport os\n",
    "page.html": '<html><body><img src="http://example.org/a.png"><pre><code class="language-rust">'
    "fn main() {}</code></pre><script src='https://example.org/x.js'></script></body></html>",
    "notes.md": "# Notes\n\n```rust\nfn main() {}\n```\n\n![a](https://example.org/a.png)\n",
    "data.xml": '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a>text</a>',
    "mail.eml": "From: a@example.org\nSubject: Hello\nContent-Type: text/html\n\n"
    "<img src='http://example.org/p.gif'>Hi",
}
READ_ALL = """
import sys
from pathlib import Path
from rag.domain.network import without_network
assert without_network(kill=True)
from rag.corpus.folder import scan
from rag.corpus.ingestion.reader import read_file
for name in sys.argv[1:]:
    folder = Path(name)
    for file in scan(folder):
        print(file.path, read_file(folder, file).entry.status)
"""


def run(code: str, *arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **({"HOME": str(home)} if home else {})}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=env,
        cwd=PROJECT_FOLDER,
        check=False,
    )


def test_a_reader_cannot_open_a_socket_to_the_network() -> None:
    done = run(
        "import socket\nfrom rag.domain.network import without_network\n"
        "assert without_network()\nsocket.socket(socket.AF_UNIX).close()\n"
        "for family in (socket.AF_INET, socket.AF_INET6):\n"
        "    try:\n        socket.socket(family)\n"
        "    except PermissionError:\n        print('refused')\n"
    )
    assert done.stdout.split() == ["refused", "refused"], done.stderr


def test_an_attempt_ends_a_process_that_is_watched() -> None:
    done = run(
        "import socket\nfrom rag.domain.network import without_network\n"
        "assert without_network(kill=True)\nsocket.getaddrinfo('example.org', 443)\n"
    )
    assert done.returncode < 0


def test_no_kind_of_document_makes_its_reader_reach_out(tmp_path: Path) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    home.mkdir()
    for name, text in TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    folders = [corpus, *SAMPLES, *(folder for folder in MORE if folder.is_dir())]
    done = run(READ_ALL, *map(str, folders), home=home)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > len(TEXTS)
    assert list(home.iterdir()) == []
