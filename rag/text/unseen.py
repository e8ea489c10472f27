"""Characters that nobody sees and that break words, and halves of characters."""

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


def whole_characters(text: str) -> str:
    """Return a text with its surrogates joined to characters; U+FFFD for each that is alone.

    Servers that cut their text anywhere send such halves, which no file can hold (Unicode,
    section 3.8).
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
