"""Where the project lies."""

from __future__ import annotations

from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
"""Where app.py, .chainlit, public and docs_corpus lie."""
