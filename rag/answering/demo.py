"""The rules for a model that only serves for demonstration, such as the built-in one.

Measured on questions about the guide, its sentences are right where they are copies and mostly
nonsense elsewhere; asked to choose the sentence that answers, it is right less often than the
ranking of quotations. So its text stands only where it is nearly verbatim and lies on the best
quotation, and its turn ends as soon as that is out of the question.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from rag.domain.answers import Confidence, Reason, ReasonCode, Sentence
from rag.domain.events import Checked
from rag.text.sentences import split_sentences
from rag.verification.claims import claim_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.protocols import Clock

VERBATIM_SHARE = 0.9
"""The share of a sentence's words that one quoted sentence must have."""
VERBATIM_CHARACTERS = 85.0
"""The share of its characters, in percent, that stand in the quoted sentence in the same order."""
WHOLE_SHARE = 0.5
"""The share of the quoted sentence's words that it has; with fewer it is a fragment."""
PATIENCE_MS = 1_500.0
"""From the question to the first sentence; a quotation has to be there within two seconds."""


class DemoTurn:
    """Decides while a demonstration model writes whether its turn is over."""

    def __init__(
        self, quoted: Sequence[str], language: str, clock: Clock, asked: float | None = None
    ) -> None:
        """``quoted``: what would be quoted instead; ``asked``: when the question came."""
        self._quoted = [
            (text[start:end], claim_of(text[start:end], language))
            for text in quoted
            for start, end in split_sentences(text)
        ]
        self._language = language
        self._clock = clock
        self._asked = clock.now() if asked is None else asked
        self._has_sentence = False
        self._failed = False

    def see(self, event: object) -> None:
        """Take note of checked sentences."""
        if isinstance(event, Checked) and event.sentences:
            self._has_sentence = True
            self._failed = self._failed or not self.stands(event.sentences)

    def is_over(self) -> bool:
        """Return whether nothing of the turn can stand any more, or it takes too long."""
        late = self._clock.now() - self._asked > PATIENCE_MS
        return self._failed or (late and not self._has_sentence)

    def stands(self, sentences: Sequence[Sentence]) -> bool:
        """Return whether each sentence is nearly a copy of one that would be quoted."""
        return bool(sentences) and all(self._is_copy(sentence) for sentence in sentences)

    def _is_copy(self, sentence: Sentence) -> bool:
        said = claim_of(sentence.text, self._language)
        values = {number.value for number in said.numbers}
        return any(
            fuzz.partial_ratio(sentence.text, text) >= VERBATIM_CHARACTERS
            and len(said.terms & quoted.terms) >= VERBATIM_SHARE * len(said.terms)
            and len(said.terms & quoted.terms) >= WHOLE_SHARE * len(quoted.terms)
            and values <= {number.value for number in quoted.numbers}
            for text, quoted in self._quoted
            if said.terms
        )

    def judged(self, confidence: Confidence, sentences: Sequence[Sentence]) -> Confidence:
        """Return the decision with this rule applied."""
        if confidence.accepted and self.stands(sentences):
            return confidence
        reasons = (Reason(ReasonCode.DEMO),)
        return replace(confidence, accepted=False, reasons=reasons, would_change=None)
