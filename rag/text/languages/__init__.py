"""The data of each language, one file each: ``<ISO 639-1 code>.toml``.

Required are only ``name``, ``stemmer`` and ``stop_words``; other keys default to empty.
``schema.py`` documents each key. Unknown keys and values of another kind
are errors when the files are loaded. In all values:

* *words* are one string, separated by white space; *phrases* and *patterns* are lists;
* everything is compared without regard to case; words and phrases are casefolded;
* patterns are regular expressions that match whole words, without capturing groups.
"""

from __future__ import annotations

import tomllib
from dataclasses import is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from rag.text.languages.schema import Language, Patterns, Phrases, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

FIRST = ("en", "nl", "de", "fr", "es", "it", "pt")
"""The precedence of languages for a text that fits several equally."""


class LanguageError(ValueError):
    """A language's file has an unknown key, or a value of the wrong kind."""


def load(path: Path) -> Language:
    """Read a language's file. Raises LanguageError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LanguageError(f"{path.name} is no TOML: {error}.") from error
    found = _build(Language, {"code": path.stem, **content}, path.name)
    if found.months and len(found.months) != len(range(12)):
        raise LanguageError(f"{path.name}: months has {len(found.months)} names, not 12.")
    return found


def _build(kind: type[T], content: Mapping[str, Any], place: str) -> T:
    """Build a dataclass from a table; each value has its field's type."""
    hints = get_type_hints(kind, include_extras=True)
    if strange := content.keys() - hints.keys():
        raise LanguageError(f"{place}: there is no key {min(strange)}.")
    values = {key: _value(hints[key], value, f"{place}: {key}") for key, value in content.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise LanguageError(f"{place}: {error}.") from error


def _value(kind: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - any TOML value
    if is_dataclass(kind):
        return _build(kind, _checked(value, dict, place), place)  # type: ignore[arg-type]
    if kind in {str, bool, int}:
        return _checked(value, kind, place)
    if kind == Words:
        return frozenset(_checked(value, str, place).casefold().split())
    if kind in {Phrases, Patterns}:
        parts = value.split() if isinstance(value, str) else _checked(value, list, place)
        texts = tuple(_checked(part, str, place) for part in parts)
        return texts if kind == Patterns else tuple(text.casefold() for text in texts)
    if kind == tuple[tuple[str, str], ...]:
        return tuple(_pair(pair, place) for pair in _checked(value, str, place).split())
    inner = kind.__args__[1]
    return {k: _value(inner, v, f"{place}.{k}") for k, v in _checked(value, dict, place).items()}


def _checked(value: Any, kind: type, place: str) -> Any:  # noqa: ANN401 - as above
    if not isinstance(value, kind):
        raise LanguageError(f"{place} is a {type(value).__name__}, not a {kind.__name__}.")
    return value


def _pair(text: str, place: str) -> tuple[str, str]:
    one, slash, other = text.partition("/")
    if not (one and slash and other):
        raise LanguageError(f"{place}: {text!r} is no pair.")
    return one, other


def _all() -> dict[str, Language]:
    found = {path.stem: load(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}
    ordered = (*FIRST, *(code for code in found if code not in FIRST))
    return {code: found[code] for code in ordered if code in found}


LANGUAGES: Mapping[str, Language] = _all()
"""By language code."""


def of_all(choose: Callable[[Language], Iterable[T]]) -> tuple[T, ...]:
    """Return the distinct values of all languages, since texts mix them."""
    return tuple(dict.fromkeys(item for one in LANGUAGES.values() for item in choose(one)))


def any_of(choose: Callable[[Language], Iterable[str]]) -> str:
    """Return a pattern that matches any of all languages' patterns; never matches if none."""
    return "(?:" + "|".join(of_all(choose)) + ")" if of_all(choose) else "(?!)"


UNITS = {w: unit for one in LANGUAGES.values() for unit, ws in one.units.items() for w in ws}
"""Word for a unit -> the unit."""
MAGNITUDES = {w: 10**power for one in LANGUAGES.values() for w, power in one.magnitudes.items()}
"""Word -> the factor for the number before it."""
MONTHS = {word: n for one in LANGUAGES.values() for n, word in enumerate(one.months, start=1)}
"""Name of a month -> its number."""
