from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain.answers import Sentence, Support
from rag.domain.documents import Passage
from rag.text.language_detection import message_language
from rag.verification.answer_sentences import AnswerSentence
from rag.verification.citations import cite
from rag.verification.support import Grounding
from tests.fakes import CORPUS, PRICE, passage, retriever_of

BRIDGE = passage(
    "The bridge is 412 metres long. It rests on 12 pillars. Refunds are not given for tickets."
    " Anna Brandt opened it on 3 May 1998.",
    "bridge.md",
    title="The bridge",
)
ALL = (*CORPUS, BRIDGE)


def check(text: str, language: str = "en") -> tuple[Sentence, ...]:
    grounding = Grounding(list(enumerate(ALL, 1)), retriever_of(*ALL).idf_of, language)
    return grounding.check(text)


def one(text: str) -> Sentence:
    [sentence] = check(text)
    return sentence


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("Customers may return the RelayBox within 30 days of delivery.", 1),
        ("30 days.", 1),
        ("Within thirty days of delivery.", 1),
        ("It costs 249 euros.", 3),
        ("The bridge is 412 metres long and rests on 12 pillars.", 4),
        ("Refunds are not given.", 4),
        ("No, refunds aren't given for tickets.", 4),
        ("Anna Brandt opened the bridge.", 4),
    ],
)
def test_what_a_passage_says_is_fully_supported_and_cited(text: str, citation: int) -> None:
    sentence = one(text)
    assert sentence.support is Support.FULL, sentence.problem
    assert sentence.citations[0] == citation


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Customers may return the RelayBox within 14 days of delivery.", "absent_number"),
        ("The bridge is 412 metres long and 12 metres wide.", "absent_number"),
        ("Refunds are given for tickets.", "denied"),
        ("The bridge does not rest on 12 pillars.", "not_denied"),
        ("Then Hugo Brandt opened it on 3 May 1998.", "unknown_name"),
        ("Most people never need an umbrella.", "no_passage"),
    ],
)
def test_what_no_passage_says_is_not_fully_supported(text: str, problem: str) -> None:
    sentence = one(text)
    assert sentence.support is not Support.FULL
    assert sentence.problem is not None
    assert sentence.problem.code == problem


RULES = passage(
    "Probation lasts three months. Claims are paid within 90 days. The budget is 1.5 million euros."
    " Carried-over days expire on 31 March. Store it at -20 °C. The rent is 850 euros per month."
    " Fill in form RF-7 and send it by 9:30 a.m. on 2024-03-15. The room seats at most 28 people."
    " Gloves must be worn in the laboratory. The fourth visit is free. Wash before use."
    " Damage by liquids is not covered by the warranty. The Falcon M is sold twice a year.",
    "rules.md",
    title="Rules",
)


def ruled(text: str, language: str = "en") -> Sentence:
    idf = retriever_of(*ALL, RULES).idf_of
    [sentence] = Grounding([(1, RULES)], idf, language).check(text)
    return sentence


@pytest.mark.parametrize(
    "text",
    [
        "Probation lasts three weeks.",
        "Probation lasts 3 years.",
        "Claims are paid within 90 minutes.",
        "The budget is 1.5 billion euros.",
        "The budget is 1.5 million dollars.",
        "Carried-over days expire on 31 May.",
        "Store it at 20 °C.",
        "The room seats at least 28 people.",
        "The first visit is free.",
        "Wash after use.",
        "Damage by liquids is covered by the warranty.",
        "Send the form on 15 April 2024.",
    ],
)
def test_a_changed_unit_month_sign_bound_or_opposite_is_not_supported(text: str) -> None:
    assert ruled(text).support is not Support.FULL


@pytest.mark.parametrize(
    "text",
    [
        "Claims are paid within ninety days.",
        "Claims are paid in no more than 90 days.",
        "The budget is €1.5 million.",
        "The budget is 1,500,000 euros.",
        "The rent is €850 per month.",
        "Fill in form RF-7.",
        "Send the form by 9:30 AM on 15 March 2024.",
        "The room seats at most twenty-eight people.",
        "Yes, gloves must be worn in the laboratory.",
        "The 4th visit is free.",
        "No, damage by liquids is not covered by the warranty.",
        "The Falcon M is sold two times a year.",
    ],
)
def test_another_way_to_write_it_is_supported(text: str) -> None:
    sentence = ruled(text)
    assert sentence.support is Support.FULL, (sentence.problem, sentence.coverage)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("Gedeckt sind Schäden bis 10.000 Euro.", True),
        ("Gedeckt sind Schäden bis 10000 Euro.", True),
        ("Gedeckt sind Schäden bis 10 Euro.", False),
        ("Die Tage verfallen am 31. Mai des Folgejahres.", False),
        ("Die Tage verfallen am 31. März des Folgejahres.", True),
    ],
)
def test_german_numbers_and_dates_are_read_as_germans_do(text: str, full: bool) -> None:  # noqa: FBT001
    german = passage(
        "Die Versicherung deckt Schäden bis 10.000 Euro: Gedeckt sind Schäden am Haus."
        " Die Tage verfallen am 31. März des Folgejahres.",
        language="de",
    )
    [sentence] = Grounding([(1, german)], lambda _: 1.0, "de").check(text)
    assert (sentence.support is Support.FULL) is full, (sentence.problem, sentence.coverage)


def test_a_heading_alone_supports_nothing() -> None:
    headed = passage("A reload begins a new one.", title="Chat history", heading="Chat history")
    [sentence] = Grounding([(1, headed)], lambda _: 1.0).check("The chat history is saved.")
    assert sentence.support is not Support.FULL


def test_a_table_row_is_compared_with_its_own_row() -> None:
    rows = passage(
        "| Falcon M | 12 hours |\n| Falcon X | 15 hours |",
        table_header="| Model | Battery |\n| --- | --- |",
    )
    grounding = Grounding([(1, rows)], lambda _: 1.0)
    [wrong] = grounding.check("The battery of the Falcon M lasts 15 hours.")
    [right] = grounding.check("Battery of the Falcon M: 12 hours.")
    assert wrong.support is not Support.FULL
    assert right.support is Support.FULL


NEAR = passage(
    "A certificate is required from the fourth day of illness. On the first day a call is enough."
    " Report it before 9:30. After lunch is too late. Carried-over days expire on 31 March."
    " New ones come on 1 May. The budget is 24 euros per month. A week has a limit.",
    title="Illness",
)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("A certificate is required from the fourth day of illness.", True),
        ("A certificate is required from the first day of illness.", False),
        ("Report it after 9:30.", False),
        ("Carried-over days expire on 31 May.", False),
        ("The budget is 24 euros per week.", False),
        ("A certificate is required from the fourth day; on the first day a call is enough.", True),
    ],
)
def test_a_neighbouring_sentence_does_not_excuse_what_the_nearest_contradicts(
    text: str,
    full: bool,  # noqa: FBT001
) -> None:
    [sentence] = Grounding([(1, NEAR)], lambda _: 1.0).check(text)
    assert (sentence.support is Support.FULL) is full, (sentence.problem, sentence.coverage)


def test_pleasantries_are_no_part_of_an_answer() -> None:
    text = "It costs 249 euros. Let me know if you have any other questions!"
    sentences = check(text)
    assert [s.text for s in sentences] == ["It costs 249 euros."]
    assert cite(text, sentences)[0] == "It costs 249 euros. [3]"


@pytest.mark.parametrize(
    "claim",
    [
        "# Never for sale",
        "**The RelayBox is given away to every customer**",
        "| Never for sale | Price |\n| --- | --- |",
        "| Item | Costs 999 euros |\n| --- | --- |",
    ],
)
def test_a_heading_or_a_tables_head_that_claims_something_is_checked(claim: str) -> None:
    first, *_ = check(f"{claim}\n\nIt costs 249 euros.")
    assert first.start == 0
    assert first.support is not Support.FULL


@pytest.mark.parametrize(
    "form",
    [
        "## Price",
        "**What it costs:**",
        "| Item | Price |\n| --- | --- |",
        "## Why can the box not be had for less than that?",
    ],
)
def test_titles_claim_nothing(form: str) -> None:
    assert [one.text for one in check(f"It costs 249 euros.\n\n{form}")] == ["It costs 249 euros."]


def test_the_citation_of_a_table_row_stands_in_its_last_cell() -> None:
    text = "| RelayBox | 249 euros |"
    cited, [sentence] = cite(text, check(text))
    assert cited == "| RelayBox | 249 euros [3] |"
    assert cited[sentence.start : sentence.end] == cited


def test_the_writers_own_markers_are_not_believed() -> None:
    [sentence] = check("It costs 249 euros [7].")
    assert sentence.text == "It costs 249 euros."
    assert sentence.citations == (3,)


def test_a_sentence_on_two_passages_cites_both() -> None:
    sentence = one("The RelayBox weighs 1.2 kg and customers return it within 30 days of delivery.")
    assert set(sentence.citations) == {1, 3}


def test_yes_goes_together_with_what_follows() -> None:
    assert [s.text for s in check("Yes. It costs 249 euros.")] == ["Yes. It costs 249 euros."]


def test_a_bare_yes_is_not_supported() -> None:
    assert one("Yes.").support is Support.NONE


def test_relevance_tells_whether_the_question_is_near() -> None:
    from rag.retrieval.evidence import words_of
    from rag.retrieval.query import build_query

    idf = retriever_of(*ALL).idf_of
    asked = words_of(
        build_query(
            "How much does the RelayBox cost?",
            (),
            message_language("How much does the RelayBox cost?", ("en",)),
            idf,
        ),
        idf,
        0,
    )
    grounding = Grounding(list(enumerate(ALL, 1)), idf, "en", asked)
    [right] = grounding.check("249 euros.")
    [beside] = grounding.check("The bridge rests on 12 pillars.")
    assert right.relevance == 1.0
    assert beside.relevance < 0.4


def test_no_passages_support_nothing() -> None:
    [sentence] = Grounding([], lambda _: 1.0).check("Anything at all.")
    assert sentence.support is Support.NONE


def test_citing_replaces_markers_and_moves_the_offsets() -> None:
    text = "It costs 249 euros [9]. Most people never need an umbrella [1]."
    cited, sentences = cite(text, check(text))
    assert cited == "It costs 249 euros. [3] Most people never need an umbrella."
    assert [cited[s.start : s.end] for s in sentences] == [
        "It costs 249 euros.",
        "Most people never need an umbrella.",
    ]


def test_citing_can_leave_sentences_out() -> None:
    text = "It costs 249 euros. Most people never need an umbrella."
    cited, sentences = cite(text, check(text), drop=frozenset({1}))
    assert cited == "It costs 249 euros. [3]"
    assert len(sentences) == 1


@given(st.text(alphabet="aB1 .[]\n-*é漢?", max_size=80))
def test_every_sentence_lies_in_the_answer(text: str) -> None:
    for sentence in check(text):
        assert 0 <= sentence.start < sentence.end <= len(text)
    cited, moved = cite(text, check(text))
    assert all(cited[s.start : s.end].strip() for s in moved)


SWAPPED = passage(
    "In 1954 the architect Maria Olsen planned the ferry harbour of Westerby. Later Pieter Dekker"
    " widened the road there in 1961.",
    "harbour.md",
)
GERMAN = passage(
    "Der Verein verleiht den Beamer für vierzehn Tage an alle Mitglieder. Das Stativ bleibt immer"
    " im Lager neben der Küche.",
    "verleih.md",
    language="de",
)


def held_against(text: str, *passages: Passage, language: str = "en") -> Sentence:
    [sentence] = Grounding(
        list(enumerate(passages, 1)), retriever_of(*ALL, *passages).idf_of, language
    ).check(text)
    return sentence


@pytest.mark.parametrize(
    "text", ["How long is the bridge? 412 metres.", "Who opened the bridge? Anna Brandt."]
)
def test_a_question_repeated_before_its_answer_claims_nothing(text: str) -> None:
    assert one(text).support is Support.FULL


def test_an_answer_that_stands_far_from_its_question_is_not_fully_supported() -> None:
    assert one("How much does the RelayBox cost? 412 metres.").support is not Support.FULL


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("In 1954 the architect Pieter Dekker planned the ferry harbour of Westerby.", "Dekker"),
        ("In 1961 the architect Maria Olsen planned the ferry harbour of Westerby.", "1961"),
    ],
)
def test_a_value_of_the_next_sentence_in_place_of_the_right_one_is_found(
    text: str, value: str
) -> None:
    sentence = held_against(text, SWAPPED)
    assert sentence.support is Support.NONE
    assert sentence.problem is not None
    assert sentence.problem.detail == value


def test_a_german_noun_in_place_of_another_is_found() -> None:
    text = "Der Verein verleiht das Stativ für vierzehn Tage an alle Mitglieder."
    assert held_against(text, GERMAN, language="de").support is Support.NONE


@pytest.mark.parametrize("text", ["Das Stativ bleibt immer im Lager neben der Küche."])
def test_a_sentence_that_stands_in_a_passage_is_supported_as_it_is(text: str) -> None:
    sentence = held_against(text, GERMAN, language="de")
    assert (sentence.support, sentence.coverage) == (Support.FULL, 1.0)


def test_a_growing_answer_has_each_sentence_checked_once() -> None:
    sentences = [f"The RelayBox number {n} costs 249 euros." for n in range(20)]
    checked: list[str] = []

    class Counting(Grounding):
        def _check_sentence(self, sentence: AnswerSentence, language: str) -> Sentence | None:
            checked.append(sentence.text)
            return super()._check_sentence(sentence, language)

    grounding = Counting([(1, PRICE)], retriever_of(PRICE).idf_of)
    for count in range(1, 21):
        found = grounding.check(" ".join(sentences[:count]))
        assert [s.text for s in found] == sentences[:count]
    assert checked == sentences
