"""The folders in which Plumbline keeps its state."""

from __future__ import annotations

import hashlib
import tempfile
from typing import TYPE_CHECKING

from rag.domain.errors import SettingsError
from rag.domain.private_files import close_to_others, make_private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from rag.config.settings import Settings

_OWN = ("corpora", "foundry", "tiktoken", "chainlit-*")


def corpus_state(settings: Settings) -> Path:
    """Return the state folder of this corpus; no two corpora share one."""
    real = settings.corpus_dir.resolve()
    digest = hashlib.sha256(str(real).encode()).hexdigest()[:12]
    return settings.state_dir / "corpora" / f"{real.name}-{digest}"


def foundry_home(settings: Settings) -> Path:
    """Return the folder of what Foundry Local's package keeps."""
    return settings.state_dir / "foundry"


def keep_private(state: Path) -> None:
    """Close what Plumbline keeps in its state folder to other users.

    The folder itself is closed only if nothing else is in it: it may be one that people share.
    """
    own = {path for pattern in _OWN for path in state.glob(pattern)}
    for path in own:
        close_to_others(path)
    if own >= set(state.iterdir()):
        close_to_others(state)


def ensure_writable(folder: Path) -> Path:
    """Create a folder if it is missing and return it. Raises SettingsError if not writable."""
    try:
        make_private_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise SettingsError(
            f"The state folder {folder} cannot be written ({error.strerror}).",
            "Set RAG_STATE_DIR to a folder that this user may write.",
        ) from error
