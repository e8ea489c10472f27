"""A cascade that is run to its end, for tests."""

from __future__ import annotations

from rag.answering.cascade import Cascade, CascadeResult
from rag.answering.cascade_input import CascadeInput
from rag.answering.escalation import Rules
from rag.domain.conversation import Question, Turn
from rag.domain.events import Event
from rag.domain.requests import Mode
from rag.models.model import Model
from rag.retrieval.evidence import weigh
from rag.retrieval.query import build_query
from rag.text.language_detection import message_language
from tests.fakes import CORPUS, FakeBackend, FakeClock, count_words, hits_of, retriever_of


class Run:
    """A cascade that was run to its end."""

    def __init__(
        self,
        small: FakeBackend,
        large: FakeBackend | None,
        rules: Rules,
        mode: Mode,
        question: str = "How long can a customer keep the RelayBox?",
    ) -> None:
        clock = FakeClock()
        retriever = retriever_of(*CORPUS)
        query = build_query(question, (), message_language(question, ("en",)), retriever.idf_of)
        found = hits_of(*(p for _, p in retriever.search(query.weights, 5)))
        self.found = CascadeInput(
            Question(question, mode=mode),
            (Turn("a", "b"),),
            query,
            found,
            weigh(query, found, retriever.idf_of),
            retriever.idf_of,
        )
        self.cascade = Cascade(
            Model("small", small, clock, count_words),
            Model("large", large, clock, count_words) if large else None,
            rules,
            clock,
        )
        self.result = CascadeResult()
        self.events: list[Event] = []

    async def follow(self) -> CascadeResult:
        self.events = [event async for event in self.cascade.run(self.found, self.result)]
        return self.result

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.result.reasons]
