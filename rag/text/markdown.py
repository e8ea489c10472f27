"""The marks of Markdown that several stages must know."""

from __future__ import annotations

FENCES = ("```", "~~~")
"""What opens and closes a block of code."""
