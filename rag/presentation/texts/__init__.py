"""The texts that users see: one file per language, validated when it is loaded."""

from __future__ import annotations

import tomllib
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).parent


FIRST = "en"
"""The reference for the keys of all languages, and the fallback for one without a file."""


_ONE, _OTHER = ".one", ".other"


def load(folder: Path) -> dict[str, dict[str, str]]:
    """Read each ``<language>.toml`` in a folder: language -> dotted key -> text.

    Raises ValueError if a language's keys or placeholders differ from the first language's.
    """
    catalogue = {
        path.stem: dict(_flat(tomllib.loads(path.read_text("utf-8"))))
        for path in sorted(folder.glob("*.toml"))
    }
    first = catalogue[FIRST]
    for language, texts in catalogue.items():
        if faults := [*_faults(texts, first), *_unpaired(texts)]:
            raise ValueError(f"{language}.toml: {'; '.join(faults)}.")
    return catalogue


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


def _faults(texts: Mapping[str, str], first: Mapping[str, str]) -> Iterator[str]:
    """Yield the differences from the first language."""
    yield from (f"{key} is missing" for key in first.keys() - texts.keys())
    yield from (f"{key} is unknown" for key in texts.keys() - first.keys())
    for key in sorted(first.keys() & texts.keys()):
        if _places(key, texts) != _places(key, first):
            yield f"{key} has other places to fill"


def _unpaired(texts: Mapping[str, str]) -> Iterator[str]:
    """Yield plurals that lack a form, or whose forms have different placeholders."""
    for key in texts:
        if key.endswith((_ONE, _OTHER)):
            both = [key.rpartition(".")[0] + form for form in (_ONE, _OTHER)]
            if not all(form in texts for form in both):
                yield f"{key} has no counterpart"
            elif _places(both[0], texts) != _places(both[1], texts) - {"count"}:
                yield f"{key} has other places to fill than its counterpart"


def _places(key: str, texts: Mapping[str, str]) -> set[str]:
    """The names in braces; singular forms may omit ``count``."""
    names = {name for _, name, _, _ in Formatter().parse(texts[key]) if name is not None}
    return names - {"count"} if key.endswith(_ONE) else names


CATALOGUE = load(FOLDER)


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text for ``key`` in a language, filled with ``values``. Raises KeyError.

    ``count`` selects the plural form.
    """
    texts = CATALOGUE.get(language) or CATALOGUE[FIRST]
    text = texts.get(key)
    if text is None:
        text = texts[key + (_ONE if values["count"] == 1 else _OTHER)]
    return text.format(**values) if values else text


def language_of(tag: str | None) -> str:
    """Return the catalogue's language for a browser's such as ``de-AT``, or English."""
    language = str(tag).partition("-")[0].lower()
    return language if language in CATALOGUE else FIRST


def all_under(prefix: str, language: str = "en") -> dict[str, str]:
    """Return the texts whose key begins with ``prefix``, by the rest of their key."""
    texts = CATALOGUE.get(language) or CATALOGUE[FIRST]
    return {k.removeprefix(prefix): text for k, text in texts.items() if k.startswith(prefix)}
