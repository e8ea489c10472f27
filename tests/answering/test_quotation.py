from __future__ import annotations

from rag.answering.quotation import MAX_WORDS, Quote, is_no_statement, quote
from rag.retrieval.query import build_query
from rag.text.answer_type import defined_subject, defines
from rag.text.language_detection import message_language
from tests.fakes import CORPUS, hits_of, passage, retriever_of


def quotes(question: str, *passages: object) -> tuple[Quote, ...]:
    retriever = retriever_of(*CORPUS)
    query = build_query(question, (), message_language(question, ("en",)), retriever.idf_of)
    found = [p for _, p in retriever.search(query.weights, 5)]
    return quote(question, query, hits_of(*found), retriever.idf_of)


def test_the_sentence_that_answers_is_quoted_word_for_word() -> None:
    found = quotes("How much does the RelayBox cost?")
    assert "The RelayBox costs 249 euros and weighs 1.2 kg." in [q.text for q in found]


def test_quotes_are_few_short_and_in_reading_order() -> None:
    found = quotes("Who pays the return postage when the RelayBox is faulty?")
    assert 1 <= len(found) <= 2
    assert sum(len(q.text.split()) for q in found) <= MAX_WORDS
    assert [(q.position, q.start) for q in found] == sorted((q.position, q.start) for q in found)


def test_headings_questions_and_fragments_are_not_quoted() -> None:
    retriever = retriever_of(passage("Who pays? Pays. # Pays all"))
    query = build_query("Who pays?", (), message_language("Who pays?", ("en",)), retriever.idf_of)
    hits = hits_of(passage("Who pays the return postage? Pays."))
    assert quote("Who pays?", query, hits, retriever.idf_of) == ()


def test_a_definition_is_quoted_where_one_is_asked_for() -> None:
    assert defined_subject("What is model quantization?") == "model quantization"
    assert defined_subject("Was ist ein Vertrag?") == "Vertrag"
    assert defined_subject("What is the price of the box in shops near me") != ""
    assert not defined_subject("How long is the warranty?")
    assert defines("quantization", "Model quantization is a technique that saves memory.")
    assert defines("RAG", "RAG stands for retrieval-augmented generation.")
    assert not defines("quantization", "The quantization landscape continues to evolve.")
    assert not defines("RAG", "RAG is not a model.")


def test_what_a_program_printed_is_not_quoted() -> None:
    assert is_no_statement("[OK] Initialized 'phi-4-mini'")
    assert is_no_statement("Attempt 4/30...")
    assert not is_no_statement("The second attempt succeeded after an error in the first.")
