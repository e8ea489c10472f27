"""An index on disk: each generation in its own folder; a pointer file names the current one.

A generation is written in full and never changed; then the pointer is replaced atomically. A crash
thus leaves the old or the new generation, and files mapped by other processes do not change.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.domain.errors import IndexDamaged
from rag.retrieval.bm25.segment import Segment, mapped
from rag.retrieval.bm25.state import Impacts, Part, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

VERSION = 4
"""The version of the layout on disk; others are not read."""
POINTER = "current.json"
_TRIES = 5
"""How often another process may replace the generation while this one opens it."""


@dataclass(frozen=True)
class Saved:
    """The content of a generation: states and arrays by name."""

    states: Mapping[str, State]
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


def _load_arrays(folder: Path, sizes: Mapping[str, int]) -> dict[str, NDArray[np.generic]]:
    found = {path.name: path.stat().st_size for path in folder.iterdir()}
    if found != sizes:
        raise ValueError("files are missing or cut off")
    return {path.stem: mapped(path) for path in folder.glob("*.npy")}


def load_part(folder: Path, described: dict[str, Any]) -> Part:
    """Map a part saved in ``folder`` from its description."""
    own = _load_arrays(folder, described["bytes"])
    values = own.pop("_impacts").astype(np.float32, copy=False)
    impacts = Impacts(values, float(described["average"]))
    deleted, lost = own.pop("_deleted"), own.pop("_lost")
    part = Part(Segment.from_arrays(own), impacts, np.array(deleted), dict(lost.tolist()))
    part.__dict__["length"] = int(described["length"])  # avoids reading all lengths
    return part


@dataclass(frozen=True)
class Store:
    """The generations in ``folder``; one process writes, several may read."""

    folder: Path
    read_part: Callable[[Path, dict[str, Any]], Part] = load_part

    def save(self, content: Saved) -> None:
        """Write a generation, make it the current one, and delete older ones."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = max((_number(path) for path in self.folder.glob("generation-*")), default=0) + 1
        target = self.folder / f"generation-{number}"
        target.mkdir()
        parts = {
            name: [_save_part(part, target / f"{name}-{i}") for i, part in enumerate(state.parts)]
            for name, state in content.states.items()
        }
        described = {
            "version": VERSION,
            "generation": target.name,
            "parts": parts,
            "bytes": _save_arrays(content.arrays, target / "arrays"),
        }
        new = self.folder / f"{POINTER}.new"
        with new.open("w", encoding="utf-8") as file:
            json.dump(described, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / POINTER)
        for path in self.folder.glob("generation-*"):
            if path != target:
                shutil.rmtree(path, ignore_errors=True)  # Windows cannot delete mapped files

    def load(self) -> Saved | None:
        """Map the current generation; None if there is none yet.

        Raises IndexDamaged if it is damaged or of another version.
        """
        pointer = self.folder / POINTER
        for left in reversed(range(_TRIES)):
            if not pointer.exists():
                return None
            named = pointer.read_bytes()
            try:
                return self._load(json.loads(named))
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                if left and pointer.read_bytes() != named:
                    continue  # another process has written a new generation
                raise IndexDamaged(
                    f"The index on disk is damaged ({type(error).__name__}: {error}).",
                    "It is built anew.",
                ) from error
        raise AssertionError("the last try returns or raises")

    def _load(self, described: dict[str, Any]) -> Saved:
        if described["version"] != VERSION:
            raise IndexDamaged("The index on disk is of another version.", "It is built anew.")
        folder = self.folder / described["generation"]
        states = {
            name: State(
                tuple(self.read_part(folder / f"{name}-{i}", p) for i, p in enumerate(parts))
            )
            for name, parts in described["parts"].items()
        }
        return Saved(states, _load_arrays(folder / "arrays", described["bytes"]))


def _number(path: Path) -> int:
    return int(path.name.removeprefix("generation-"))


def _save_arrays(arrays: Mapping[str, NDArray[np.generic]], folder: Path) -> dict[str, int]:
    """Write each array into its own file; return the files' sizes in bytes."""
    folder.mkdir()
    for name, values in arrays.items():
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, values)
            file.flush()
            os.fsync(file.fileno())  # the pointer must not reach the disk before the arrays
    return {path.name: path.stat().st_size for path in folder.iterdir()}


def _save_part(part: Part, folder: Path) -> dict[str, Any]:
    own: dict[str, NDArray[np.generic]] = {
        "_impacts": part.impacts.values,
        "_deleted": part.deleted,
        "_lost": np.array(sorted(part.lost.items()), np.int64).reshape(-1, 2),
    }
    sizes = _save_arrays(part.segment.arrays() | own, folder)
    return {"average": part.impacts.average, "length": part.length, "bytes": sizes}
