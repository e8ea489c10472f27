"""Models that say what a set knows, right or wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.domain.completions import Capabilities, Check, Delta, Profile, Usage
from rag.evaluation.synthetic_claims import Construction, synthetic_claims

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from rag.domain.completions import Message
    from rag.evaluation.beir import Asked, EvaluationSet

RIGHT = 0.75
"""How often the scripted small model is right."""
HEDGE = "I am sorry, but the passages do not contain this information."
_INVENTED = (
    "According to the annual report, the committee of Brondal decided it in the spring of 1823."
)


@dataclass
class ScriptedBackend:
    """A model that knows what to say to each question of a set."""

    model: str
    texts: Mapping[str, str]
    known: frozenset[str] = frozenset()
    """Texts that it can only say where they stand in what it is given."""
    base_url: str = "scripted"
    profile: Profile = field(default_factory=lambda: Profile(2_000, 400))
    stated_window: int | None = None
    stated_slots: int | None = None

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
            text = HEDGE
        yield Delta(text=text)
        yield Delta(finish_reason="stop")
        yield Delta(usage=Usage(len(asked) // 4, len(text.split())))

    async def load(self, _: float) -> Capabilities:
        """There is nothing to load."""
        return Capabilities()

    async def check(self) -> Check:
        """It is always well."""
        return Check(f"model {self.model}", ok=True, detail="scripted")

    async def close(self) -> None:
        """It holds nothing."""


def scripted(
    testset: EvaluationSet, questions: Sequence[Asked], right: float, rng: random.Random
) -> tuple[dict[str, str], dict[str, str]]:
    """What the small and the large model say to each question."""
    documents = {document.id: document for document in testset.documents}
    small, large = {}, {}
    for question in questions:
        gold = next((documents[d] for d in question.relevant if d in documents), None)
        truth = HEDGE
        made: dict[Construction, str] = {}
        if gold and question.answerable:
            made = {
                one.made: one.text
                for one in synthetic_claims(question, gold, rng.choice(testset.documents), "", rng)
            }
            truth = made.get(Construction.GOLD, question.answers[0])
        failures = (
            made.get(Construction.ABSENT_VALUE, _INVENTED),
            made.get(Construction.OTHER_DOCUMENT, _INVENTED),
            HEDGE,
            "",
            _INVENTED,
        )
        large[question.text] = truth
        small[question.text] = truth if rng.random() < right else rng.choice(failures)
    return small, large
