"""Where a question can be narrowed to: the corpus' folders and documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rag.domain import PRIVATE
from rag.present.texts import say

if TYPE_CHECKING:
    from rag.generation import Generation

EVERYWHERE = "*"
MAX_PLACES = 200
"""A longer list is no help; folders come first, so that most of a big corpus can be reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """An option of the picker; ``id`` is a path of the corpus."""

    id: str
    name: str
    description: str


def places_of_nothing(language: str) -> list[Place]:
    """Only everywhere."""
    name = say("everywhere", language)
    return [Place(EVERYWHERE, name, say("everywhere_tip", language))]


def places_of(corpus: Generation, language: str) -> list[Place]:
    """Everywhere, then the folders, then the documents, each by path."""
    folders = sorted(
        {
            str(parent)
            for path in corpus.titles
            if not path.startswith(PRIVATE)
            for parent in PurePosixPath(path).parents
            if str(parent) != "."
        }
    )
    return [
        *places_of_nothing(language),
        *_own_documents(corpus, language),
        *(Place(path, f"{path}/", say("only_in_folder", language, path=path)) for path in folders),
        *(
            Place(path, PurePosixPath(path).name, title or path)
            for path, title in corpus.titles.items()
            if not path.startswith(PRIVATE)
        ),
    ][:MAX_PLACES]


def _own_documents(corpus: Generation, language: str) -> list[Place]:
    own = [(path, title) for path, title in corpus.titles.items() if path.startswith(PRIVATE)]
    if not own:
        return []
    name = say("this_conversation", language)
    return [
        Place(PRIVATE, name, say("only_in_folder", language, path=name)),
        *(Place(path, path.removeprefix(PRIVATE), title) for path, title in own),
    ]
