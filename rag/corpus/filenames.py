"""File names that are valid on every system, and atomic copying."""

from __future__ import annotations

import shutil
import unicodedata
import uuid
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_NAME_BYTES = 120
_NOT_IN_NAMES = regex.compile(r'[\p{C}<>:"/\\|?*]')
_RESERVED = regex.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


def safe_name(name: str) -> str:
    """Return a visible file name that is valid everywhere, as similar to ``name`` as possible."""
    plain = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", name.replace("\\", "/")))
    plain = _NOT_IN_NAMES.sub(" ", PurePosixPath(name.replace("\\", "/")).name) or plain
    plain = " ".join(plain.split()).strip(". ~$")
    suffix = PurePosixPath(plain).suffix[:20]
    stem = plain.removesuffix(suffix) or "document"
    while len(f"{stem}{suffix}".encode()) > _MAX_NAME_BYTES:
        stem = stem[:-1]
    return f"_{stem}{suffix}" if _RESERVED.match(stem) else f"{stem}{suffix}"


def distinct_names(names: Iterable[str]) -> list[str]:
    """Return a valid file name for each name, numbered where two are the same."""
    found: list[str] = []
    for name in map(safe_name, names):
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        numbered = (f"{stem} ({number}){suffix}" for number in count(2))
        found.append(next(one for one in chain([name], numbered) if one not in found))
    return found


def reserve_file(folder: Path, name: str) -> Path:
    """Create an empty file with an unused name, numbered if need be, and return its path."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    for number in count(1):
        path = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        try:
            path.open("xb").close()
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers do not end")


def copy_file(source: Path, target: Path) -> None:
    """Copy a file atomically; on failure, remove an empty placeholder at the target."""
    partial = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        shutil.copyfile(source, partial)
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        if target.exists() and target.stat().st_size == 0:
            target.unlink()
        raise
