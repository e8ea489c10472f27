"""Which of a server's models is meant by a name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DATA = Path(__file__).with_name("model_names.toml")
_SEPARATORS = regex.compile(r"[-_:. @]+")
_VERSION = regex.compile(r":\d+$")
_LONGEST = 80
"""Characters of a name that are shown."""
_FILE_ENDINGS = (".gguf", ".onnx")


def model_for(wanted: str, listed: Iterable[str]) -> str | None:
    """Return the listed model that a name means, or None.

    The same name wins; then the shortest of those that differ only in who published it, in
    spelling, and in what servers add: ``phi-4-mini`` is ``Phi-4-mini-instruct-generic-cpu:5`` at
    Foundry Local and ``phi4-mini:latest`` at Ollama, but never ``phi-4-mini-reasoning``.
    """
    names = list(listed)
    if wanted in names:
        return wanted
    same = [name for name in names if _is_same(wanted, name)]
    return min(same, key=lambda name: (len(name), name), default=None)


def shown(name: str) -> str:
    """Return a server's name for a model as one short line."""
    return " ".join(name.split())[:_LONGEST]


def shown_list(names: Sequence[str], most: int = 8) -> str:
    """Return the first of a server's names for models."""
    return ", ".join(map(shown, names[:most]))


def can_chat(name: str) -> bool:
    """Return whether a model writes: by its name it is none for search, speech or images."""
    words = set(_SEPARATORS.split(name.casefold().rsplit("/", 1)[-1]))
    return not any(word.startswith(other) for word in words for other in _data().others)


def _is_same(wanted: str, listed: str) -> bool:
    own, other = _plain(wanted), _plain(listed)
    shorter = _data().size.sub("", other) if not _data().size.search(own) else other
    return _joined(own) in {_joined(other), _joined(shorter)}


def _plain(name: str) -> str:
    """Return a name without its publisher and version, and without what servers add."""
    name = _VERSION.sub("", name.casefold().rsplit("/", 1)[-1])
    for ending in _FILE_ENDINGS:
        name = name.removesuffix(ending)
    return _data().added.sub("", name)


def _joined(name: str) -> str:
    return _SEPARATORS.sub("", name)


def fetch_command(server: str, model: str) -> str:
    """Return the command that gets a model for a server of some kind; empty if none is known."""
    data = _data()
    name = data.names.get(server, {}).get(model, model)
    return data.fetch.get(server, "").format(name=name)


@dataclass(frozen=True)
class _Data:
    added: regex.Pattern[str]
    size: regex.Pattern[str]
    others: tuple[str, ...]
    fetch: dict[str, str]
    names: dict[str, dict[str, str]]


@cache
def _data() -> _Data:
    data = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    words = "|".join((data["manners"] + data["packings"]).split())
    patterns = "|".join((words, *data["patterns"]))
    return _Data(
        regex.compile(rf"(?<=[-_:. @])(?:{patterns})(?=$|[-_:. @])"),
        regex.compile(rf"(?<=[-_:. @]){data['size']}(?=$|[-_:. @])"),
        tuple(data["others"].split()),
        data["fetch"],
        data["names"],
    )
