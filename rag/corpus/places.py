"""What people call a file or folder -> its path in the corpus."""

from __future__ import annotations

import os
import posixpath
import unicodedata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rag.domain.documents import FileStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.corpus.snapshot import Snapshot


def place_in(corpus: Snapshot, folder: Path, named: str) -> str | None:
    """Return the path of a document or of a folder with documents; None if there is none.

    ``./docs``, ``docs/``, an absolute path, and one from the working folder mean the same; so do
    composed and decomposed letters, and letters of another case where that is unambiguous. The
    whole corpus is an empty path. What holds only duplicates means the files that they repeat.
    """
    if not named or corpus.has(named):
        return named
    known = {place for file in corpus.files for place in _places(file.path)}
    for path in dict.fromkeys(_relative(named, folder)):
        if path in {"", "."}:
            return ""
        for same in (_as_written, _composed, _caseless):
            wanted = same(path)
            found = [place for place in known if same(place) == wanted]
            if len(found) == 1:
                return _searchable(corpus, found[0])
    return None


def _places(path: str) -> Iterator[str]:
    """A file's path and the folders above it."""
    yield path
    for parent in PurePosixPath(path).parents:
        if str(parent) != ".":
            yield str(parent)


def _relative(named: str, folder: Path) -> Iterator[str]:
    """Yield what a name may be as a path in the corpus."""
    plain = named.strip().replace(os.sep, "/")
    if not Path(plain).is_absolute():
        yield posixpath.normpath(plain) if plain else ""
    try:
        yield Path(plain).resolve().relative_to(folder.resolve()).as_posix()
    except (ValueError, OSError):
        return


def _searchable(corpus: Snapshot, place: str) -> str | None:
    """Return a place, or that of the originals of its files if they are all duplicates."""
    if corpus.has(place):
        return place
    inside = [f for f in corpus.files if f.path == place or f.path.startswith(f"{place}/")]
    repeated = {file.sha256 for file in inside if file.status is FileStatus.DUPLICATE}
    originals = [file.path for file in corpus.documents if file.sha256 in repeated]
    return posixpath.commonpath(originals) if originals else None


def _as_written(path: str) -> str:
    return path


def _composed(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _caseless(path: str) -> str:
    return _composed(_composed(path).casefold())
