"""An index on disk: generations in folders of their own; a small file names the current one.

A generation is written whole under a name of its own and never changed; then the pointer is
replaced in one step. So a crash at any moment leaves the old or the new, and files that a process
has mapped stay what they are.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexDamaged
from rag.retrievers.segment import Segment, mapped
from rag.retrievers.state import Impacts, Part, State

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
"""Of the layout on disk; another one is not read."""
POINTER = "current.json"


@dataclass(frozen=True)
class Store:
    """The generations in ``folder``."""

    folder: Path

    def save(self, state: State) -> None:
        """Write a generation and make it the current one; older ones are deleted."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = max((_number(path) for path in self.folder.glob("generation-*")), default=0) + 1
        target = self.folder / f"generation-{number}"
        target.mkdir()
        parts = [_save_part(part, target / str(i)) for i, part in enumerate(state.parts)]
        content = {"version": VERSION, "generation": target.name, "parts": parts}
        new = self.folder / f"{POINTER}.new"
        with new.open("w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / POINTER)
        for path in self.folder.glob("generation-*"):
            if path != target:
                shutil.rmtree(path, ignore_errors=True)  # Windows keeps what is still mapped

    def load(self) -> State | None:
        """Map the current generation; None where there is none yet.

        Raises IndexDamaged where it cannot be what was written, or is of another version.
        """
        pointer = self.folder / POINTER
        if not pointer.exists():
            return None
        try:
            content = json.loads(pointer.read_text(encoding="utf-8"))
            if content["version"] != VERSION:
                raise IndexDamaged("The index on disk is of another version.", "It is built anew.")
            folder = self.folder / content["generation"]
            parts = content["parts"]
            return State(tuple(_load_part(folder / str(i), p) for i, p in enumerate(parts)))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(
                f"The index on disk is damaged ({type(error).__name__}: {error}).",
                "It is built anew.",
            ) from error


def _number(path: Path) -> int:
    return int(path.name.removeprefix("generation-"))


def _save_part(part: Part, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    part.segment.save(folder)
    lost = np.array(sorted(part.lost.items()), np.int64).reshape(-1, 2)
    for name, values in (
        ("_impacts", part.impacts.values),
        ("_deleted", part.deleted),
        ("_lost", lost),
    ):
        np.save(folder / f"{name}.npy", values)
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    return {"average": part.impacts.average, "length": part.length, "bytes": sizes}


def _load_part(folder: Path, description: dict[str, Any]) -> Part:
    found = {path.name: path.stat().st_size for path in folder.iterdir()}
    if found != description["bytes"]:
        raise ValueError("files are missing or cut off")
    own = {path.stem: mapped(path) for path in folder.glob("*.npy")}
    values = own.pop("_impacts").astype(np.float32, copy=False)
    impacts = Impacts(values, float(description["average"]))
    deleted, lost = own.pop("_deleted"), own.pop("_lost")
    part = Part(Segment.from_arrays(own), impacts, np.array(deleted), dict(lost.tolist()))
    part.__dict__["length"] = int(description["length"])  # else all lengths are read
    return part
