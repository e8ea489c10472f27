from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.ingestion.chunking import MAX_CHARACTERS, passages_of
from rag.domain.documents import Document, Page


def document(text: str, pages: tuple[Page, ...] = ()) -> Document:
    return Document("a.md", "Title", text, "0" * 64, "en", pages)


SENTENCE = "The plumb line hangs straight down from the highest beam of the house. "


def test_passages_do_not_cross_headings() -> None:
    found = passages_of(document(f"# One\n\n{SENTENCE}\n\n## Two\n\n{SENTENCE}"))
    assert [p.heading for p in found] == ["One", "One › Two"]
    assert all("#" not in p.text for p in found)


def test_a_heading_ends_those_below_it() -> None:
    found = passages_of(document("# A\n\nx y.\n\n## B\n\nz w.\n\n# C\n\nu v."))
    assert [p.heading for p in found] == ["A", "A › B", "C"]


def test_a_comment_in_code_is_no_heading() -> None:
    found = passages_of(document("# A\n\n```\n# not a heading\nrun\n```\n"))
    assert {p.heading for p in found} == {"A"}


def test_long_text_is_cut_at_sentences_with_overlap() -> None:
    found = passages_of(document(SENTENCE * 60))
    assert len(found) > 3
    assert all(p.text.startswith("The") and p.text.endswith(".") for p in found)
    assert all(b.start < a.end for a, b in itertools.pairwise(found))


def test_table_rows_keep_their_header() -> None:
    rows = "".join(
        f"| item {i} | {i} euros and some more words to fill the row |\n" for i in range(60)
    )
    found = passages_of(document(f"# Prices\n\n| name | price |\n| --- | --- |\n{rows}"))
    assert len(found) > 2
    assert all(p.table_header == "| name | price |\n| --- | --- |" for p in found)
    assert all(p.text.startswith("| item") and p.text.endswith("|") for p in found)


def test_a_row_as_long_as_a_chapter_is_cut_like_prose() -> None:
    table = f"| name | text |\n| --- | --- |\n| a | {SENTENCE * 100} |\n| b | short |\n"
    found = passages_of(document(table))
    assert len(found) > 5
    assert max(len(p.text) for p in found) <= MAX_CHARACTERS
    assert all(p.table_header.startswith("| name") for p in found)


def test_passages_know_their_page() -> None:
    text = f"{SENTENCE * 2}\n\n{SENTENCE * 2}"
    middle = len(SENTENCE * 2) + 2
    pages = (Page(1, 0, middle), Page(2, middle, len(text)))
    found = passages_of(document(text, pages))
    assert found[0].page == 1


def test_an_empty_document_has_no_passages() -> None:
    assert passages_of(document("  \n\n ")) == ()


markdown = st.lists(
    st.sampled_from(
        [
            "# H\n",
            "## Sub\n",
            SENTENCE,
            "\n\n",
            "| a | b |\n| - | - |\n| 1 | 2 |\n",
            "- item\n",
            "```\n",
            "é漢",
        ]
    ),
    max_size=40,
).map("".join)


@given(markdown)
def test_a_passage_is_exactly_its_stretch_of_the_text(text: str) -> None:
    for found in passages_of(document(text)):
        assert text[found.start : found.end] == found.text
        assert found.text.strip()


@given(markdown)
def test_every_word_outside_headings_is_in_some_passage(text: str) -> None:
    found = passages_of(document(text))
    covered = set()
    for p in found:
        covered |= set(range(p.start, p.end))
        assert len(p.text) <= MAX_CHARACTERS * 2
    position = text.find("plumb")
    while position >= 0:
        line = text[text.rfind("\n", 0, position) + 1 : position]
        if not line.startswith("#") and not line.startswith("|"):
            assert position in covered
        position = text.find("plumb", position + 1)
