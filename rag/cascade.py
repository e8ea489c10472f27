"""Small, then large when in doubt, then quotation.

| case | result |
|---|---|
| mode Small, or escalation ``never`` | never escalates; a weak draft is quoted |
| mode Large | asked at once, no draft |
| mode Auto | a draft; large when it is weak (``auto``) or in any case (``always``) |
| small fails | large asked directly; no large: quoted |
| large stands | answered; weak sentences marked, or taken out when strict |
| large does not stand, or is not there | quoted, with the reason |
| large says that the passages do not tell | refused |
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.confidence import hedges, judge
from rag.domain import Attempt, Generation, Hit, Mode, Outcome, Reason, Sent, Sentence, Support
from rag.events import Asking, Escalated, Event
from rag.evidence import words_of
from rag.grounding import Grounding, cite
from rag.prompt import Prompt, build_prompt
from rag.quotation import quote
from rag.settings import Escalation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from rag.domain import Evidence, Query, Question
    from rag.generate import Model
    from rag.interfaces import Clock

NO_LARGE_MODEL = Reason("unreachable")
ALWAYS = Reason("always")


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that a cascade goes by."""

    escalation: Escalation = Escalation.AUTO
    min_confidence: float = 0.5
    min_tokens: int = 12
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A question with what was found for it."""

    question: Question
    query: Query
    hits: tuple[Hit, ...]
    evidence: Evidence
    idf_of: Callable[[str], float]


@dataclass
class Result:
    """What a cascade came to; filled while its events are read."""

    outcome: Outcome = Outcome.REFUSED
    text: str = ""
    model: str = ""
    sentences: tuple[Sentence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)
    used: frozenset[int] = frozenset()


class Cascade:
    """The two models and the rules between them; ``large`` is None where there is none."""

    def __init__(self, small: Model, large: Model | None, rules: Rules, clock: Clock) -> None:
        self.small = small
        self.large = large
        self._rules = rules
        self._clock = clock

    async def run(self, found: Found, result: Result) -> AsyncGenerator[Event, None]:
        """Yield what happens and fill ``result``."""
        grounding = await asyncio.to_thread(
            Grounding,
            [(hit.number, hit.passage) for hit in found.hits],
            found.idf_of,
            found.query.language,
            words_of(found.query, found.idf_of, floor_share=0),
        )
        for model in self._order(found.question.mode):
            if result.attempts:
                yield Escalated(result.attempts[-1], model.name)
            async with aclosing(self._try(model, found, grounding, result)) as events:
                async for event in events:
                    yield event
            attempt = result.attempts[-1]
            if attempt.confidence.accepted and not self._wants_more(found.question.mode, model):
                self._answer(attempt, result)
                return
            if model.rung == "large" and _says_nothing(attempt):
                result.reasons = (*result.reasons, Reason("hedging"))
                return
            result.reasons = (*result.reasons, *(attempt.confidence.reasons or (ALWAYS,)))
        if self.large is None and found.question.mode is not Mode.SMALL:
            result.reasons = (*result.reasons, NO_LARGE_MODEL)
        if result.attempts:
            yield Escalated(result.attempts[-1], "")
        await asyncio.to_thread(_quote, found, result)

    def _order(self, mode: Mode) -> list[Model]:
        if mode is Mode.LARGE:
            return [self.large] if self.large else []
        never = mode is Mode.SMALL or self._rules.escalation is Escalation.NEVER
        return [self.small] if never or self.large is None else [self.small, self.large]

    def _wants_more(self, mode: Mode, model: Model) -> bool:
        return (
            mode is Mode.AUTO
            and self._rules.escalation is Escalation.ALWAYS
            and model.rung == "small"
            and self.large is not None
        )

    async def _try(
        self, model: Model, found: Found, grounding: Grounding, result: Result
    ) -> AsyncGenerator[Event, None]:
        prompt = await asyncio.to_thread(
            build_prompt,
            model.rung,
            found.question.text,
            found.question.history,
            found.hits,
            found.query.language,
            model.backend.profile,
            model.count,
        )
        result.used |= prompt.used
        yield Asking(model.rung, model.name)
        generation = Generation(model.name, "", "error", error=prompt.problem)
        if not prompt.problem:
            async with aclosing(model.write(prompt.messages)) as turn:
                async for piece in turn:
                    if isinstance(piece, Generation):
                        generation = piece
                    else:
                        yield piece
        result.attempts.append(
            await asyncio.to_thread(self._check, model, generation, prompt, found, grounding)
        )

    def _check(
        self,
        model: Model,
        generation: Generation,
        prompt: Prompt,
        found: Found,
        grounding: Grounding,
    ) -> Attempt:
        started = self._clock.now()
        sentences = grounding.check(generation.text)
        confidence = judge(
            model.rung,
            generation,
            sentences,
            found.evidence,
            found.question.text,
            min_confidence=self._rules.min_confidence,
            min_tokens=self._rules.min_tokens,
        )
        return Attempt(
            model.rung,
            generation,
            sentences,
            confidence,
            self._clock.now() - started,
            Sent(model.rung, prompt.messages[-1].content, generation.text, prompt.numbers),
            prompt.dropped_turns,
        )

    def _answer(self, attempt: Attempt, result: Result) -> None:
        weak = frozenset(
            index
            for index, sentence in enumerate(attempt.sentences)
            if sentence.support is not Support.FULL
        )
        strict = self._rules.strict and attempt.rung == "large"
        result.text, result.sentences = cite(
            attempt.generation.text, attempt.sentences, drop=weak if strict else frozenset()
        )
        if strict and weak:
            result.reasons = (*result.reasons, Reason("removed", str(len(weak))))
        result.outcome = Outcome.ANSWERED
        result.model = attempt.generation.model


def _says_nothing(attempt: Attempt) -> bool:
    """Does a text only say that the passages do not tell?"""
    supported = any(s.support is Support.FULL for s in attempt.sentences)
    return hedges(attempt.generation.text) and not supported


def _quote(found: Found, result: Result) -> None:
    quotes = quote(found.question.text, found.query, found.hits, found.idf_of)
    if not quotes:
        result.reasons = (*result.reasons, Reason("no_evidence"))
        return
    text = ""
    sentences = []
    for piece in quotes:
        number = found.hits[piece.position].number
        text += "\n\n" if text else ""
        sentences.append(
            Sentence(
                piece.text, len(text), len(text) + len(piece.text), Support.FULL, (number,), 1.0
            )
        )
        text += f"{piece.text} [{number}]"
    result.text, result.sentences = text, tuple(sentences)
    result.outcome = Outcome.QUOTED
    result.model = ""
    result.used |= {piece.position for piece in quotes}


def marked_used(hits: tuple[Hit, ...], used: frozenset[int]) -> tuple[Hit, ...]:
    """Return the hits, telling which of them stood in a prompt or a quotation."""
    return tuple(replace(hit, used=position in used) for position, hit in enumerate(hits))
