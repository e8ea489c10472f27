from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from rag.domain.documents import Indexed
from rag.retrieval.bm25.index import PassageIndex, View
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


def texts(view: View, weights: dict[str, float]) -> list[tuple[int, int]]:
    return [(one.document, one.passage) for one in view.search(weights, 20)]


def documents_of(numbers: Iterable[int], text: str = "word{} common") -> dict[int, Indexed]:
    return {n: indexed_of([passage(text.format(n), f"{n}.md")]) for n in numbers}


def test_a_replaced_document_answers_with_its_new_passages_only() -> None:
    index = PassageIndex()
    before = index.change({1: indexed_of([passage("old words")])})
    after = index.change({2: indexed_of([passage("new words")])}, [1])
    assert texts(after, {"word": 1.0}) == [(2, 0)]
    assert texts(before, {"word": 1.0}) == [(1, 0)]
    assert index.documents == [2]


def test_numbers_that_do_not_ascend_are_a_fault() -> None:
    index = PassageIndex()
    index.change(documents_of([2]))
    with pytest.raises(ValueError, match="higher"):
        index.change(documents_of([1]))


def test_compacting_changes_nothing_that_is_found() -> None:
    index = PassageIndex()
    index.change(documents_of(range(9)))
    before = index.change({}, [3, 4])
    after = index.compact()
    assert after is not None
    weights = {"common": 1.0, "word7": 1.0}
    assert after.search(weights, 9) == before.search(weights, 9)
    assert index.compact() is None
    added = index.change(documents_of([10]), [5])
    assert {document for document, _ in texts(added, weights)} == {0, 1, 2, 6, 7, 8, 10}


def test_an_index_comes_back_from_its_folder_and_goes_on_changing(tmp_path: Path) -> None:
    index = PassageIndex(tmp_path)
    index.change({**documents_of(range(9)), 9: indexed_of([passage("warranty", "b/c.md")])})
    before = index.change({}, [3])
    index.save()
    opened = PassageIndex(tmp_path)
    assert opened.documents == index.documents
    after = opened.change({})
    weights = {"common": 1.0, "word7": 1.0, "warranti": 1.0}
    assert after.search(weights, 20) == before.search(weights, 20)
    assert after.search(weights, 20, "b") == before.search(weights, 20, "b")
    later = opened.change(documents_of([12]), [7])
    assert {document for document, _ in texts(later, weights)} == {0, 1, 2, 4, 5, 6, 8, 9, 12}


def test_words_come_back_from_the_folder_but_not_those_of_deleted_documents(tmp_path: Path) -> None:
    index = PassageIndex(tmp_path)
    one = replace(indexed_of([passage("warranty")]), words=(("warranty", "warranti"),))
    other = replace(indexed_of([passage("umbrella")]), words=(("umbrella", "umbrella"),))
    index.change({1: one, 2: other})
    index.change({}, [2])
    index.compact(wholly=True)
    index.save()
    assert PassageIndex(tmp_path).change({}).spellings("warrantx") == (("warranty", "warranti"),)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"umbrella" not in written


def test_a_damaged_folder_is_said_and_starts_empty(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = PassageIndex(tmp_path)
    index.change(documents_of([1]))
    index.save()
    next(tmp_path.rglob("documents.npy")).unlink()
    assert PassageIndex(tmp_path).documents == []
    assert "built anew" in caplog.text
