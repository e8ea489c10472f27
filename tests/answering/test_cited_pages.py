from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.cited_pages import at_cited_pages
from rag.domain.answers import Sentence, Support
from rag.domain.documents import Document, Page
from tests.fakes import hits_of, passage

FIRST, SECOND = "Visitors sign in at the gate. ", "Keys are returned at the desk."
DOCUMENT = Document(
    "house.pdf",
    "House rules",
    FIRST + SECOND,
    "hash",
    "en",
    pages=(Page(4, 0, len(FIRST)), Page(5, len(FIRST), len(FIRST + SECOND))),
)
SPANNING = replace(passage(FIRST + SECOND, "house.pdf"), page=4)


def cited(text: str, place: int) -> Sentence:
    return Sentence(text, 0, len(text), Support.FULL, (1,), places=(place,))


@pytest.mark.parametrize(
    ("sentence", "page"),
    [
        (cited("Visitors have to sign in.", 0), 4),
        (cited("You return keys at the desk.", len(FIRST)), 5),
        (cited("Keys are returned at the desk.", 0), 5),
    ],
)
def test_the_page_is_that_of_the_sentence(sentence: Sentence, page: int) -> None:
    [hit] = at_cited_pages(hits_of(SPANNING), [sentence], {"house.pdf": DOCUMENT}.get)
    assert hit.passage.page == page


def test_a_passage_that_nothing_cites_keeps_its_page() -> None:
    [hit] = at_cited_pages(hits_of(SPANNING), [], {"house.pdf": DOCUMENT}.get)
    assert hit.passage.page == 4
