"""Small corpora and assistants over them, for tests of several stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rag.answering.assistant import Assistant
from rag.answering.cascade import Cascade
from rag.answering.conversation import turn_of
from rag.answering.escalation import Rules
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.domain.answers import Answer
from rag.domain.conversation import Question, Turn
from rag.domain.events import Answered, Event
from rag.domain.requests import Mode
from rag.models.model import Model
from rag.retrieval.family import RETRIEVERS
from tests.fakes import FakeBackend, FakeClock, count_words, says

FILES = {
    "returns.md": (
        "# Returns\n\n## Deadline\n\nCustomers may return the RelayBox within 30 days of delivery,"
        " in the original box. After that no return is possible.\n\n## Postage\n\nWe pay the return"
        " postage when the device is faulty; in all other cases the customer does.\n"
    ),
    "faq.md": (
        "# RelayBox FAQ\n\nThe RelayBox costs 249 euros and weighs 1.2 kg. It ships within two"
        " working days.\n\n## Warranty\n\nThe warranty lasts two years from the date of purchase.\n"
    ),
    "office/holidays.md": (
        "# Holidays\n\nEmployees have 28 days of holiday a year. Unused days expire on 31 March.\n"
    ),
}


def write_corpus(folder: Path) -> Path:
    """A folder of three documents."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def found(corpus: Snapshot, *terms: str) -> list[str]:
    """The documents of the best passages with these terms."""
    return [passage.document for _, passage in corpus.search(dict.fromkeys(terms, 1.0), 5)]


def assistant_of(
    folder: Path, backend: FakeBackend, large: FakeBackend | None = None, **options: object
) -> Assistant:
    clock = FakeClock(step=1)
    return Assistant(
        KnowledgeBase(folder, RETRIEVERS["bm25"]),
        cascade_of(backend, large, clock),
        clock,
        **options,  # type: ignore[arg-type]
    )


def cascade_of(small: FakeBackend, large: FakeBackend | None, clock: FakeClock) -> Cascade:
    above = Model("large", large, clock, count_words) if large else None
    return Cascade(Model("small", small, clock, count_words), above, Rules(), clock)


async def answered(corpus: Path, text: str, backend: FakeBackend) -> Answer:
    async for event in assistant_of(corpus, backend).ask(Question(text)):
        if isinstance(event, Answered):
            return event.answer
    raise AssertionError


def book(folder: Path, chapters: int) -> None:
    text = "\n\n".join(
        f"## Chapter {n}\n\nIn chapter {n} the keeper number {n} counts the boats of harbour {n}. "
        + "The sea was calm and the boats came home in the evening light. " * 12
        for n in range(1, chapters + 1)
    )
    (folder / "book.md").write_text(f"# The harbour\n\n{text}\n")


@dataclass
class Talk:
    """A conversation: what was asked, answered and happened."""

    folder: Path
    small: FakeBackend
    large: FakeBackend | None = None
    turns: list[Turn] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.assistant = assistant_of(self.folder, self.small, self.large)

    async def ask(
        self, text: str, says_small: str = "", says_large: str = "", scope: str = ""
    ) -> Answer:
        self.small.deltas = says(says_small)
        if self.large:
            self.large.deltas = says(says_large)
        question = Question(text, tuple(self.turns), Mode.AUTO, scope)
        self.events = [event async for event in self.assistant.ask(question)]
        last = self.events[-1]
        assert isinstance(last, Answered)
        self.turns.append(turn_of(last.answer))
        return last.answer
