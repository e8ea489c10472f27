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

from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.answering.analysis_threads import analysed
from rag.answering.cascade_input import CascadeInput, asked_of, grounding_of
from rag.answering.demo import DemoTurn
from rag.answering.escalation import EscalationPolicy, Rules
from rag.answering.output_format import has_shape, unfenced
from rag.answering.prompt import Prompt, build_prompt, refining, task_of
from rag.answering.quotation import quotation_for, quote
from rag.answering.rearrange import leads_of, rearranged
from rag.answering.refine import put_back
from rag.answering.writing import Manner, Writing
from rag.domain.answers import Attempt, Outcome, Reason, ReasonCode, Sentence, Support
from rag.domain.completions import PASSAGE_TOKENS, Generation, Sent
from rag.domain.events import Asking, Escalated, Event
from rag.domain.requests import QUESTIONS, EscalationStyle, Intent, Mode
from rag.text.answer_type import may_miss
from rag.verification.citations import cite
from rag.verification.confidence import hedges, judge

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rag.answering.numbering import Numbering
    from rag.domain.conversation import Turn
    from rag.domain.protocols import Clock
    from rag.domain.search import Hit
    from rag.models.model import Model
    from rag.verification.support import Grounding

NO_LARGE_MODEL = Reason(ReasonCode.UNREACHABLE)
ALWAYS = Reason(ReasonCode.ALWAYS)
BUDGET = Reason(ReasonCode.BUDGET)
CAUTION = Reason(ReasonCode.MAY_NOT_ANSWER)
"""Supported, but what was asked for is not in it."""
AGAIN_TEMPERATURE = 0.7
"""At 0 a model that is asked again writes the same again."""


@dataclass
class CascadeResult:
    """What a cascade came to; filled while its events are read."""

    outcome: Outcome = Outcome.REFUSED
    text: str = ""
    model: str = ""
    sentences: tuple[Sentence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    attempts: list[Attempt] = field(default_factory=list)
    used: frozenset[int] = frozenset()
    numbering: Numbering | None = None
    """How it cites passages; None: by the numbers that they have."""


class Cascade:
    """The two models and the rules between them; ``large`` is None where there is none."""

    def __init__(self, small: Model, large: Model | None, rules: Rules, clock: Clock) -> None:
        self.small = small
        self.large = large
        self._rules = rules
        self._clock = clock
        self._policy = EscalationPolicy(rules)

    async def run(self, found: CascadeInput, result: CascadeResult) -> AsyncGenerator[Event, None]:
        """Yield what happens and fill ``result``."""
        grounding = await analysed(grounding_of, found)
        mode = found.question.mode
        may_escalate = self._policy.admit(mode)
        for model in self._models(mode):
            if result.attempts:
                if not may_escalate:
                    result.reasons = (*result.reasons, BUDGET)
                    break
                self._policy.escalated(mode)
                yield Escalated(result.attempts[-1], model.name)
            async with aclosing(self._try(model, found, grounding, result)) as events:
                async for event in events:
                    yield event
            attempt = result.attempts[-1]
            wants_more = (
                may_escalate
                and self.large is not None
                and (
                    self._policy.wants_more(mode, model.role)
                    or (found.request.prioritised and model.role == "small")
                )
            )
            if attempt.confidence.accepted and not wants_more:
                self._answer(attempt, found, result)
                return
            is_question = found.request.intent in QUESTIONS
            if model.role == "large" and is_question and _says_nothing(attempt):
                result.reasons = (*result.reasons, Reason(ReasonCode.HEDGING))
                return
            result.reasons = (*result.reasons, *(attempt.confidence.reasons or (ALWAYS,)))
        if self.large is None and mode is not Mode.SMALL:
            result.reasons = (*result.reasons, NO_LARGE_MODEL)
        if result.attempts:
            yield Escalated(result.attempts[-1], "")
        await analysed(_quote, found, result)

    @property
    def budget(self) -> int:
        """The most tokens of passages that any model is given, and at least the usual ones."""
        models = [model for model in (self.small, self.large) if model]
        given = [model.backend.profile.passage_tokens for model in models]
        return max(PASSAGE_TOKENS, *given)

    def first(self, mode: Mode) -> Model | None:
        """The model that is asked first; None where a person chose one that is not there."""
        return next(iter(self._models(mode)), None)

    def _models(self, mode: Mode) -> list[Model]:
        found = {"small": self.small, "large": self.large}
        roles = self._policy.order(mode, has_large=self.large is not None)
        return [model for role in roles if (model := found[role])]

    async def _try(
        self, model: Model, found: CascadeInput, grounding: Grounding, result: CascadeResult
    ) -> AsyncGenerator[Event, None]:
        is_brief = found.request.intent is Intent.BRIEF
        draft = self._draft_to_refine(model, result, is_brief=is_brief)
        task = task_of(found.request, found.question.text, _answer_of(found.worked_on))
        task = refining(task, draft.generation.text) if draft else task
        asked = (model.role, task, found.history, found.hits, found.language)
        writing = Writing(model, lambda profile: build_prompt(*asked, profile, model.count))
        demo = await analysed(self._demo_turn, model, found)
        manner = Manner(
            AGAIN_TEMPERATURE if found.question.again else 0.0,
            demo.is_over if demo else lambda: False,
            self._rules.max_wait_s if result.attempts else 0.0,
            found.question.conversation,
        )
        yield Asking(model.role, model.name)
        async with aclosing(writing.run(grounding, manner)) as events:
            async for event in events:
                yield event
                if demo:
                    demo.see(event)
        prompt, generation = writing.prompt, writing.generation
        result.used |= prompt.used
        result.reasons = (*result.reasons, *await writing.left_out(len(found.hits)))
        attempt = await analysed(self._check, model, generation, prompt, found, grounding)
        if demo:
            judged = demo.judged(attempt.confidence, attempt.sentences)
            attempt = replace(attempt, confidence=judged)
        if draft:
            text = put_back(generation.text, attempt.sentences, draft.sentences, found.language)
            if text != generation.text:
                mended = replace(generation, text=text)
                attempt = await analysed(self._check, model, mended, prompt, found, grounding)
        result.attempts.append(attempt)

    def _demo_turn(self, model: Model, found: CascadeInput) -> DemoTurn | None:
        """Return the rules for a demonstration model's answer to a question, else None."""
        is_demo = model.backend.profile.demo and not found.question.whole_draft
        if not is_demo or found.request.intent not in QUESTIONS:
            return None
        asked = (found.question.text, found.query, found.hits, found.idf_of)
        pieces = () if found.parts else quote(*asked)  # one sentence is no answer to two questions
        return DemoTurn([p.text for p in pieces], found.language, self._clock, found.asked)

    def _draft_to_refine(
        self, model: Model, result: CascadeResult, *, is_brief: bool
    ) -> Attempt | None:
        """The draft that the large model is to polish; None where it answers afresh."""
        refines = self._rules.style is EscalationStyle.REFINE or is_brief
        if model.role != "large" or not refines:
            return None
        draft = result.attempts[-1] if result.attempts else None
        return draft if draft and draft.generation.text and not _says_nothing(draft) else None

    def _check(
        self,
        model: Model,
        generation: Generation,
        prompt: Prompt,
        found: CascadeInput,
        grounding: Grounding,
    ) -> Attempt:
        started = self._clock.now()
        worked_on = found.worked_on
        if worked_on:
            generation = replace(generation, text=unfenced(generation.text))
        sentences = grounding.check(generation.text)
        fits = not worked_on or has_shape(found.request, generation.text, worked_on.answer)
        confidence = judge(
            model.role,
            generation,
            sentences,
            asked_of(found),
            min_confidence=self._rules.min_confidence,
            min_tokens=self._rules.min_tokens,
            in_shape=fits,
        )
        return Attempt(
            model.role,
            generation,
            sentences,
            confidence,
            self._clock.now() - started,
            Sent(model.role, prompt.messages[-1].content, generation.text, prompt.passages),
            prompt.dropped_turns,
        )

    def _answer(self, attempt: Attempt, found: CascadeInput, result: CascadeResult) -> None:
        weak = frozenset(
            index
            for index, sentence in enumerate(attempt.sentences)
            if sentence.support is not Support.FULL
        )
        strict = self._rules.strict and attempt.role == "large"
        number = result.numbering
        sentences = number.of_sentences(attempt.sentences) if number else attempt.sentences
        result.text, result.sentences = cite(
            attempt.generation.text, sentences, drop=weak if strict else frozenset()
        )
        if strict and weak:
            result.reasons = (
                *result.reasons,
                Reason(ReasonCode.REMOVED, part=len(weak), whole=len(attempt.sentences)),
            )
        told = " ".join(sentence.text for sentence in result.sentences)
        if found.request.intent in QUESTIONS and may_miss(found.question.text, told):
            result.reasons = (*result.reasons, CAUTION)
        result.outcome = Outcome.ANSWERED
        result.model = attempt.generation.model


def _answer_of(turn: Turn | None) -> str:
    return turn.answer if turn else ""


def _quote(found: CascadeInput, result: CascadeResult) -> None:
    """The last resort: sentences that stand as they are in the passages or in the last answer."""
    if found.worked_on:
        titles = dict.fromkeys(hit.passage.title for hit in found.hits)
        made = rearranged(found.request, found.worked_on.sentences, ", ".join(titles))
    elif found.request.intent is Intent.DOCUMENT:
        made = leads_of(found.hits)
    else:
        asked = [(part.text, part.query, part.hits) for part in found.parts]
        whole = (found.question.text, found.query, found.hits)
        made = quotation_for(asked or [whole], found.hits, found.idf_of, result.numbering or int)
    if made is None:
        result.reasons = (*result.reasons, Reason(ReasonCode.NO_EVIDENCE))
        return
    result.text, result.sentences = made.text, made.sentences
    result.outcome = Outcome.QUOTED
    result.model = ""
    result.used |= made.used


def marked_used(hits: tuple[Hit, ...], used: frozenset[int]) -> tuple[Hit, ...]:
    """Return the hits, telling which of them stood in a prompt or a quotation."""
    return tuple(replace(hit, used=position in used) for position, hit in enumerate(hits))


def _says_nothing(attempt: Attempt) -> bool:
    """Does a text only say that the passages do not tell?"""
    supported = any(s.support is Support.FULL for s in attempt.sentences)
    return hedges(attempt.generation.text) and not supported
