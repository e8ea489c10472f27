"""The rules by which a draft goes to the large model."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.domain.requests import Escalation, EscalationStyle, Mode

if TYPE_CHECKING:
    from rag.domain.completions import ModelRole

RECENT = 100
FEWEST_RECENT = 10
"""Shares of fewer questions say nothing: so many are counted from the first one on."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that a cascade goes by."""

    escalation: Escalation = Escalation.AUTO
    min_confidence: float = 0.5
    min_tokens: int = 12
    strict: bool = False
    style: EscalationStyle = EscalationStyle.ANSWER
    max_share: float = 1.0
    """Of the last questions that may be escalated."""
    max_wait_s: float = 0.0
    """For the large model's first word after a draft; 0: for ever."""


class EscalationPolicy:
    """Which models a question may go to, and how many of the last ones were escalated."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._recent: deque[bool] = deque(maxlen=RECENT)
        """Were the last questions in mode Auto escalated?"""

    def order(self, mode: Mode, *, has_large: bool) -> tuple[ModelRole, ...]:
        """The models to ask, one after the other until one's text stands."""
        if mode is Mode.LARGE:
            return ("large",) if has_large else ()
        never = mode is Mode.SMALL or self._rules.escalation is Escalation.NEVER
        return ("small",) if never or not has_large else ("small", "large")

    def wants_more(self, mode: Mode, role: ModelRole) -> bool:
        """Is the large model, where there is one, asked even after a draft that stands?"""
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
        """Note that the question counted last was escalated."""
        if mode is Mode.AUTO:
            self._recent[-1] = True
