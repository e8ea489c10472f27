"""Which models the running chat leaves alone, kept in the state folder for ``rag doctor``."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING

from rag.domain.private_files import replace_private

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)
_FILE = "resting-models.json"


def noting_rests(state: Path) -> Callable[[str, float], None]:
    """Return what notes that a model is left alone for so many seconds; 0: no longer."""

    def note(model: str, seconds: float) -> None:
        kept = {name: until for name, until in _kept(state).items() if name != model}
        if seconds:
            kept[model] = time.time() + seconds
        try:
            replace_private(state / _FILE, json.dumps(kept).encode())
        except OSError as error:  # a full disk is no reason to answer nothing
            logger.warning("Which models rest could not be noted: %s", error)

    return note


def resting(state: Path) -> Mapping[str, float]:
    """Return model -> for how many seconds more the running chat leaves it alone."""
    now = time.time()
    return {name: until - now for name, until in _kept(state).items() if until > now}


def _kept(state: Path) -> dict[str, float]:
    try:
        kept = json.loads((state / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    found = kept.items() if isinstance(kept, dict) else ()
    return {str(name): float(until) for name, until in found if isinstance(until, int | float)}
