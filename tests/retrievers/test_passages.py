from __future__ import annotations

import pytest

from rag.retrievers.passages import PassageIndex
from tests.fakes import CORPUS, indexed_of, passage, retriever_of


def test_an_empty_corpus_and_empty_documents_find_nothing() -> None:
    assert retriever_of().search({"a": 1.0}, 5) == []
    assert retriever_of(passage("")).search({"a": 1.0}, 5) == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_tiny_corpora_find_the_passage_with_the_words(size: int) -> None:
    passages = [passage(f"word{i} common text", f"{i}.md") for i in range(size)]
    found = retriever_of(*passages).search({f"word{size - 1}": 1.0, "common": 1.0}, 5)
    assert found[0][1] == passages[-1]
    assert all(score > 0 for score, _ in found)


def test_what_matches_nothing_is_not_returned() -> None:
    found = retriever_of(*CORPUS).search({"warranti": 1.0}, 5)
    assert found == []


def test_ties_come_in_reading_order() -> None:
    same = [passage("common words", f"{i}.md") for i in range(4)]
    assert [p for _, p in retriever_of(*same).search({"common": 1.0}, 3)] == same[:3]


def test_a_weight_scales_a_terms_part_of_the_score() -> None:
    retriever = retriever_of(*CORPUS)
    [(full, _)] = retriever.search({"postag": 1.0}, 1)
    [(half, _)] = retriever.search({"postag": 0.5}, 1)
    assert half == pytest.approx(full / 2)


def test_scope_narrows_to_a_folder_or_a_document() -> None:
    inside, outside = passage("words", "a/b.md"), passage("words", "ab.md")
    retriever = retriever_of(inside, outside)
    assert [p for _, p in retriever.search({"word": 1.0}, 5, "a")] == [inside]
    assert [p for _, p in retriever.search({"word": 1.0}, 5, "ab.md")] == [outside]


def test_idf_is_positive_and_an_unseen_term_is_as_rare_as_one_passage() -> None:
    retriever = retriever_of(*CORPUS)
    assert retriever.idf_of("unseen") == retriever.idf_of("postag")
    assert 0 < retriever.idf_of("relaybox") < retriever.idf_of("postag")
    assert retriever_of().idf_of("unseen") > 0


def test_a_document_named_like_the_question_comes_before_others() -> None:
    filler = [passage(f"nothing {n}", f"{n}.md", title=f"File {n}") for n in range(40)]
    named = passage("The revenue grew.", "x.md", title="Acme report")
    other = passage("The revenue of acme grew.", "y.md", title="Overview")
    found = retriever_of(*filler, other, named).search({"revenu": 1.0, "acm": 1.0, "report": 1}, 2)
    assert [p for _, p in found] == [named, other]


def test_a_replaced_document_answers_with_its_new_passages_only() -> None:
    index = PassageIndex()
    before = index.change({"a.md": indexed_of([passage("old words")])})
    after = index.change({"a.md": indexed_of([passage("new words")])})
    assert [p.text for _, p in after.search({"word": 1.0}, 5)] == ["new words"]
    assert [p.text for _, p in before.search({"word": 1.0}, 5)] == ["old words"]


def test_compacting_changes_nothing_that_is_found() -> None:
    index = PassageIndex()
    index.change({f"{n}.md": indexed_of([passage(f"word{n} common", f"{n}.md")]) for n in range(9)})
    before = index.change({}, ["3.md", "4.md"])
    after = index.compact()
    assert after is not None
    weights = {"common": 1.0, "word7": 1.0}
    assert after.search(weights, 9) == before.search(weights, 9)
    assert index.compact() is None
    added = index.change({"n.md": indexed_of([passage("common news", "n.md")])}, ["5.md"])
    found = {p.document for _, p in added.search(weights, 9)}
    assert found == {"0.md", "1.md", "2.md", "6.md", "7.md", "8.md", "n.md"}
