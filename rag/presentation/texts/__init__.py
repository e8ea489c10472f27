"""The catalogue of what Plumbline says to people, by language; English where there is no other."""

from __future__ import annotations

from rag.presentation.texts.dutch import DUTCH
from rag.presentation.texts.english import ENGLISH
from rag.presentation.texts.german import GERMAN

CATALOGUE = {"en": ENGLISH, "nl": DUTCH, "de": GERMAN}


def say(key: str, language: str = "en", **values: object) -> str:
    """Return the text for ``key`` in a language, filled with ``values``. Raises KeyError."""
    text = CATALOGUE.get(language, ENGLISH)[key]
    return text.format(**values) if values else text


def all_under(prefix: str, language: str = "en") -> dict[str, str]:
    """The texts whose key begins with ``prefix``, by the rest of their key."""
    texts = CATALOGUE.get(language, ENGLISH)
    return {k.removeprefix(prefix): text for k, text in texts.items() if k.startswith(prefix)}
