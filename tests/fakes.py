"""Small real things that stand in for others: told what to answer, they remember what was asked."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.corpus.ingestion.index_terms import indexed
from rag.corpus.ingestion.reader import InProcessReader
from rag.domain.completions import Capabilities, Check, Delta, Message, Profile, Usage
from rag.domain.documents import Document, Indexed, Passage
from rag.domain.search import Hit
from rag.retrieval.bm25.index import PassageIndex, View

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rag.corpus.ingestion.record import Packed
    from rag.domain.documents import File
    from rag.domain.errors import BackendError


@dataclass
class FakeClock:
    """Time that goes on by ``step`` milliseconds at every look, and when told."""

    time: float = 0.0
    step: float = 0.0

    def now(self) -> float:
        self.time += self.step
        return self.time

    def advance(self, milliseconds: float) -> None:
        self.time += milliseconds


@dataclass
class FakeBackend:
    """A model that says the given deltas, then fails where it is told to."""

    deltas: Sequence[Delta | str] = ()
    model: str = "fake"
    base_url: str = "http://127.0.0.1:1/v1"
    profile: Profile = field(default_factory=lambda: Profile(300, 80))
    error: BackendError | None = None
    clock: FakeClock | None = None
    asked: list[list[Message]] = field(default_factory=list)
    temperatures: list[float] = field(default_factory=list)
    closed: int = 0
    ended: bool = False
    stated_window: int | None = None
    stated_slots: int | None = None
    loading: asyncio.Event | None = None
    """What its loading waits for."""
    loaded: list[float] = field(default_factory=list)
    capabilities: Capabilities = field(default_factory=Capabilities)
    turns: list[Sequence[Delta | str]] = field(default_factory=list)
    """What it says first, a turn each; after that it says ``deltas``."""

    async def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        self.asked.append(list(messages))
        self.temperatures.append(temperature)
        try:
            for delta in self.turns.pop(0) if self.turns else self.deltas:
                if self.clock:
                    self.clock.advance(100)
                yield Delta(text=delta) if isinstance(delta, str) else delta
            if self.error:
                raise self.error
        finally:
            self.closed += 1

    async def load(self, limit_s: float) -> Capabilities:
        self.loaded.append(limit_s)
        if self.loading:
            await self.loading.wait()
        if self.error:
            raise self.error
        return self.capabilities

    async def check(self) -> Check:
        return Check(f"model {self.model}", ok=True, detail="fake")

    async def close(self) -> None:
        self.ended = True


@dataclass
class NotingReader(InProcessReader):
    """Reads files, and remembers which."""

    paths: list[str] = field(default_factory=list)

    def read(self, folder: Path, files: Iterable[File]) -> Iterator[Packed]:
        for file in files:
            self.paths.append(file.path)
            yield from super().read(folder, [file])


def says(text: str, *, finish: str = "stop", tokens: int | None = None) -> list[Delta]:
    """The deltas of a model that writes ``text`` word by word and ends well."""
    words = text.split(" ") if text else []
    pieces = [Delta(text=w if i == 0 else f" {w}") for i, w in enumerate(words)]
    usage = Usage(100, len(words) if tokens is None else tokens)
    return [*pieces, Delta(finish_reason=finish), Delta(usage=usage)]


def count_words(text: str, encoding: str = "") -> int:
    """Stands in for a token counter."""
    return len(text.split())


def passage(text: str, document: str = "a.md", **fields: object) -> Passage:
    """A passage with everything that a test does not care about."""
    known: Mapping[str, object] = {
        "document": document,
        "title": "",
        "text": text,
        "start": 0,
        "end": len(text),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "language": "en",
        **fields,
    }
    return Passage(**known)  # type: ignore[arg-type]


def hits_of(*passages: Passage) -> tuple[Hit, ...]:
    """Hits in the given order."""
    return tuple(
        Hit(rank, float(len(passages) - rank + 1), found, rank)
        for rank, found in enumerate(passages, start=1)
    )


@dataclass(frozen=True)
class Searched:
    """A retriever that gives passages back."""

    view: View
    documents: Sequence[Sequence[Passage]]

    def search(
        self, weights: dict[str, float], k: int, scope: str = ""
    ) -> list[tuple[float, Passage]]:
        found = self.view.search(weights, k, scope)
        return [(one.score, self.documents[one.document][one.passage]) for one in found]

    def idf_of(self, term: str) -> float:
        return self.view.idf_of(term)

    def spellings(self, word: str, language: str = "") -> Sequence[tuple[str, str]]:
        return self.view.spellings(word, language)


def retriever_of(*passages: Passage) -> Searched:
    """A retriever over the passages, indexed as the knowledge base does."""
    paths = dict.fromkeys(found.document for found in passages)
    documents = [[p for p in passages if p.document == path] for path in paths]
    added = {number: indexed_of(document) for number, document in enumerate(documents)}
    return Searched(PassageIndex().change(added), documents)


def indexed_of(passages: Sequence[Passage]) -> Indexed:
    """A document of these passages."""
    first = passages[0]
    text = "\n".join(found.text for found in passages)
    document = Document(first.document, first.title, text, first.sha256, first.language)
    return indexed(document, passages)


RETURNS = passage(
    "Customers may return the RelayBox within 30 days of delivery, in the original box.",
    "returns.md",
    title="Returns",
    heading="Returns › Deadline",
)
POSTAGE = passage(
    "We pay the return postage when the device is faulty; otherwise the customer pays.",
    "returns.md",
    title="Returns",
    heading="Returns › Postage",
)
PRICE = passage(
    "The RelayBox costs 249 euros and weighs 1.2 kg. It ships within two working days.",
    "faq.md",
    title="RelayBox FAQ",
)
CORPUS = (RETURNS, POSTAGE, PRICE)
