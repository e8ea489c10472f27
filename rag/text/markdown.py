"""Markdown syntax needed by several stages."""

from __future__ import annotations

FENCES = ("```", "~~~")
"""The delimiters of a code block."""
