from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.domain import Sentence, Support
from rag.grounding import Grounding, cite
from tests.fakes import CORPUS, passage, retriever_of

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
        ("The bridge is 412 metres long and 12 metres wide.", "misplaced_number"),
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
    from rag.evidence import words_of
    from rag.query import build_query

    idf = retriever_of(*ALL).idf_of
    asked = words_of(build_query("How much does the RelayBox cost?", (), ("en",), idf), idf, 0)
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
