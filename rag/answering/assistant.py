"""The whole path from a message to a checked answer, as events."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.context import Parts, RequestContext
from rag.answering.intent.rules import request_of
from rag.answering.passages import (
    MAX_QUESTION_CHARACTERS,
    as_seen,
    require_documents,
    search_passages,
)
from rag.answering.routes import ROUTES
from rag.corpus.places import place_in
from rag.domain.answers import Answer, AnswerTimings, Outcome, Reason, ReasonCode
from rag.domain.documents import GUIDE_FOLDER, PRIVATE, SHIPPED_GUIDE
from rag.domain.errors import BackendError, RagError
from rag.domain.events import Answered, Event, Token
from rag.domain.requests import SMALL_TALK, WARMED, Intent, WarmUp
from rag.retrieval.family import prepare_for_many
from rag.text.language_detection import message_language

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from rag.answering.cascade import Cascade
    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.snapshot import Snapshot
    from rag.corpus.uploads import Uploads
    from rag.domain.conversation import Question
    from rag.domain.events import Retrieved
    from rag.domain.protocols import Clock, ModelFinder

logger = logging.getLogger(__name__)
TIDY_S = 60.0


class Assistant:
    """A knowledge base and the models that answer from it."""

    def __init__(  # noqa: PLR0913 - one argument per part
        self,
        knowledge: KnowledgeBase,
        cascade: Cascade,
        clock: Clock,
        *,
        uploads: Uploads | None = None,
        top_k: int = 0,
        expand: bool = False,
        prices: Mapping[str, tuple[float, float]] | None = None,
        finder: ModelFinder | None = None,
        warm_up: WarmUp = WarmUp.OFF,
    ) -> None:
        self.knowledge = knowledge
        self.uploads = uploads
        self.cascade = cascade
        self.finder = finder
        self._warm_up = warm_up
        self._clock = clock
        self._parts = Parts(cascade, clock, top_k, expand, prices or {})

    async def ask(self, question: Question) -> AsyncGenerator[Event, None]:
        """Yield the events of a request; the last one is always Answered.

        Never raises RagError: a failure ends as Outcome.FAILED with its sentence.
        """
        start = self._clock.now()
        if self.finder:
            await self.finder.refresh()
        try:
            context = await asyncio.to_thread(self._open, question, start)
            async with aclosing(ROUTES[context.intent](context)) as events:
                async for event in events:
                    if isinstance(event, Token) and context.first_token is None:
                        context.first_token = self._clock.now()
                    yield event
        except RagError as error:
            yield Answered(self._failed(question, error, start))

    async def answer(self, question: Question) -> Answer:
        """Return the answer to a request, without what happens on the way; see ``ask``."""
        async with aclosing(self.ask(question)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.answer
        raise AssertionError("every request ends with Answered")

    async def search(self, text: str, k: int, scope: str = "") -> tuple[Retrieved, str]:
        """Return the passages for a query, and the revision of the corpus.

        Raises QuestionError and CorpusError.
        """
        return await asyncio.to_thread(search_passages, self.knowledge, self._clock, text, k, scope)

    def _open(self, question: Question, start: float) -> RequestContext:
        """Refresh the corpus and classify the request; blocks."""
        question = replace(question, text=as_seen(question.text))
        corpus = self.corpus_of(question.conversation)
        spoken = message_language(question.text, corpus.languages, question.language)
        place = place_in(corpus, self.knowledge.folder, question.scope)
        question = replace(question, scope=question.scope if place is None else place)
        focus = _focus(question, corpus)
        request = request_of(question.text, spoken, question.history, corpus.titles, focus)
        if corpus.guide and question.scope.startswith(SHIPPED_GUIDE):
            corpus = corpus.guide
        if request.intent not in SMALL_TALK:
            require_documents(self.knowledge, corpus, question.scope)
        return RequestContext(
            self._parts, question, spoken, request, corpus, start, self._clock.now()
        )

    def corpus_of(self, conversation: str = "") -> Snapshot:
        """Return the corpus of a conversation; blocks at the first look. Raises CorpusError."""
        shared = self.knowledge.fresh()
        return self.uploads.with_shared(conversation, shared) if self.uploads else shared

    def _failed(self, question: Question, error: RagError, start: float) -> Answer:
        text = question.text[:MAX_QUESTION_CHARACTERS]
        return Answer(
            question=text,
            intent=Intent.QUESTION,
            text="",
            outcome=Outcome.FAILED,
            model="",
            language=message_language(text, (), question.language).reply,
            mode=question.mode,
            scope=question.scope,
            reasons=(Reason(ReasonCode.FAILED, error.sentence),),
            timings=AnswerTimings(total_ms=self._clock.now() - start),
        )

    async def warm(self) -> None:
        """Speed up the first question: read the corpus, and have the models' servers load them.

        The built-in model loads in a second, at the first question. Failures are only logged; the
        first question reports them.
        """
        try:
            await asyncio.to_thread(self.knowledge.fresh)
        except RagError as error:
            logger.warning("%s", error.sentence)
        await asyncio.to_thread(prepare_for_many)
        if self.finder:
            await self.finder.refresh()
        small = self.cascade.small
        await asyncio.to_thread(small.count, "")  # loads its encoding
        for model in filter(None, (small, self.cascade.large)):
            check = await model.check()
            if not check.ok:
                logger.warning("%s: %s %s", check.name, check.detail, check.remedy)
            elif model.role in WARMED[self._warm_up] and not (
                model.profile.demo or model.was_loaded
            ):
                with suppress(BackendError):  # logged; the first question meets it again
                    await model.load()

    async def keep_tidy(self, *more: Callable[[], None]) -> None:
        """Compact the index every minute, then run the other callbacks, until cancelled."""
        while True:
            await asyncio.sleep(TIDY_S)
            for tidy in (self.knowledge.tidy, *more):
                try:
                    await asyncio.to_thread(tidy)
                except Exception:  # a full disk or a locked database may be temporary
                    logger.exception("Tidying up failed; it is tried again in a minute.")

    async def close(self) -> None:
        """Free the models."""
        if self.finder:
            await self.finder.close()
        await self.cascade.small.backend.close()
        if self.cascade.large is not None:
            await self.cascade.large.backend.close()


def _focus(question: Question, corpus: Snapshot) -> str:
    """Return the document that "this document" means.

    That is the question's scope, an upload since the last answer, the document last discussed, or
    the corpus' only one.
    """
    if corpus.has_document(question.scope):
        return question.scope
    seen = {hit.passage.document for turn in question.history for hit in turn.hits}
    private = [d for d in corpus.documents if d.path.startswith(PRIVATE) and d.path not in seen]
    if private:
        return max(private, key=lambda d: (d.indexed_at, d.modified_ns)).path
    for turn in reversed(question.history):
        for hit in turn.cited or turn.hits:
            if corpus.has_document(hit.passage.document):
                return hit.passage.document
    own = [path for path in corpus.titles if not path.startswith(f"{GUIDE_FOLDER}/")]
    return own[0] if len(own) == 1 else ""
