from __future__ import annotations

import pytest

from rag.domain.conversation import Turn
from rag.domain.search import EvidenceLevel
from rag.retrieval.evidence import matched_words, weigh
from rag.retrieval.query import build_query
from rag.text.language_detection import message_language
from tests.fakes import CORPUS, POSTAGE, PRICE, hits_of, passage, retriever_of

RETRIEVER = retriever_of(*CORPUS)


def level(question: str, *, history: tuple[Turn, ...] = ()) -> EvidenceLevel:
    query = build_query(question, history, message_language(question, ("en",)), RETRIEVER.idf_of)
    found = [p for _, p in RETRIEVER.search(query.weights, 5)]
    return weigh(query, hits_of(*found), RETRIEVER.idf_of).level


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How much does the RelayBox cost?", EvidenceLevel.STRONG),
        ("What is the capital of Mongolia?", EvidenceLevel.NONE),
        ("What do hedgehogs eat in winter when the lake freezes?", EvidenceLevel.NONE),
    ],
)
def test_the_level_says_how_much_of_the_question_stands_together(
    question: str, expected: EvidenceLevel
) -> None:
    assert level(question) is expected


def test_a_question_in_two_parts_is_not_refused() -> None:
    question = "How long can a customer keep the RelayBox before sending it back, and who pays?"
    assert level(question) is not EvidenceLevel.NONE


def test_the_missing_words_are_told_as_they_were_written() -> None:
    query = build_query(
        "Who pays in Mongolia?",
        (),
        message_language("Who pays in Mongolia?", ("en",)),
        RETRIEVER.idf_of,
    )
    evidence = weigh(query, hits_of(POSTAGE), RETRIEVER.idf_of)
    assert evidence.missing == ("Mongolia",)
    assert evidence.matched == ("pays",)


def test_words_of_earlier_turns_are_not_called_missing() -> None:
    history = (Turn("Tell me of Mongolia", "Nothing."),)
    query = build_query(
        "And who pays it?", history, message_language("And who pays it?", ("en",)), RETRIEVER.idf_of
    )
    assert weigh(query, hits_of(POSTAGE), RETRIEVER.idf_of).missing == ()


def test_words_far_apart_are_no_evidence_together() -> None:
    far = passage("relaybox " + "filler words here " * 60 + " costs")
    near = passage("filler words here " * 60 + " relaybox costs")
    retriever = retriever_of(far, near)
    query = build_query(
        "relaybox costs", (), message_language("relaybox costs", ("en",)), retriever.idf_of
    )
    apart = weigh(query, hits_of(far), retriever.idf_of).coverage
    assert apart < weigh(query, hits_of(near), retriever.idf_of).coverage == 1.0


def test_a_compound_is_found_by_its_parts() -> None:
    query = build_query(
        "return-postage", (), message_language("return-postage", ("en",)), RETRIEVER.idf_of
    )
    assert matched_words(query, POSTAGE, RETRIEVER.idf_of) == ("return-postage",)


def test_nothing_found_is_no_evidence() -> None:
    query = build_query("Who pays?", (), message_language("Who pays?", ("en",)), RETRIEVER.idf_of)
    evidence = weigh(query, (), RETRIEVER.idf_of)
    assert (evidence.level, evidence.coverage) == (EvidenceLevel.NONE, 0.0)


def test_a_question_without_content_words_has_no_evidence() -> None:
    query = build_query("the of and", (), message_language("the of and", ("en",)), RETRIEVER.idf_of)
    assert weigh(query, hits_of(PRICE), RETRIEVER.idf_of).level is EvidenceLevel.NONE


def test_a_missing_word_that_tells_little_weighs_less() -> None:
    telling = "What Mongolia costs the RelayBox?"
    vague = "What usually happens when the RelayBox costs?"

    def coverage(question: str) -> float:
        query = build_query(question, (), message_language(question, ("en",)), RETRIEVER.idf_of)
        found = [p for _, p in RETRIEVER.search(query.weights, 5)]
        return weigh(query, hits_of(*found), RETRIEVER.idf_of).coverage

    assert coverage(vague.replace("usually ", "")) > coverage(telling)
