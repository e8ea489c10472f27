"""The rules by which a question is escalated to the large model."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain.requests import Escalation, EscalationStyle, Mode

if TYPE_CHECKING:
    from rag.domain.completions import ModelRole

RECENT = 100
FEWEST_RECENT = 10
"""Shares of fewer questions mean little: the share is taken of at least this many."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a cascade."""

    escalation: Escalation = Escalation.AUTO
    min_confidence: float = 0.8
    min_tokens: int = 12
    strict: bool = False
    style: EscalationStyle = EscalationStyle.ANSWER
    max_share: float = 1.0
    """The share of recent questions that may be escalated."""
    max_wait_s: float = 0.0
    """The time limit for the large model's first word after a draft; 0: none."""


class EscalationPolicy:
    """Chooses a question's models and limits the share of escalated questions."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._recent: deque[bool] = deque(maxlen=RECENT)
        """Whether each recent question in mode Auto was escalated."""

    def order(self, mode: Mode, *, has_large: bool) -> tuple[ModelRole, ...]:
        """Return the models to ask in turn until one gives an acceptable text."""
        if mode is Mode.LARGE:
            return ("large",) if has_large else ()
        never = mode is Mode.SMALL or self._rules.escalation is Escalation.NEVER
        return ("small",) if never or not has_large else ("small", "large")

    def wants_more(self, mode: Mode, role: ModelRole) -> bool:
        """Return whether the large model is asked even after an acceptable draft."""
        always = mode is Mode.AUTO and self._rules.escalation is Escalation.ALWAYS
        return always and role == "small"

    def admit(self, mode: Mode) -> bool:
        """Count a question; return whether it may be escalated."""
        if mode is not Mode.AUTO:
            return True
        counted = max(len(self._recent) + 1, FEWEST_RECENT)
        within = sum(self._recent) + 1 <= self._rules.max_share * counted
        self._recent.append(False)
        return within

    def escalated(self, mode: Mode) -> None:
        """Record that the last admitted question was escalated."""
        if mode is Mode.AUTO:
            self._recent[-1] = True
