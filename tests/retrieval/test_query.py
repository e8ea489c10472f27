from __future__ import annotations

import pytest

from rag.domain.conversation import Turn
from rag.retrieval.query import ANSWER_WEIGHT, HISTORY_WEIGHT, build_query
from rag.text.language_detection import message_language
from tests.fakes import CORPUS, retriever_of

IDF = retriever_of(*CORPUS).idf_of
EARLIER = (Turn("What is the RelayBox?", "The RelayBox is a relay with a faulty antenna."),)


def test_a_word_of_two_languages_is_in_the_corpus_language() -> None:
    query = build_query(
        "Was umgibt Chloroplasten?",
        (),
        message_language("Was umgibt Chloroplasten?", ("de", "en")),
        IDF,
    )
    assert query.language == "de"
    assert "chloroplast" in query.weights


def test_a_question_weighs_its_own_words_at_one() -> None:
    query = build_query(
        "Who pays the postage?", (), message_language("Who pays the postage?", ("en",)), IDF
    )
    assert query.weights == {"pay": 1.0, "postag": 1.0}


def test_earlier_questions_and_the_last_answer_weigh_less() -> None:
    query = build_query(
        "And how much does it cost?",
        EARLIER,
        message_language("And how much does it cost?", ("en",)),
        IDF,
    )
    assert query.weights["cost"] == 1.0
    assert query.weights["relaybox"] == HISTORY_WEIGHT
    assert query.weights["antenna"] == ANSWER_WEIGHT


def test_older_questions_fade() -> None:
    history = (Turn("Which antenna?", ""), Turn("Which battery?", ""))
    weights = build_query(
        "And its price?", history, message_language("And its price?", ("en",)), IDF
    ).weights
    assert 0 < weights["antenna"] < weights["batteri"] < weights["price"]


@pytest.mark.parametrize(
    ("question", "languages", "language"),
    [
        ("Wie lange darf der Kunde das Gerät behalten?", ("en", "de"), "de"),
        ("Wie lange darf der Kunde das Gerät behalten?", ("en",), "en"),
        ("Kosten?", ("de",), "de"),
        ("Kosten?", (), "en"),
    ],
)
def test_the_question_is_read_in_a_language_of_the_corpus(
    question: str, languages: tuple[str, ...], language: str
) -> None:
    assert (
        build_query(question, (), message_language(question, languages), IDF).language == language
    )


def test_function_words_of_another_language_are_not_searched() -> None:
    query = build_query(
        "Wat is de hoofdstad van Mongolië?",
        (),
        message_language("Wat is de hoofdstad van Mongolië?", ("en",)),
        IDF,
    )
    assert [term.word for term in query.terms] == ["hoofdstad", "Mongolië"]


def test_a_word_counts_as_often_as_the_question_has_it() -> None:
    question = "Postage, postage: who pays the postage?"
    query = build_query(question, (), message_language(question, ("en",)), IDF)
    assert query.weights == {"postag": 3.0, "pay": 1.0}
