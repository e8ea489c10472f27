"""The rules by which a draft goes to the large model."""

from __future__ import annotations

from dataclasses import dataclass

from rag.domain.requests import (
    Escalation,
    EscalationStyle,
)

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
