"""What Plumbline says to people: one file of texts a language, checked when it is loaded."""

from __future__ import annotations

import tomllib
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).parent


FIRST = "en"
"""The language whose keys the others have, and that stands in for one without a file."""


_ONE, _OTHER = ".one", ".other"


def load(folder: Path) -> dict[str, dict[str, str]]:
    """Read each ``<language>.toml`` in a folder: language -> dotted key -> text.

    Raises ValueError where a language's keys or places to fill differ from the first language's.
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
    """What differs from the first language."""
    yield from (f"{key} is missing" for key in first.keys() - texts.keys())
    yield from (f"{key} is unknown" for key in texts.keys() - first.keys())
    for key in sorted(first.keys() & texts.keys()):
        if _places(key, texts) != _places(key, first):
            yield f"{key} has other places to fill"


def _unpaired(texts: Mapping[str, str]) -> Iterator[str]:
    """Plurals that lack a form, or whose forms are filled with different values."""
    for key in texts:
        if key.endswith((_ONE, _OTHER)):
            both = [key.rpartition(".")[0] + form for form in (_ONE, _OTHER)]
            if not all(form in texts for form in both):
                yield f"{key} has no counterpart"
            elif _places(both[0], texts) != _places(both[1], texts) - {"count"}:
                yield f"{key} has other places to fill than its counterpart"


def _places(key: str, texts: Mapping[str, str]) -> set[str]:
    """The names in braces; ``count`` may be left out where it is one."""
    names = {name for _, name, _, _ in Formatter().parse(texts[key]) if name is not None}
    return names - {"count"} if key.endswith(_ONE) else names


CATALOGUE = load(FOLDER)


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text for ``key`` in a language, filled with ``values``. Raises KeyError.

    Of a text with plural forms ``count`` chooses one.
    """
    texts = CATALOGUE.get(language) or CATALOGUE[FIRST]
    text = texts.get(key)
    if text is None:
        text = texts[key + (_ONE if values["count"] == 1 else _OTHER)]
    return text.format(**values) if values else text


def language_of(tag: str | None) -> str:
    """The catalogue's language for a browser's, such as ``de-AT``; English where it has none."""
    language = str(tag).partition("-")[0].lower()
    return language if language in CATALOGUE else FIRST


def all_under(prefix: str, language: str = "en") -> dict[str, str]:
    """The texts whose key begins with ``prefix``, by the rest of their key."""
    texts = CATALOGUE.get(language) or CATALOGUE[FIRST]
    return {k.removeprefix(prefix): text for k, text in texts.items() if k.startswith(prefix)}
