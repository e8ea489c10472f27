from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.retrieval.bm25.spelling import Spelled
from rag.retrieval.evidence import matched_words, weigh
from rag.retrieval.family import RETRIEVERS
from rag.retrieval.query import TYPO_WEIGHT, build_query
from rag.retrieval.search import retrieve
from rag.text.language_detection import message_language
from tests.fakes import CORPUS, hits_of, retriever_of


def spelled(*words: str) -> Spelled:
    known = Spelled()
    known.learn([tuple((word, word) for word in words)])
    return known


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("warrnty", ["warranty"]),
        ("warantty", ["warranty"]),
        ("Warranyt", ["warranty"]),
        ("pices", ["pieces", "prices"]),
        ("escalatoinn", ["escalation"]),
    ],
)
def test_a_misspelled_word_is_taken_for_the_nearest_known_ones(
    typed: str, meant: list[str]
) -> None:
    known = spelled("warranty", "prices", "pieces", "escalation")
    assert sorted(word for word, _ in known.near(typed, lambda _: 1)) == meant


@pytest.mark.parametrize("word", ["warranty", "cat", "ab12", "umbrella"])
def test_what_is_known_short_no_word_or_near_nothing_stays(word: str) -> None:
    assert spelled("warranty", "car", "ab13").near(word, lambda _: 1) == ()


def test_words_that_only_deleted_documents_had_are_no_help() -> None:
    assert spelled("warranty").near("warrnty", lambda _: 0) == ()


def test_the_query_has_the_known_word_at_less_weight_and_tells_what_was_typed() -> None:
    retriever = retriever_of(*CORPUS)
    near = {"postaeg": [("postage", "postag")]}
    query = build_query(
        "Who pays the postaeg?",
        (),
        message_language("Who pays the postaeg?", ("en",)),
        retriever.idf_of,
        lambda word, _: near.get(word, ()),
    )
    [term] = [term for term in query.terms if term.stands_for]
    assert (term.term, term.word, term.stands_for) == ("postag", "postage", "postaeg")
    assert term.weight == TYPO_WEIGHT


def test_the_gate_counts_a_respelled_word_as_found_and_an_unknown_one_as_missing() -> None:
    retriever = retriever_of(*CORPUS)
    near = {"postaeg": [("postage", "postag"), ("passage", "passag")]}
    query = build_query(
        "postaeg of umbrellas",
        (),
        message_language("postaeg of umbrellas", ("en",)),
        retriever.idf_of,
        lambda word, _: near.get(word, ()),
    )
    hits = hits_of(CORPUS[1])
    evidence = weigh(query, hits, retriever.idf_of)
    assert evidence.missing == ("umbrellas",)
    assert matched_words(query, CORPUS[1], retriever.idf_of) == ("postaeg",)


def test_a_question_with_a_typo_finds_its_passage(corpus: Path) -> None:
    generation = KnowledgeBase(corpus, RETRIEVERS["bm25"]).refresh()
    hits, query, _ = retrieve(generation, "How long is the waranty?", (), (), 3)
    assert "warranty lasts two years" in hits[0].passage.text
    assert [term.word for term in query.terms if term.stands_for] == ["warranty"]


def test_a_part_of_a_compound_stands_for_it_in_languages_that_have_compounds() -> None:
    known = spelled("schmalspurbahn", "bahnhof", "combination")
    assert known.near("Spurbahn", lambda _: 1, compounds=True)[0][0] == "schmalspurbahn"
    assert known.near("nation", lambda _: 1) == ()


def test_of_an_unknown_compound_the_last_part_is_searched() -> None:
    known = spelled("urlaub", "vertrag")
    assert known.near("Sonderurlaub", lambda _: 1, compounds=True) == (("urlaub", "urlaub"),)
    assert known.near("Sonderurlaub", lambda _: 1) == ()
