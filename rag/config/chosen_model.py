"""Which found model a person has chosen as the small one, kept in the state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.domain.private_files import replace_private

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "chosen-model"
_MOST_BYTES = 1_000


def chosen_model(state: Path) -> str:
    """Return the model's name; empty if none was chosen."""
    try:
        with (state / _FILE).open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def keep_choice(state: Path, model: str) -> None:
    """Remember a choice, also after a restart."""
    replace_private(state / _FILE, model.encode()[:_MOST_BYTES])
