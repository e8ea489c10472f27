"""How good are whole answers on a set, beside simpler ways of choosing who answers?

Each question goes the product's way: evidence, small model, check, large model, quotation. Models
may be real, or scripted from what the set knows: a large one that says the sentence with the
answer where it was given the passage, and a small one that does so for most questions and fails in
five ways for the others. Baselines are reckoned on the very same questions and texts.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.calibration import auroc
from rag.cascade import Cascade, Found, Result, Rules
from rag.commands.evaluate import index_of
from rag.commands.false_sentences import Made, made_sentences
from rag.confidence import hedges
from rag.domain import (
    Check,
    Delta,
    EvidenceLevel,
    Mode,
    Outcome,
    Profile,
    Question,
    Support,
    Usage,
)
from rag.evidence import weigh
from rag.generate import Model
from rag.grounding import Grounding
from rag.quotation import quotation_for

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from rag.beir import Asked, TestSet, Text
    from rag.commands.evaluate import SetIndex
    from rag.domain import Attempt, Evidence, Hit, Message, Query, Rung
    from rag.interfaces import ChatBackend, Clock

RIGHT = 0.75
"""How often the scripted small model is right."""
RATES = (0.1, 0.2, 0.3, 0.5)
SHORT_TOKENS = 12
"""The workshop's rule: a draft of fewer tokens is given to the large model."""
CHECK_PASSAGES = 8
_HEDGE = "I am sorry, but the passages do not contain this information."
_INVENTED = (
    "According to the annual report, the committee of Brondal decided it in the spring of 1823."
)


@dataclass
class Figures:
    """What came of the questions; shares are of all that can be right or wrong in that way."""

    questions: int = 0
    answered: int = 0
    quoted: int = 0
    refused: int = 0
    correct: float = 0.0
    """Share of all questions: the answer is in the text, or nothing where there is no answer."""
    wrong: float = 0.0
    """Share of all questions that a model answered otherwise."""
    escalated: float = 0.0
    refusal_recall: float = 0.0
    false_refusal: float = 0.0
    citation_precision: float = 0.0
    """Share of citations that are of a document with the answer."""
    supported_sentences: float = 0.0
    words: float = 0.0
    """Of the texts, on average."""


@dataclass
class AnswersReport:
    """Ours, the baselines, and what the parts do."""

    name: str
    ours: Figures
    baselines: dict[str, Figures]
    models: dict[str, str]
    curve: dict[str, dict[str, float]]
    """Share escalated -> how many are correct: ours, random, perfect."""
    support: dict[str, dict[str, float]]
    """How sentences made true or false are judged: count, share judged right."""
    check_ms: float
    gate: dict[str, float]
    """AUROC of the evidence's strength: answerable questions against others."""
    gate_curve: dict[str, dict[str, float]]
    """Strength below which is refused -> shares refused: answerable, unanswerable, held out."""


@dataclass
class ScriptedBackend:
    """A model that knows what to say to each question of a set."""

    model: str
    texts: Mapping[str, str]
    known: frozenset[str] = frozenset()
    """Texts that it can only say where they stand in what it is given."""
    base_url: str = "scripted"
    profile: Profile = field(default_factory=lambda: Profile(2_000, 400))

    async def stream(
        self,
        messages: Sequence[Message],
        max_tokens: int,  # noqa: ARG002 - the protocol's
        temperature: float = 0.0,  # noqa: ARG002
    ) -> AsyncGenerator[Delta, None]:
        """Yield the text for the question that stands last in the last message."""
        asked = messages[-1].content
        found = max((q for q in self.texts if q in asked), key=len, default="")
        text = self.texts.get(found, "")
        if text in self.known and text not in "\n".join(message.content for message in messages):
            text = _HEDGE
        yield Delta(text=text)
        yield Delta(finish_reason="stop")
        yield Delta(usage=Usage(len(asked) // 4, len(text.split())))

    async def check(self) -> Check:
        """It is always well."""
        return Check(f"model {self.model}", ok=True, detail="scripted")

    async def close(self) -> None:
        """It holds nothing."""


@dataclass(frozen=True)
class _Case:
    asked: Asked
    query: Query
    hits: list[Hit]
    evidence: Evidence
    result: Result
    small: Attempt
    large: Attempt
    quotation: str

    def is_correct(self, text: str) -> bool:
        if not self.asked.answerable:
            return not text
        return any(answer.casefold() in text.casefold() for answer in self.asked.answers)

    @property
    def rank(self) -> float:
        """The lowest are escalated first: a draft that does not stand, where there is evidence.

        Where there is little, a larger model finds no answer either.
        """
        confidence, strength = self.small.confidence, self.evidence.strength
        relevance = max((s.relevance for s in self.small.sentences if s.citations), default=0.0)
        if confidence.accepted:
            return 2.0 + confidence.value + relevance + strength
        if hedges(self.small.generation.text):
            return 2.0 - strength  # that nothing is said is the likelier right, the weaker it is
        return confidence.value / 2 + relevance / 2 - strength


def evaluate_answers(  # noqa: PLR0913 - one argument a part
    testset: TestSet,
    clock: Clock,
    *,
    small: ChatBackend | None = None,
    large: ChatBackend | None = None,
    limit: int = 0,
    right: float = RIGHT,
    seed: int = 0,
) -> AnswersReport:
    """Ask a set's questions; without models, scripted ones answer. Blocks."""
    return asyncio.run(_evaluate(testset, clock, small, large, limit, right, seed))


async def _evaluate(  # noqa: PLR0913 - as above
    testset: TestSet,
    clock: Clock,
    small: ChatBackend | None,
    large: ChatBackend | None,
    limit: int,
    right: float,
    seed: int,
) -> AnswersReport:
    index = await asyncio.to_thread(index_of, testset)
    rng = random.Random(seed)  # noqa: S311 - no secret
    questions = [q for q in testset.questions if not q.answerable or (q.answers and q.relevant)]
    if limit and limit < len(questions):
        questions = rng.sample(questions, limit)
    scripts = scripted(testset, questions, right, rng)
    known = frozenset(scripts[1].values())
    models: dict[Rung, ChatBackend] = {
        "small": small or ScriptedBackend("scripted small", scripts[0], known),
        "large": large or ScriptedBackend("scripted oracle", scripts[1], known),
    }

    def count(text: str, _: str) -> int:
        return len(text.split())

    cases = [await _ask(question, index, models, clock, count) for question in questions]
    gate, gate_curve = await asyncio.to_thread(_gate, testset, index, cases)
    support, check_ms = await asyncio.to_thread(_support, testset, index, cases, clock, rng)
    ours = _figures(cases, [_ours(case) for case in cases])
    return AnswersReport(
        testset.name,
        ours,
        _baselines(cases, ours.escalated, rng),
        {rung: model.model for rung, model in models.items()},
        _curve(cases, rng),
        support,
        check_ms,
        gate,
        gate_curve,
    )


def scripted(
    testset: TestSet, questions: Sequence[Asked], right: float, rng: random.Random
) -> tuple[dict[str, str], dict[str, str]]:
    """What the small and the large model say to each question."""
    documents = {document.id: document for document in testset.documents}
    small, large = {}, {}
    for question in questions:
        gold = next((documents[d] for d in question.relevant if d in documents), None)
        truth = _HEDGE
        made: dict[Made, str] = {}
        if gold and question.answerable:
            made = {
                one.made: one.text
                for one in made_sentences(question, gold, rng.choice(testset.documents), "", rng)
            }
            truth = made.get(Made.GOLD, question.answers[0])
        failures = (
            made.get(Made.ABSENT_VALUE, _INVENTED),
            made.get(Made.OTHER_DOCUMENT, _INVENTED),
            _HEDGE,
            "",
            _INVENTED,
        )
        large[question.text] = truth
        small[question.text] = truth if rng.random() < right else rng.choice(failures)
    return small, large


async def _ask(
    asked: Asked,
    index: SetIndex,
    backends: Mapping[Rung, ChatBackend],
    clock: Clock,
    count: Callable[[str, str], int],
) -> _Case:
    query, hits = await asyncio.to_thread(index.hits, asked)
    evidence = weigh(query, hits, index.retriever.idf_of)
    models = {rung: Model(rung, backend, clock, count) for rung, backend in backends.items()}
    cascade = Cascade(models["small"], models["large"], Rules(), clock)
    found = Found(
        Question(asked.text),
        (),
        query,
        tuple(hits),
        evidence,
        index.retriever.idf_of,
        index.languages[0],
    )
    result, alone = Result(), {}
    for mode in (Mode.SMALL, Mode.LARGE):
        own = Result()
        async for _ in cascade.run(replace(found, question=Question(asked.text, mode=mode)), own):
            pass
        alone[mode] = own.attempts[0]
    if evidence.level is EvidenceLevel.NONE:
        result = Result(Outcome.REFUSED)
    else:
        async for _ in cascade.run(found, result):
            pass
    made = quotation_for(asked.text, query, hits, index.retriever.idf_of)
    return _Case(
        asked,
        query,
        hits,
        evidence,
        result,
        alone[Mode.SMALL],
        alone[Mode.LARGE],
        made.text if made else "",
    )


@dataclass(frozen=True)
class _Came:
    """What one way of choosing made of a question."""

    outcome: Outcome
    text: str
    escalated: bool = False
    cited: tuple[int, ...] = ()
    supported: tuple[bool, ...] = ()


def _ours(case: _Case) -> _Came:
    result = case.result
    return _Came(
        result.outcome,
        result.text if result.outcome is not Outcome.REFUSED else "",
        any(attempt.rung == "large" for attempt in result.attempts),
        tuple(number for sentence in result.sentences for number in sentence.citations),
        tuple(sentence.support is Support.FULL for sentence in result.sentences),
    )


def _came(attempt: Attempt, *, escalated: bool) -> _Came:
    text = attempt.generation.text
    silent = not text or text == _HEDGE
    return _Came(
        Outcome.REFUSED if silent else Outcome.ANSWERED,
        "" if silent else text,
        escalated,
        tuple(number for sentence in attempt.sentences for number in sentence.citations),
        tuple(sentence.support is Support.FULL for sentence in attempt.sentences),
    )


def _figures(cases: Sequence[_Case], came: Sequence[_Came]) -> Figures:
    pairs = list(zip(cases, came, strict=True))
    total = len(pairs) or 1
    correct = [case.is_correct(one.text) for case, one in pairs]
    answerable = [one for case, one in pairs if case.asked.answerable]
    others = [one for case, one in pairs if not case.asked.answerable]
    cited = [
        case.hits[number - 1].passage.document in case.asked.relevant
        for case, one in pairs
        for number in one.cited
        if case.asked.relevant
    ]
    supported = [s for _, one in pairs for s in one.supported]
    outcomes = [one.outcome for one in came]
    refused = Outcome.REFUSED
    return Figures(
        questions=len(pairs),
        answered=outcomes.count(Outcome.ANSWERED),
        quoted=outcomes.count(Outcome.QUOTED),
        refused=outcomes.count(refused),
        correct=sum(correct) / total,
        wrong=sum(
            one.outcome is Outcome.ANSWERED and not good
            for (_, one), good in zip(pairs, correct, strict=True)
        )
        / total,
        escalated=sum(one.escalated for one in came) / total,
        refusal_recall=_share([one.outcome is refused for one in others]),
        false_refusal=_share([one.outcome is refused for one in answerable]),
        citation_precision=_share(cited),
        supported_sentences=_share(supported),
        words=sum(len(one.text.split()) for one in came) / total,
    )


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _baselines(cases: Sequence[_Case], escalated: float, rng: random.Random) -> dict[str, Figures]:
    small = [_came(case.small, escalated=False) for case in cases]
    large = [_came(case.large, escalated=True) for case in cases]
    by_length = [
        two if case.small.generation.usage.completion_tokens < SHORT_TOKENS else one
        for case, one, two in zip(cases, small, large, strict=True)
    ]
    return {
        "always_small": _figures(cases, small),
        "always_large": _figures(cases, large),
        "length_rule": _figures(cases, by_length),
        "random": _figures(cases, _mixed(small, large, _randomly(cases, rng), escalated)),
        "quotation_only": _figures(
            cases, [_Came(Outcome.QUOTED, case.quotation) for case in cases]
        ),
        "perfect_router": _figures(
            cases, _mixed(small, large, _perfectly(cases, small, large), escalated)
        ),
    }


def _randomly(cases: Sequence[_Case], rng: random.Random) -> list[int]:
    return rng.sample(range(len(cases)), len(cases))


def _perfectly(cases: Sequence[_Case], small: Sequence[_Came], large: Sequence[_Came]) -> list[int]:
    """First the questions that the large model makes right, last those that it makes wrong."""
    gains = [
        case.is_correct(two.text) - case.is_correct(one.text)
        for case, one, two in zip(cases, small, large, strict=True)
    ]
    return sorted(range(len(cases)), key=lambda n: -gains[n])


def _mixed(
    small: Sequence[_Came], large: Sequence[_Came], order: Sequence[int], share: float
) -> list[_Came]:
    chosen = set(order[: round(share * len(small))])
    return [large[n] if n in chosen else small[n] for n in range(len(small))]


def _curve(cases: Sequence[_Case], rng: random.Random) -> dict[str, dict[str, float]]:
    """How many are correct when a given share is escalated, answers of both models as they are."""
    small = [_came(case.small, escalated=False) for case in cases]
    large = [_came(case.large, escalated=True) for case in cases]
    orders = {
        "ours": sorted(range(len(cases)), key=lambda n: cases[n].rank),
        "length": sorted(
            range(len(cases)), key=lambda n: cases[n].small.generation.usage.completion_tokens
        ),
        "random": _randomly(cases, rng),
        "perfect": _perfectly(cases, small, large),
    }
    rates = dict.fromkeys((0.0, *RATES, 1.0))
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for rate in rates:
        for name, order in orders.items():
            came = _mixed(small, large, order, rate)
            found[f"{rate:g}"][name] = _figures(cases, came).correct
        # Random in expectation: a mix of both ends.
        ends = _figures(cases, small).correct, _figures(cases, large).correct
        found[f"{rate:g}"]["random"] = (1 - rate) * ends[0] + rate * ends[1]
    return dict(found)


def _gate(
    testset: TestSet, index: SetIndex, cases: Sequence[_Case]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """How well the evidence tells questions with an answer in the set from those without."""
    titles = {document.id: document.title for document in testset.documents}
    answerable = [case for case in cases if case.asked.answerable]

    def strength(case: _Case, held_out: frozenset[str]) -> float:
        query, hits = index.hits(case.asked, held_out=held_out)
        return weigh(query, hits, index.retriever.idf_of).strength

    def of_title(case: _Case) -> frozenset[str]:
        own = {titles.get(document) for document in case.asked.relevant} - {None, ""}
        return (
            frozenset(d for d, title in titles.items() if title in own) | case.asked.relevant.keys()
        )

    found = {
        "answerable": [case.evidence.strength for case in answerable],
        "unanswerable": [c.evidence.strength for c in cases if not c.asked.answerable],
        "document held out": [strength(c, frozenset(c.asked.relevant)) for c in answerable],
        "title held out": [strength(c, of_title(c)) for c in answerable],
    }
    positive = found["answerable"]
    scores = {
        name: auroc(positive, negative)
        for name, negative in found.items()
        if name != "answerable" and positive and negative
    }
    levels = (0.05, 0.1, 0.125, 0.15, 0.2, 0.3, 0.5, 0.7)
    curve = {
        f"{level:g}": {
            name: _share([one < level for one in values]) for name, values in found.items()
        }
        for level in levels
    }
    return scores, curve


def _support(
    testset: TestSet, index: SetIndex, cases: Sequence[_Case], clock: Clock, rng: random.Random
) -> tuple[dict[str, dict[str, float]], float]:
    """How the check judges sentences that are true or false by construction."""
    documents = {document.id: document for document in testset.documents}
    judged: dict[Made, list[bool]] = defaultdict(list)
    elapsed, checks = 0.0, 0
    for case in cases:
        asked = case.asked
        gold = next((documents[d] for d in asked.relevant if d in documents), None)
        if gold is None or not asked.answerable:
            continue
        _, hits = index.hits(asked, CHECK_PASSAGES)
        passages = [(hit.number, hit.passage) for hit in hits]
        texts = "\n".join(passage.text for _, passage in passages)
        if not any(asked.answers[0] in p.text for _, p in passages if p.document == gold.id):
            continue
        started = clock.now()
        grounding = Grounding(passages, index.retriever.idf_of, index.languages[0])
        for one in made_sentences(asked, gold, _other_than(gold, testset, rng), texts, rng):
            sentences = grounding.check(one.text)
            checks += 1
            full = bool(sentences) and all(s.support is Support.FULL for s in sentences)
            judged[one.made].append(full is one.made.is_true)
        elapsed += clock.now() - started
    table = {
        made.value: {"count": len(right), "right": _share(right)} for made, right in judged.items()
    }
    return table, elapsed / checks if checks else 0.0


def _other_than(gold: Text, testset: TestSet, rng: random.Random) -> Text:
    """A document of another title, or else another document."""
    titles = {document.title for document in testset.documents}
    while True:
        other = rng.choice(testset.documents)
        if other.id != gold.id and (other.title != gold.title or len(titles) == 1):
            return other
