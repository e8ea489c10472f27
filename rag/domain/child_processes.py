"""What child processes learn of the environment."""

from __future__ import annotations

import os

import regex

_SECRET = regex.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|^RAG_|_DSN$|_URL$", regex.IGNORECASE)


def child_environment() -> dict[str, str]:
    """Return the environment without settings, keys, passwords and addresses."""
    return {name: value for name, value in os.environ.items() if not _SECRET.search(name)}
