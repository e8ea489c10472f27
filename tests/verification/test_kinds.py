"""Kinds of right and wrong sentences, several of each, on passages such as people keep."""

from __future__ import annotations

import pytest

from rag.domain.answers import ProblemCode, Sentence, Support
from rag.verification.support import Grounding
from tests.fakes import passage

WARRANTY = passage(
    "The warranty of the HydroLink is 36 months and that of the RelayBox 24 months. Doses of Nervil"
    " must never exceed 3 mg a day. The alarm stops after no more than 15 minutes. Lorries over 12"
    " tonnes take the north gate. The kitchen opens at 6 pm. The bridge carries 3.5 tonnes."
    " The sample has a purity of 0.92 and was kept for two years in 1,250,000 bottles."
)
TABLE = passage(
    "| Sellmer | 4 | 12 % |\n| Brandt | 9 | 7 % |\n| Okafor | 2 | 30 % |",
    table_header="| Supplier | Parts | Discount |\n| --- | --- | --- |",
)
OFFICE = passage(
    "The customer pays the return postage. Marco leads the project and Lena is his deputy. The"
    " application was approved in May. Alcohol is never reimbursed. The budget was cut in 2024."
    " The northern office is larger than the southern one. Visitors may not park in the yard."
)
MANUAL = passage(
    "Set RAG_MIN_SCORE in the file config/local.toml and run `tool index --force /srv/docs`. The"
    ' manual is at https://docs.example.org/v2/start. Version 2.4.1 shows "Index is locked" when'
    " two of them run. Write to help@example.org and name ticket KB-2047."
)


def check(where: object, text: str, language: str = "en") -> Sentence:
    [sentence] = Grounding([(1, where)], lambda _: 1.0, language).check(text)  # type: ignore[list-item]
    return sentence


@pytest.mark.parametrize(
    "text",
    [
        "The warranty of the HydroLink is 24 months.",
        "The RelayBox has a warranty of 36 months.",
        "Doses of Nervil are at least 3 mg a day.",
        "The alarm stops after more than 15 minutes.",
        "Lorries under 12 tonnes take the north gate.",
        "The kitchen opens at 6 am.",
        "The kitchen opens at 6:30 pm.",
        "The bridge carries 3,500 tonnes.",
    ],
)
def test_a_number_with_another_owner_bound_or_half_of_the_day_is_false(text: str) -> None:
    assert check(WARRANTY, text).support is Support.NONE


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("The hall has a capacity of more than 900 seats.", False),
        ("The hall has a capacity of under 900 seats.", False),
        ("The hall has a capacity of up to 900 seats.", True),
        ("Players must be at least 13 years old to participate.", True),
        ("The target latency is at least 500 ms.", False),
        ("The target latency is less than 500 ms.", True),
    ],
)
def test_a_bound_that_no_passage_gives_is_false(text: str, full: bool) -> None:  # noqa: FBT001
    there = passage(
        "The hall has a capacity of 900 seats. Players must be 13 years or older to participate."
        " The target latency is <500 ms."
    )
    assert (check(there, text).support is Support.FULL) is full


@pytest.mark.parametrize(
    "text",
    [
        "The warranty of the HydroLink is 36 months.",
        "The warranty of the HydroLink is three years.",
        "The warranty of the RelayBox is two years.",
        "The kitchen opens at 18:00.",
        "The kitchen opens at 6 p.m.",
        "The bridge carries 3,500 kg.",
        "The sample has a purity of 92 %.",
        "The sample was kept for 24 months in 1 250 000 bottles.",
        "The alarm stops after at most a quarter of an hour, 15 minutes.",
        "Lorries of more than twelve tonnes take the north gate.",
    ],
)
def test_a_number_in_another_notation_is_true(text: str) -> None:
    assert check(WARRANTY, text).support is Support.FULL, text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Urlaub beträgt fünfundzwanzig Tage.", "de"),
        ("Het verlof is vijfentwintig dagen.", "nl"),
    ],
)
def test_number_words_are_read_in_their_language(text: str, language: str) -> None:
    texts = {"de": "Der Urlaub beträgt 25 Tage.", "nl": "Het verlof is 25 dagen."}
    there = passage(texts[language], language=language)
    assert check(there, text, language).support is Support.FULL


@pytest.mark.parametrize(
    "text",
    [
        "Sellmer supplies 9 parts.",
        "Brandt gives a discount of 12 %.",
        "Okafor supplies 30 parts.",
        "The suppliers deliver 15 parts in total.",
        "The average discount is 12 %.",
    ],
)
def test_a_cell_belongs_to_its_row_and_column(text: str) -> None:
    assert check(TABLE, text).support is not Support.FULL


@pytest.mark.parametrize(
    "text", ["Sellmer supplies 4 parts.", "The discount of Okafor is 30 %.", "Brandt: 9 parts"]
)
def test_a_row_is_told_with_its_column(text: str) -> None:
    assert check(TABLE, text).support is Support.FULL


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Alcohol is always reimbursed.", ProblemCode.OPPOSITE),
        ("Alcohol is reimbursed.", ProblemCode.DENIED),
        ("The application was not approved in May.", ProblemCode.NOT_DENIED),
        ("The application was rejected in May.", ProblemCode.OPPOSITE),
        ("The southern office is smaller than the northern one, not larger.", None),
        ("Visitors may park in the yard.", ProblemCode.DENIED),
        ("The northern office is smaller than the southern one.", ProblemCode.OPPOSITE),
    ],
)
def test_denials_and_opposites_are_red(text: str, code: ProblemCode | None) -> None:
    found = check(OFFICE, text)
    if code is None:
        return
    assert found.support is Support.NONE
    assert found.problem is not None
    assert found.problem.code is code


def test_a_reason_that_no_passage_gives_is_not_supported() -> None:
    given = "The budget was cut in 2024."
    assert check(OFFICE, given).support is Support.FULL
    assert check(OFFICE, "The budget was cut because sales were low.").support is not Support.FULL


@pytest.mark.parametrize(
    "text",
    [
        "Set RAG_MIN_SCORES in the file config/local.toml.",
        "Set RAG_MIN_SCORE in the file config/locals.toml.",
        "Run `tool index --forced /srv/docs`.",
        "The manual is at https://docs.example.org/v3/start.",
        "Version 2.4.2 shows it when two of them run.",
        'It shows "Index is blocked" when two of them run.',
        "Write to helps@example.org and name the ticket.",
        "Name ticket KB-2048.",
    ],
)
def test_one_wrong_letter_makes_an_exact_thing_false(text: str) -> None:
    found = check(MANUAL, text)
    assert found.support is Support.NONE
    assert found.problem is not None
    assert found.problem.code is ProblemCode.ABSENT_EXACT


@pytest.mark.parametrize(
    "text",
    [
        "Set `RAG_MIN_SCORE` in config/local.toml.",
        "Run `tool index --force /srv/docs`.",
        "The manual is at <https://docs.example.org/v2/start>.",
        'Version 2.4.1 shows "index is locked".',
        "Write to help@example.org and name ticket KB-2047.",
    ],
)
def test_an_exact_thing_as_it_stands_is_true(text: str) -> None:
    assert check(MANUAL, text).support is Support.FULL, text


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("4. Marco leads the project.", ["Marco leads the project"]),
        ("**Marco** leads the project.", ["leads the project"]),
        ("Certainly! Marco leads the project.", ["Marco leads the project"]),
        ("## Project lead\n\nMarco leads the project.", ["Marco leads the project"]),
        ("Here is who leads it:\n\n1. Marco leads the project.\n", ["Marco leads the project"]),
        ("Based on the documents, Marco leads the project.", ["Marco leads the project"]),
    ],
)
def test_form_is_no_claim(answer: str, texts: list[str]) -> None:
    found = Grounding([(1, OFFICE)], lambda _: 1.0).check(answer)
    assert len(found) == len(texts)
    assert all(part in one.text for part, one in zip(texts, found, strict=True))
    assert all(one.support is Support.FULL for one in found)
