from __future__ import annotations

from dataclasses import replace

from rag.answering.numbering import Numbering
from rag.domain.answers import Sentence, Support
from rag.domain.conversation import Turn
from tests.fakes import POSTAGE, PRICE, RETURNS, hits_of

HITS = hits_of(RETURNS, POSTAGE, PRICE)


def citing(*numbers: int) -> Sentence:
    return Sentence("So it is.", 0, 9, Support.FULL, numbers)


def numbers_of(sentences: tuple[Sentence, ...]) -> list[tuple[int, ...]]:
    return [sentence.citations for sentence in sentences]


def test_an_answer_that_stands_alone_begins_at_one() -> None:
    number = Numbering(HITS)
    assert numbers_of(number.of_sentences([citing(3), citing(2, 3)])) == [(1,), (2, 1)]


def test_what_is_not_cited_comes_after_all_that_is() -> None:
    number = Numbering(HITS)
    number.of_sentences([citing(3)])
    assert [hit.number for hit in number.of_hits(HITS)] == [2, 3, 1]


def test_a_passage_cited_again_keeps_its_number_and_new_ones_follow() -> None:
    earlier = Turn("Q?", "A. [1]", hits=(replace(HITS[2], number=1),), sentences=(citing(1),))
    found = (replace(HITS[2], number=1), replace(HITS[0], number=2), replace(HITS[1], number=3))
    number = Numbering(found, (earlier,))
    assert numbers_of(number.of_sentences([citing(3), citing(1)])) == [(2,), (1,)]


def test_the_number_of_a_passage_that_nobody_saw_is_free() -> None:
    earlier = Turn("Q?", "A. [1]", hits=HITS, sentences=(citing(1),))
    assert Numbering((), (earlier,))(7) == 2


def test_a_number_in_a_list_of_documents_is_seen_too() -> None:
    earlier = Turn("Which documents?", "", hits=HITS, listed=frozenset({1, 2}))
    assert Numbering((), (earlier,))(7) == 3
