"""The folders of the code and of the files that the chat serves."""

from __future__ import annotations

from pathlib import Path

CODE_FOLDER = Path(__file__).resolve().parents[2]
"""The parent folder of the package ``rag``: the repository, or site-packages. Child Python
processes start there, so that they import the same code."""
_PACKAGED = CODE_FOLDER / "rag" / "_app"
PROJECT_FOLDER = _PACKAGED if _PACKAGED.is_dir() else CODE_FOLDER
"""The folder of app.py, .chainlit, public and docs_corpus: the repository's root, or its
counterpart in an installed package. It may be read-only."""
