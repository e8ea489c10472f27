"""Characters that nobody sees and that break words."""

from __future__ import annotations

import regex

_UNSEEN = regex.compile(
    r"[\u00ad\u2060\ufeff\x00]|(?<![\p{Khmer}\p{Thai}\p{Lao}\p{Myanmar}])\u200b", regex.V1
)
"""Soft hyphens and joiners without a width, which part words that are one; in scripts without
spaces they part words that are two."""


def without_unseen(text: str) -> str:
    """Return a text without them."""
    return _UNSEEN.sub("", text)
