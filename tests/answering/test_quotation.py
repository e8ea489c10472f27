from __future__ import annotations

from rag.answering.quotation import MAX_WORDS, quotation_for, quote
from rag.answering.sentence_signals import Quote
from rag.domain.documents import Passage
from rag.retrieval.query import build_query
from rag.text.answer_type import defined_subject, defines
from rag.text.language_detection import message_language
from rag.text.program_text import is_no_statement
from tests.fakes import CORPUS, hits_of, passage, retriever_of


def quotes(question: str, *passages: object) -> tuple[Quote, ...]:
    retriever = retriever_of(*CORPUS)
    query = build_query(question, (), message_language(question, ("en",)), retriever.idf_of)
    found = [p for _, p in retriever.search(query.weights, 5)]
    return quote(question, query, hits_of(*found), retriever.idf_of)


def test_the_sentence_that_answers_is_quoted_word_for_word() -> None:
    found = quotes("How much does the RelayBox cost?")
    assert found[0].text.startswith("The RelayBox costs 249 euros and weighs 1.2 kg.")


def test_quotes_are_few_and_short_the_best_first_then_in_reading_order() -> None:
    found = quotes("Who pays the return postage when the RelayBox is faulty?")
    assert 1 <= len(found) <= 3
    assert sum(len(q.text.split()) for q in found) <= MAX_WORDS
    places = [(q.position, q.start) for q in found[1:]]
    assert places == sorted(places)


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


def quoted_from(question: str, *passages: Passage) -> str:
    retriever = retriever_of(*passages)
    query = build_query(question, (), message_language(question, ("en",)), retriever.idf_of)
    found = [p for _, p in retriever.search(query.weights, 5)]
    hits = hits_of(*found)
    made = quotation_for([(question, query, hits)], hits, retriever.idf_of)
    assert made is not None
    return made.text


def test_neighbouring_sentences_are_quoted_together() -> None:
    text = "The filter of the pump is cleaned every month. It must be dry before it goes back into its housing."
    assert quoted_from("How is the filter of the pump cleaned?", passage(text)) == f"{text} [1]"


def test_a_command_comes_with_the_sentence_that_introduces_it() -> None:
    text = "Start the pump service like this:\n\n```bash\nsystemctl start pump\n```\n\nWait."
    found = quoted_from("How do I start the pump service?", passage(text))
    assert "like this:\n\n```bash\nsystemctl start pump\n```" in found


def test_code_is_quoted_as_code_with_its_comments() -> None:
    text = "```bash\n# Models of the pump are stored in /var/pump\nls -l /var/pump/models\n```"
    found = quoted_from("Where are models of the pump stored?", passage(text))
    assert found.startswith("````\n# Models of the pump are stored in /var/pump")
    assert found.endswith("\n````\n[1]")


def test_a_tables_row_is_quoted_as_column_and_value() -> None:
    rows = passage(
        "| RelayBox | 249 euros | |", table_header="| Product | Price | Note |\n| --- | --- | --- |"
    )
    found = quoted_from("What is the price of the RelayBox?", rows)
    assert found == "Product: RelayBox; Price: 249 euros [1]"


def test_an_abbreviation_is_quoted_where_it_is_spelled_out() -> None:
    assert defined_subject("What does GGUF stand for?") == "GGUF"
    assert defines("GGUF", "GGUF (Generalized GGML Unified Format) is a file format.")
    assert defines("DE", "Call the Duty Engineer (DE) at night.")
    assert not defines("GGUF", "Many models are in GGUF (see above).")


def test_words_of_the_heading_above_count_for_a_sentence() -> None:
    coast = passage("The fee is 4 euros a day.", heading="Boats on the coast")
    lake = passage("The fee is 9 euros a day.", heading="Boats on the lake")
    assert "9 euros" in quoted_from("What is the fee for boats on the lake?", coast, lake)
