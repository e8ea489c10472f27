"""Files of labelled examples with one JSON object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from rag.domain.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


def load_lines(path: Path, build: Callable[[dict[str, Any]], T], kind: str, needs: str) -> list[T]:
    """Return what ``build`` makes of each line.

    Raises CorpusError if the file is missing or has an invalid line; the message names the ``kind``
    of file and what each line ``needs``.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [build(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{path} is no file of {kind} ({type(error).__name__}: {error}).",
            f"Each line needs {needs}.",
        ) from error
