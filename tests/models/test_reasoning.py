from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.reasoning import ReasoningFilter

HARMONY = (
    "<|channel|>analysis<|message|>The user asks for days.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>30 days.<|return|>"
)


def split(*pieces: str) -> tuple[str, str]:
    kept = ReasoningFilter()
    parts = [*(kept.feed(piece) for piece in pieces), kept.close()]
    return "".join(said for said, _ in parts), "".join(thought for _, thought in parts)


@pytest.mark.parametrize(
    ("text", "said", "thought"),
    [
        ("30 days.", "30 days.", ""),
        (HARMONY, "30 days.", "The user asks for days."),
        ("<think>Days?</think>30 days.", "30 days.", "Days?"),
        ("a < b and <b>", "a < b and <b>", ""),
        ("<|channel|>analysis<|message|>never ends", "", "never ends"),
    ],
)
def test_thinking_is_told_from_what_is_said(text: str, said: str, thought: str) -> None:
    assert split(text) == (said, thought)


@given(st.lists(st.integers(0, len(HARMONY)), max_size=12))
def test_where_the_stream_is_cut_does_not_matter(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(HARMONY)]
    pieces = [HARMONY[a:b] for a, b in itertools.pairwise(edges)]
    assert split(*pieces) == ("30 days.", "The user asks for days.")
