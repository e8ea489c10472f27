"""An assistant over the sample corpus, asked as a conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.cascade import Cascade, Rules
from rag.domain import Answer, Mode, Question, Turn
from rag.events import Answered, Event
from rag.generate import Model
from rag.knowledge import KnowledgeBase
from rag.retrievers import RETRIEVERS
from rag.ui.conversation import turn_of
from tests.fakes import FakeBackend, FakeClock, count_words, says


@dataclass
class Talk:
    """A conversation: what was asked, answered and happened."""

    folder: Path
    small: FakeBackend
    large: FakeBackend | None = None
    turns: list[Turn] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = FakeClock(step=1)
        large = Model("large", self.large, clock, count_words) if self.large else None
        self.assistant = Assistant(
            KnowledgeBase(self.folder, RETRIEVERS["bm25"]),
            Cascade(Model("small", self.small, clock, count_words), large, Rules(), clock),
            clock,
        )

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


@pytest.fixture
def talk(corpus: Path) -> Talk:
    return Talk(corpus, FakeBackend(model="phi"))
