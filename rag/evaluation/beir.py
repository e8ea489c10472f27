"""Sets in BEIR layout: documents, questions, what is relevant to which, and more where it is given.

Thakur et al., "BEIR", 2021, section 3; ``metadata`` of a query may hold ``answers``, ``answerable``
and ``history``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.answering.conversation import turns_of
from rag.domain.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rag.domain.conversation import Turn


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set, with the grades of the documents that are relevant to it."""

    id: str
    text: str
    relevant: dict[str, int]
    answers: tuple[str, ...] = ()
    answerable: bool = True
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """A set: its name is that of its folder."""

    name: str
    documents: tuple[Text, ...]
    questions: tuple[Asked, ...]


def load(folder: Path) -> EvaluationSet:
    """Read a set. Raises CorpusError where its files are not there or not as they should be."""
    try:
        documents = tuple(
            Text(str(d["_id"]), str(d.get("title") or ""), str(d["text"]))
            for d in _lines(folder / "corpus.jsonl")
        )
        relevant = _relevant(folder / "qrels" / "test.tsv")
        questions = tuple(
            _asked(q, relevant.get(str(q["_id"]), {})) for q in _lines(folder / "queries.jsonl")
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f"{folder} is no set in BEIR layout ({type(error).__name__}: {error}).",
            "It needs corpus.jsonl, queries.jsonl and qrels/test.tsv.",
        ) from error
    return EvaluationSet(folder.name, documents, questions)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _relevant(path: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            found.setdefault(query, {})[document] = int(grade)
    return found


def _asked(record: dict[str, Any], relevant: dict[str, int]) -> Asked:
    metadata = record.get("metadata") or {}
    return Asked(
        str(record["_id"]),
        str(record["text"]),
        relevant,
        tuple(map(str, metadata.get("answers") or ())),
        metadata.get("answerable") is not False,
        turns_of(metadata.get("history") or ()),
    )
