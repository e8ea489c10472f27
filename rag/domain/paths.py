"""Where the code lies, and what the chat serves."""

from __future__ import annotations

from pathlib import Path

CODE_FOLDER = Path(__file__).resolve().parents[2]
"""Where the package ``rag`` lies: the repository, or site-packages. Python's own child processes
start there, so that they find the very same code."""
_PACKAGED = CODE_FOLDER / "rag" / "_app"
PROJECT_FOLDER = _PACKAGED if _PACKAGED.is_dir() else CODE_FOLDER
"""Where app.py, .chainlit, public and docs_corpus lie: the repository's top, or their place in an
installed package. It may be read-only."""
