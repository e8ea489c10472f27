from __future__ import annotations

import pytest

from rag.text.abbreviations import explained_in


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("The Duty Engineer (DE) is on call.", [("DE", "Duty Engineer")]),
        ("Call the DE (Duty Engineer) first.", [("DE", "Duty Engineer")]),
        ("Wear personal protective equipment (PPE).", [("PPE", "personal protective equipment")]),
        (
            "Der Technische Überwachungsverein (TÜV) prüft.",
            [("TÜV", "Technische Überwachungsverein")],
        ),
        (
            "Retrieval-augmented generation (RAG) helps.",
            [("RAG", "Retrieval-augmented generation")],
        ),
        ("The result was fine (OK) again.", []),
        ("It closes. Every day (DE) counts.", []),
        ("See the appendix (A).", []),
    ],
)
def test_an_abbreviation_stands_for_the_words_whose_letters_it_has(
    text: str, explained: list[tuple[str, str]]
) -> None:
    assert list(explained_in(text)) == explained
