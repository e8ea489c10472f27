from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.question_parts import MOST_PARTS, parts_of


def texts(question: str) -> list[str]:
    return [part.text for part in parts_of(question)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How do I connect LM Studio? And which port does Ollama use?",
            ["How do I connect LM Studio?", "And which port does Ollama use?"],
        ),
        (
            "Who pays the postage and how long does it take?",
            ["Who pays the postage?", "how long does it take?"],
        ),
        (
            "How do I install the pump, and what port does it use?",
            ["How do I install the pump?", "what port does it use?"],
        ),
        (
            "Wie lange ist die Garantie und wer bezahlt das Porto?",
            ["Wie lange ist die Garantie?", "wer bezahlt das Porto?"],
        ),
        (
            "Hoe lang is de garantie en wie betaalt de post?",
            ["Hoe lang is de garantie?", "wie betaalt de post?"],
        ),
        (
            "What is the default of RAG_TOP_K and of RAG_TIMEOUT_S?",
            ["What is the default of RAG_TOP_K?", "What is the default of RAG_TIMEOUT_S?"],
        ),
        ("Compare LM Studio and Ollama", ["LM Studio", "Ollama"]),
        ("Vergleiche LM Studio und Ollama", ["LM Studio", "Ollama"]),
        ("What is the difference between Phi-4 and Phi-3?", ["Phi-4", "Phi-3"]),
        (
            "Compare LM Studio and Ollama on memory use",
            ["LM Studio on memory use", "Ollama on memory use"],
        ),
        (
            "What are the ports of Ollama, LM Studio and vLLM?",
            [f"What are the ports of {name}?" for name in ("Ollama", "LM Studio", "vLLM")],
        ),
    ],
)
def test_a_question_is_taken_apart(question: str, parts: list[str]) -> None:
    assert texts(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "How much does the RelayBox cost?",
        "I have a pump. What does it cost?",
        "What are terms and conditions?",
        "How do I search and replace text?",
        "Is it safe and dry?",
        "Hello",
        "",
    ],
)
def test_a_question_of_one_part_stays_whole(question: str) -> None:
    assert texts(question) == [question]


def test_a_part_leans_on_the_one_before() -> None:
    assert parts_of("How do I start the pump? Which port does it use?")[1].leans_on == (
        "How do I start the pump?"
    )


def test_names_in_a_list_remember_it() -> None:
    assert parts_of("Who leads Research and Development?")[0].listed == "Research and Development"


@given(st.text(max_size=200))
def test_any_text_has_a_few_parts(text: str) -> None:
    assert 1 <= len(parts_of(text)) <= MOST_PARTS
