"""ask(): the whole way from a question to a checked answer, as events."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from rag.analysis import detect_language
from rag.cascade import Cascade, Found, Result, marked_used
from rag.domain import (
    SMALL_TALK,
    Answer,
    AnswerTimings,
    Attempt,
    Citation,
    Evidence,
    EvidenceLevel,
    Hit,
    Intent,
    Outcome,
    Query,
    Question,
    Reason,
)
from rag.errors import CorpusError, QuestionError, RagError
from rag.events import Answered, Event, Retrieved, Token
from rag.evidence import matched_words, weigh
from rag.intent import intent_of, reply_language
from rag.query import build_query

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from rag.domain import Document, Passage, Turn
    from rag.interfaces import Clock
    from rag.knowledge import Generation, KnowledgeBase

AROUND_CHARACTERS = 300
logger = logging.getLogger(__name__)

MAX_QUESTION_CHARACTERS = 8_000
"""About 2,000 tokens: more is a document, which belongs in the corpus."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Milliseconds since some fixed moment; never goes back."""
        return time.perf_counter() * 1000


class Assistant:
    """A knowledge base with models to answer from it."""

    def __init__(
        self,
        knowledge: KnowledgeBase,
        cascade: Cascade,
        clock: Clock,
        *,
        top_k: int = 5,
        prices: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.cascade = cascade
        self._clock = clock
        self._top_k = top_k
        self._prices = prices or {}

    async def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """Yield what happens; the last event is always Answered.

        Raises nothing of ours: what cannot be done ends as Outcome.FAILED with its sentence.
        """
        start = self._clock.now()
        intent = Intent.QUESTION
        try:
            _validate(question.text)
            intent = intent_of(question.text, question.history)
            if intent in SMALL_TALK:
                corpus = await asyncio.to_thread(self.knowledge.refresh)
                yield Answered(self._small_talk(question, intent, corpus, start))
                return
            async with aclosing(self._answer(question, intent, start)) as events:
                async for event in events:
                    yield event
        except RagError as error:
            yield Answered(
                Answer(
                    question=question.text[:MAX_QUESTION_CHARACTERS],
                    intent=intent,
                    text="",
                    outcome=Outcome.FAILED,
                    model="",
                    language=reply_language(question.text[:MAX_QUESTION_CHARACTERS]),
                    reasons=(Reason("failed", error.sentence),),
                    timings=AnswerTimings(total_ms=self._clock.now() - start),
                )
            )

    async def search(self, text: str, k: int, scope: str = "") -> tuple[Retrieved, str]:
        """Return the passages for a query, and the revision of the corpus they come from.

        Raises QuestionError and CorpusError.
        """
        _validate(text)
        retrieved, corpus = await asyncio.to_thread(
            self._retrieve, Question(text, scope=scope), Intent.QUESTION, k
        )
        return retrieved, corpus.revision

    async def _answer(
        self, question: Question, intent: Intent, start: float
    ) -> AsyncGenerator[Event, None]:
        prepared = self._clock.now()
        retrieved, corpus = await asyncio.to_thread(self._retrieve, question, intent, self._top_k)
        yield retrieved
        result = Result()
        first_token: float | None = None
        history = question.history if intent is Intent.FOLLOW_UP else ()
        found = Found(
            replace(question, history=history),
            retrieved.query,
            retrieved.hits,
            retrieved.evidence,
            corpus.retriever.idf_of,
        )
        enough = retrieved.hits and retrieved.evidence.level is not EvidenceLevel.NONE
        if question.skip_gate or enough:
            async with aclosing(self.cascade.run(found, result)) as events:
                async for event in events:
                    if isinstance(event, Token) and first_token is None:
                        first_token = self._clock.now()
                    yield event
        else:
            result.reasons = (Reason("no_evidence"),)
        cited = {number for sentence in result.sentences for number in sentence.citations}
        yield Answered(
            Answer(
                question=question.text,
                intent=intent,
                text=result.text,
                outcome=result.outcome,
                model=result.model,
                language=detect_language(question.text),
                mode=question.mode,
                reasons=tuple(dict.fromkeys(result.reasons)),
                hits=marked_used(retrieved.hits, result.used),
                query=retrieved.query,
                evidence=retrieved.evidence,
                sentences=result.sentences,
                citations=tuple(
                    Citation(hit.number, hit.passage)
                    for hit in retrieved.hits
                    if hit.number in cited
                ),
                attempts=tuple(result.attempts),
                timings=AnswerTimings(
                    prepare_ms=prepared - start,
                    retrieve_ms=retrieved.milliseconds,
                    first_token_ms=None if first_token is None else first_token - start,
                    verify_ms=sum(attempt.verify_ms for attempt in result.attempts),
                    total_ms=self._clock.now() - start,
                ),
                cost=self._cost(result.attempts),
                corpus_revision=corpus.revision,
            )
        )

    def _retrieve(self, question: Question, intent: Intent, k: int) -> tuple[Retrieved, Generation]:
        """Blocks: looks at the folder, reads what changed, searches."""
        started = self._clock.now()
        corpus = self.knowledge.refresh()
        if not corpus.documents:
            raise CorpusError(
                f"There are no documents to answer from in {self.knowledge.folder}.",
                "Put files into it and ask again; `rag doctor` names files that cannot be read.",
            )
        if question.scope and not corpus.has(question.scope):
            raise CorpusError(
                f"There is no file or folder {question.scope} in the corpus.",
                "Name it as `rag search` shows it, relative to the corpus folder.",
            )
        retriever = corpus.retriever
        history = question.history if intent is Intent.FOLLOW_UP else ()
        query = build_query(question.text, history, corpus.languages, retriever.idf_of)
        found = retriever.search(query.weights, k, question.scope)
        numbers = _numbered([passage for _, passage in found], question.history)
        hits = tuple(
            Hit(
                rank,
                score,
                passage,
                number,
                matched_words(query, passage, retriever.idf_of),
                False,
                *_around(passage, corpus.document(passage.document)),
            )
            for rank, ((score, passage), number) in enumerate(
                zip(found, numbers, strict=True), start=1
            )
        )
        evidence = weigh(query, hits, retriever.idf_of)
        return Retrieved(hits, query, evidence, self._clock.now() - started), corpus

    def _small_talk(
        self, question: Question, intent: Intent, corpus: Generation, start: float
    ) -> Answer:
        language = reply_language(question.text)
        return Answer(
            question=question.text,
            intent=intent,
            text="",
            outcome=Outcome.ANSWERED,
            model="",
            language=language,
            query=Query(language=language),
            documents=len(corpus.documents),
            passages=corpus.passage_count,
            evidence=Evidence(EvidenceLevel.NONE, 0.0, (), ()),
            timings=AnswerTimings(total_ms=self._clock.now() - start),
        )

    def _cost(self, attempts: list[Attempt]) -> float | None:
        """Notional, per million tokens; None unless every model has a price."""
        total = 0.0
        for attempt in attempts:
            price = self._prices.get(attempt.generation.model)
            if price is None:
                return None
            usage = attempt.generation.usage
            total += usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]
        return total / 1_000_000 if attempts else None

    async def warm(self) -> None:
        """Read the corpus and let the built-in model load, so that the first question is quick.

        What fails here is said when somebody asks.
        """
        try:
            await asyncio.to_thread(self.knowledge.refresh)
        except RagError as error:
            logger.warning("%s", error.sentence)
        small = self.cascade.small
        await asyncio.to_thread(small.count, "")  # loads its encoding
        check = await small.backend.check()
        if not check.ok:
            logger.warning("%s: %s %s", check.name, check.detail, check.remedy)

    async def close(self) -> None:
        """Free the models."""
        await self.cascade.small.backend.close()
        if self.cascade.large is not None:
            await self.cascade.large.backend.close()


def _around(passage: Passage, document: Document | None) -> tuple[str, str]:
    """The text before and after a passage, cut at lines' or words' ends."""
    if document is None:
        return "", ""
    before = document.text[max(0, passage.start - AROUND_CHARACTERS) : passage.start]
    after = document.text[passage.end : passage.end + AROUND_CHARACTERS]
    return (
        _plain(before.partition(" ")[2] if passage.start > AROUND_CHARACTERS else before),
        _plain(after.rpartition(" ")[0] if len(after) == AROUND_CHARACTERS else after),
    )


def _plain(text: str) -> str:
    """Text without the marks of its headings."""
    return "\n".join(line.lstrip("# ") for line in text.splitlines()).strip()


def _numbered(passages: Sequence[Passage], history: Sequence[Turn]) -> list[int]:
    """Give each passage its number: what the conversation has called it, or the next free one."""
    known = {hit.passage: hit.number for turn in history for hit in turn.hits}
    following = count(max(known.values(), default=0) + 1)
    return [known.get(passage) or next(following) for passage in passages]


def _validate(text: str) -> None:
    if not text.strip():
        raise QuestionError("The question is empty.", "Type what you want to know.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text):,} characters;"
            f" at most {MAX_QUESTION_CHARACTERS:,} are taken.",
            "Shorten it, or put the text into the corpus folder as a document and ask about that.",
        )
