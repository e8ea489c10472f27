from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from rag.answering.intent.rules import request_of
from rag.domain.conversation import Turn
from rag.domain.requests import Form, Intent, Request
from rag.text.language_detection import message_language
from tests.answering.intent.requests import DOCUMENTS, HISTORY, TABLE

KINDS_OF_QUESTIONS = {"question", "follow_up"}
RIGHT_SHARE = 0.95


def request_in(
    text: str,
    history: Sequence[Turn] = (),
    documents: Mapping[str, str] | None = None,
    focus: str = "",
    page: str = "en",
) -> Request:
    return request_of(text, message_language(text, (), page), history, documents, focus)


def told(text: str) -> Intent:
    return request_in(text, HISTORY, DOCUMENTS, "returns.md").intent


def test_of_the_table_nearly_all_requests_are_told() -> None:
    wrong = [(kind, text, told(text)) for kind, text in TABLE if told(text) != kind]
    assert len(wrong) <= (1 - RIGHT_SHARE) * len(TABLE), wrong


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in TABLE} - KINDS_OF_QUESTIONS))
def test_of_each_kind_nearly_all_are_told(kind: str) -> None:
    texts = [text for k, text in TABLE if k == kind]
    wrong = [text for text in texts if told(text) != kind]
    assert len(wrong) <= 1 + 0.1 * len(texts), wrong


QUESTIONS = [text for kind, text in TABLE if kind in KINDS_OF_QUESTIONS]


def test_the_table_has_enough_of_every_kind_for_its_shares_to_mean_something() -> None:
    assert len(TABLE) > 100
    assert len(QUESTIONS) > 20
    assert {kind for kind, _ in TABLE} == set(Intent)


def test_no_question_of_the_table_is_taken_for_something_else() -> None:
    assert [text for text in QUESTIONS if told(text) not in KINDS_OF_QUESTIONS] == []


def test_without_a_conversation_every_question_is_one() -> None:
    found = {text: request_in(text, (), DOCUMENTS).intent for text in QUESTIONS}
    assert set(found.values()) == {Intent.QUESTION}, found


@pytest.mark.parametrize(
    ("text", "form", "language"),
    [
        ("Make that shorter", Form.SHORTER, ""),
        ("Put it in a table", Form.TABLE, ""),
        ("Schrijf er een korte e-mail van", Form.EMAIL, ""),
        ("Say it in plain English", Form.SIMPLER, ""),
        ("Übersetze das ins Englische", Form.TRANSLATION, "en"),
        ("And in Dutch?", Form.TRANSLATION, "nl"),
    ],
)
def test_the_shape_wanted_is_told(text: str, form: Form, language: str) -> None:
    found = request_in(text, HISTORY)
    assert (found.intent, found.form, found.language) == (Intent.REWORK, form, language)


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("Summarise returns.md and office/holidays.md", {"returns.md", "office/holidays.md"}),
        ("What is “RelayBox FAQ” about?", {"faq.md"}),
        ("Give me a summary of the employee handbook", {"handbook-2026.pdf"}),
        ("Summarise this document", {"privacy.docx"}),
    ],
)
def test_the_document_meant_is_told(text: str, documents: set[str]) -> None:
    found = request_in(text, HISTORY, DOCUMENTS, "privacy.docx")
    assert (found.intent, set(found.documents)) == (Intent.DOCUMENT, documents)


def test_a_document_that_nobody_named_is_left_open() -> None:
    found = request_in("Summarise this file", (), DOCUMENTS)
    assert (found.intent, found.documents) == (Intent.DOCUMENT, ())


def test_summarise_this_means_the_answer_where_there_is_one() -> None:
    assert request_in("Summarise this", HISTORY, DOCUMENTS).intent is Intent.REWORK
    assert request_in("Summarise this", (), DOCUMENTS).intent is Intent.DOCUMENT


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Which documents mention Escalation?", "Escalation"),
        ("In welke documenten staat iets over „Urlaub“?", "Urlaub"),
        ("Wo wird die Garantie erwähnt?", "die Garantie"),
        ("What documents do you have?", ""),
    ],
)
def test_what_the_documents_should_mention_is_told_as_written(text: str, topic: str) -> None:
    found = request_in(text)
    assert (found.intent, found.topic) == (Intent.CORPUS, topic)


def test_the_newest_documents_are_asked_for() -> None:
    assert request_in("What are the newest documents?").newest_first


@pytest.mark.parametrize(
    "text",
    [
        "simpler please, my colleague isn't technical",
        "Too long. Two sentences max.",
        "Schreib das bitte um, es klingt sehr nach Behörde",
    ],
)
def test_a_remark_beside_a_request_changes_nothing(text: str) -> None:
    assert request_in(text, HISTORY).intent is Intent.REWORK


@pytest.mark.parametrize(
    "text",
    ["How long may a customer keep it, in one sentence?", "?!", "Give me the fees, as a table"],
)
def test_a_question_in_a_shape_stays_a_question(text: str) -> None:
    assert request_in(text, HISTORY).intent in {Intent.QUESTION, Intent.FOLLOW_UP}


def test_a_question_about_a_name_stands_alone() -> None:
    assert request_in("Who is Chopin?", HISTORY).intent is Intent.QUESTION
    assert request_in("What is the price?", HISTORY).intent is Intent.FOLLOW_UP


@pytest.mark.parametrize(
    ("text", "language"), [("Danke!", "de"), ("Bedankt!", "nl"), ("Thanks!", "en"), ("你好", "en")]
)
def test_small_talk_is_answered_in_its_language(text: str, language: str) -> None:
    assert message_language(text).reply == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("kürzer bitte", "de"),
        ("korter graag", "nl"),
        ("fasse returns.md zusammen", "de"),
        ("vat returns.md samen", "nl"),
        ("shorter please", "en"),
    ],
)
def test_a_short_request_tells_its_language_by_its_own_words(text: str, language: str) -> None:
    assert request_in(text, HISTORY, DOCUMENTS).spoken == language


def test_what_both_languages_share_is_taken_for_the_pages() -> None:
    assert request_in("e-mail", HISTORY, DOCUMENTS, page="de").spoken in {"", "de"}
    assert message_language("RelayBox?", (), "de").reply == "de"


def test_a_file_that_is_not_there_is_named() -> None:
    found = request_in("What is penguins.pdf about?", (), DOCUMENTS)
    assert (found.intent, found.documents, found.topic) == (Intent.DOCUMENT, (), "penguins.pdf")


@pytest.mark.parametrize("text", ["ok", "Perfect!", "prima", "klar"])
def test_a_plain_reaction_is_thanked_for(text: str) -> None:
    assert request_in(text, HISTORY).intent is Intent.THANKS


@pytest.mark.parametrize("text", ["Dutch please", "zet dat in een tabel a.u.b."])
def test_politeness_changes_nothing(text: str) -> None:
    assert request_in(text, HISTORY).intent is Intent.REWORK
