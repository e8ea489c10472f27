"""The folders in which Plumbline keeps its state."""

from __future__ import annotations

import hashlib
import tempfile
from typing import TYPE_CHECKING

from rag.domain.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from rag.config.settings import Settings


def corpus_state(settings: Settings) -> Path:
    """Return the state folder of this corpus; no two corpora share one."""
    real = settings.corpus_dir.resolve()
    digest = hashlib.sha256(str(real).encode()).hexdigest()[:12]
    return settings.state_dir / "corpora" / f"{real.name}-{digest}"


def ensure_writable(folder: Path) -> Path:
    """Create a folder if it is missing and return it. Raises SettingsError if not writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise SettingsError(
            f"The state folder {folder} cannot be written ({error.strerror}).",
            "Set RAG_STATE_DIR to a folder that this user may write.",
        ) from error
