from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.quotation import quote
from rag.corpus.knowledge_base import KnowledgeBase
from rag.domain.search import EvidenceLevel
from rag.retrieval.family import RETRIEVERS
from rag.retrieval.search import retrieve, retrieve_parts
from rag.text.question_parts import parts_of

TEXTS = {
    "rota.md": "# Rota\n\nThe Duty Engineer (DE) carries the pager.\n\n## Sundays\n\nOn Sundays the DE"
    " is Anna Brandt.\n",
    "minutes.md": "# Minutes\n\nThe works council met on 5 March 2026 in hall two.\n",
    "bahn.md": "# Die Strecke\n\nDie Schmalspurbahn wurde wegen Steinschlags gesperrt.\n",
    "pump.md": "# Pump\n\nThe part AX-1040-B fits every pump; its firmware is v2.10.0.\n",
    "budget.md": "# Budget\n\nThe hall cost 1,250,000 euros in all.\n",
    "tea.md": "# Tea\n\nTea is served at four in the canteen.\n",
}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who is the duty engineer on Sundays?", "DE is Anna Brandt"),
        ("What happened on 2026-03-05?", "works council met"),
        ("Warum ist die Spurbahn gesperrt?", "Steinschlags"),
        ("What does part AX1040B fit?", "fits every pump"),
        ("What has firmware 2.10?", "firmware is"),
        ("What cost 1 250 000 euros?", "hall cost"),
    ],
)
def test_a_passage_is_found_weighed_and_quoted_in_another_spelling(
    tmp_path: Path, question: str, found: str
) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    corpus = KnowledgeBase(tmp_path, RETRIEVERS["bm25"]).refresh()
    hits, query, evidence = retrieve(corpus, question, (), (), 5)
    assert any(found in hit.passage.text for hit in hits[:2])
    assert evidence.level is not EvidenceLevel.NONE
    quoted = quote(question, query, hits, corpus.retriever.idf_of)
    assert any(found in piece.text for piece in quoted)


def test_what_is_abbreviated_is_found_in_each_part_of_a_question(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    corpus = KnowledgeBase(tmp_path, RETRIEVERS["bm25"]).refresh()
    text = "When is tea served? And who is the duty engineer on Sundays?"
    _, query, _, parts = retrieve_parts(corpus, parts_of(text), text, (), (), 5)
    assert any("DE is Anna Brandt" in hit.passage.text for hit in parts[1].hits[:2])
    assert "DE" in {term.word for term in parts[1].query.terms}
    assert "DE" in {term.word for term in query.terms}
