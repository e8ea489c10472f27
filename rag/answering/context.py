"""The state of one request: what it asks, what it is answered from, and its timings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.answering.cascade import CascadeResult, marked_used
from rag.answering.cascade_input import CascadeInput
from rag.answering.prompt import fitting
from rag.answering.refusal import absent_exact, absent_labels, cannot_answer, texts_of
from rag.domain.answers import Answer, AnswerTimings, Attempt, Citation, Reason, ReasonCode
from rag.domain.events import Retrieved
from rag.domain.requests import QUESTIONS, Intent
from rag.domain.search import EvidenceLevel, PartFound
from rag.retrieval.search import retrieve, retrieve_parts
from rag.text.language_detection import MessageLanguage, message_language
from rag.text.question_parts import parts_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from rag.answering.cascade import Cascade
    from rag.corpus.snapshot import Snapshot
    from rag.domain.answers import Listed
    from rag.domain.conversation import Question, Turn
    from rag.domain.documents import Passage
    from rag.domain.events import Event
    from rag.domain.protocols import Clock
    from rag.domain.requests import Request
    from rag.domain.search import Hit

NOTHING = Retrieved()
MOST_PASSAGES = 60
"""Of short sections, about what 2,000 tokens hold thrice."""


def _known_as_one(names: str, hits: Sequence[Hit]) -> bool:
    """Return whether a passage has a list of names as it is: "Research and Development"."""
    return bool(names) and any(names in text for text in texts_of(hits))


@dataclass(frozen=True, slots=True)
class Parts:
    """What all requests share."""

    cascade: Cascade
    clock: Clock
    top_k: int = 0
    """The most passages to look for; 0: as many as the budget holds."""
    expand: bool = False
    """Whether the small model may be asked for other words."""
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(slots=True)
class RequestContext:
    """A request with the state of the corpus that it is answered from."""

    parts: Parts
    question: Question
    spoken: MessageLanguage
    request: Request
    corpus: Snapshot
    start: float
    prepared: float
    first_token: float | None = None
    """When the first word was shown."""

    @property
    def intent(self) -> Intent:
        """What kind of request it is."""
        return self.request.intent

    @property
    def language(self) -> str:
        """The language of the answer; a reworked answer keeps that of the original."""
        history = self.question.history
        if self.intent is Intent.REWORK and history:
            before = message_language(history[-1].answer, self.corpus.languages)
            return self.request.language or before.answer
        return self.spoken.answer

    @property
    def reply_language(self) -> str:
        """The language of Plumbline's own sentences."""
        if self.intent in QUESTIONS:
            return self.spoken.notes
        return self.request.spoken or self.spoken.reply

    def retrieve(
        self, leaning_on: Sequence[Turn] = (), others: Mapping[str, Sequence[str]] | None = None
    ) -> Retrieved:
        """Search for as many passages as the larger budget holds; blocks.

        The small model may be given less, but quotations and the gate look as deep. Each part of a
        question gets its share.
        """
        started = self.parts.clock.now()
        question, cascade = self.question, self.parts.cascade

        def fits(passages: Sequence[Passage]) -> list[int]:
            chosen = fitting(passages, cascade.budget, cascade.small.count)
            return [position for position, _ in chosen]

        most = self.parts.top_k or MOST_PASSAGES
        where = (leaning_on, question.history, most, question.scope, self.spoken, fits, others)
        hits, query, evidence = retrieve(self.corpus, question.text, *where)
        found: tuple[PartFound, ...] = ()
        asked = parts_of(question.text)
        if len(asked) > 1 and not _known_as_one(asked[0].listed, hits):
            hits, query, evidence, found = retrieve_parts(self.corpus, asked, question.text, *where)
        return Retrieved(hits, query, evidence, self.parts.clock.now() - started, found)

    def may_be_elsewhere(self, retrieved: Retrieved) -> bool:
        """Return whether evidence is weak, so that other words or documents may help."""
        return retrieved.evidence is None or retrieved.evidence.level in {
            EvidenceLevel.NONE,
            EvidenceLevel.WEAK,
        }

    def may_expand(self, retrieved: Retrieved) -> bool:
        """Return whether other words may help: evidence is weak, and a good model is there."""
        weak = self.may_be_elsewhere(retrieved)
        demo = self.parts.cascade.small.backend.profile.demo
        return self.parts.expand and weak and not demo and bool(retrieved.query.terms)

    def known(self, retrieved: Retrieved) -> tuple[str, ...]:
        """Return the suggested words of a query that a passage in the scope has; blocks."""
        search, scope = self.corpus.retriever.search, self.question.scope
        terms = [term for term in retrieved.query.terms if term.suggested]
        found = [term.word for term in terms if search({term.term: 1.0}, 1, scope)]
        return tuple(dict.fromkeys(found))

    def with_unknown_words(self, retrieved: Retrieved) -> Retrieved:
        """Return it with the question's words that no passage in the scope has; blocks."""
        if retrieved.evidence is None:
            return retrieved
        search, scope = self.corpus.retriever.search, self.question.scope
        known = {
            term.word
            for term in retrieved.query.terms
            if term.word in retrieved.evidence.missing and search({term.term: 1.0}, 1, scope)
        }
        exact = (
            *absent_exact(self.question.text, retrieved.hits),
            *absent_labels(self.question.text, texts_of(retrieved.hits)),
        )
        words = tuple(word for word in retrieved.evidence.missing if word not in known)
        unknown = tuple(dict.fromkeys((*exact, *words)))
        return replace(retrieved, evidence=replace(retrieved.evidence, unknown=unknown))

    def unanswered(self, retrieved: Retrieved) -> tuple[PartFound, ...]:
        """Return the parts of the question that the passages cannot answer; blocks.

        A question without parts is its only one.
        """
        parts = retrieved.parts
        if not parts and retrieved.evidence:
            whole = (self.question.text, retrieved.query, retrieved.hits, retrieved.evidence)
            parts = (PartFound(*whole),)
        return tuple(part for part in parts if self._cannot_answer(part))

    def _cannot_answer(self, part: PartFound) -> bool:
        if not part.hits or part.evidence.level is EvidenceLevel.NONE:
            return True
        idf_of = self.corpus.retriever.idf_of
        return cannot_answer(part.text, self.language, part.query, part.hits, part.evidence, idf_of)

    def run(
        self,
        retrieved: Retrieved,
        result: CascadeResult,
        history: Sequence[Turn] = (),
        worked_on: Turn | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Ask the models about the passages, with the turns that belong to the request."""
        return self.parts.cascade.run(
            CascadeInput(
                self.question,
                tuple(history),
                retrieved.query,
                retrieved.hits,
                retrieved.evidence,
                self.corpus.retriever.idf_of,
                self.language,
                self.request,
                worked_on,
                retrieved.parts,
                self.start,
            ),
            result,
        )

    def answer(
        self,
        result: CascadeResult,
        retrieved: Retrieved = NOTHING,
        listed: Sequence[Listed] = (),
        share_read: float | None = None,
        counts: tuple[int, int] | None = None,
    ) -> Answer:
        """Build the answer with its whole trace.

        ``counts`` are the numbers of documents and passages it refers to; default: the whole
        corpus.
        """
        documents, passages = counts or (len(self.corpus.documents), self.corpus.passage_count)
        cited = {number for sentence in result.sentences for number in sentence.citations}
        return Answer(
            question=self.question.text,
            intent=self.intent,
            request=self.request,
            text=result.text,
            outcome=result.outcome,
            model=result.model,
            language=self.reply_language,
            mode=self.question.mode,
            scope=self.question.scope,
            conversation=self.question.conversation,
            reasons=tuple(dict.fromkeys((*result.reasons, *self._notes()))),
            hits=marked_used(retrieved.hits, result.used),
            query=retrieved.query,
            evidence=retrieved.evidence,
            sentences=result.sentences,
            citations=tuple(
                Citation(hit.number, hit.passage) for hit in retrieved.hits if hit.number in cited
            ),
            attempts=tuple(result.attempts),
            timings=self._timings(result.attempts, retrieved.milliseconds),
            cost=self._cost(result.attempts),
            corpus_revision=self.corpus.revision,
            reader=self.corpus.reader,
            documents=documents,
            passages=passages,
            listed=tuple(listed),
            share_read=share_read,
        )

    def _timings(self, attempts: Sequence[Attempt], retrieve_ms: float) -> AnswerTimings:
        return AnswerTimings(
            prepare_ms=self.prepared - self.start,
            retrieve_ms=retrieve_ms,
            first_token_ms=None if self.first_token is None else self.first_token - self.start,
            verify_ms=sum(attempt.verify_ms for attempt in attempts),
            total_ms=self.parts.clock.now() - self.start,
        )

    def _notes(self) -> tuple[Reason, ...]:
        """Remarks that apply to any answer."""
        notes: list[Reason] = []
        if reading := self.corpus.reading:
            notes.append(Reason(ReasonCode.READING, part=reading[0], whole=reading[1]))
        searched = self.intent in QUESTIONS
        if searched and self.spoken.foreign:
            notes.append(Reason(ReasonCode.OTHER_LANGUAGE, next(iter(self.corpus.languages))))
        return tuple(notes)

    def _cost(self, attempts: Sequence[Attempt]) -> float | None:
        """The notional cost at prices per million tokens; None unless every model has a price."""
        total = 0.0
        for attempt in attempts:
            price = self.parts.prices.get(attempt.generation.model)
            if price is None:
                return None
            usage = attempt.generation.usage
            total += usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]
        return total / 1_000_000 if attempts else None
