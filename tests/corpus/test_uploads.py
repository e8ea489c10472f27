from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.filenames import safe_name
from rag.corpus.ingestion.reader import InProcessReader
from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.corpus.uploads import MAX_FILES, Uploads
from rag.domain.documents import PRIVATE
from rag.domain.errors import UploadError
from rag.retrieval.family import RETRIEVERS
from tests.builders import found

CANARY = "# Salaries\n\nThe salary of the director is xylophone-canary 93,517 euros a year.\n"


@pytest.fixture
def shared(corpus: Path) -> Snapshot:
    return KnowledgeBase(corpus, RETRIEVERS["bm25"]).refresh()


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", RETRIEVERS["bm25"], InProcessReader(), max_bytes=100_000)


@pytest.fixture
def salaries(tmp_path: Path) -> Path:
    path = tmp_path / "salaries.md"
    path.write_text(CANARY)
    return path


def test_a_private_document_is_searched_together_with_the_shared_ones(
    uploads: Uploads, shared: Snapshot, salaries: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    corpus = uploads.with_shared("mine", shared)
    assert found(corpus, "salari", "postag") == [f"{PRIVATE}salaries.md", "returns.md"]
    assert corpus.titles[f"{PRIVATE}salaries.md"] == "Salaries"
    assert corpus.document(f"{PRIVATE}salaries.md")
    assert [p.document for p in corpus.passages_of(f"{PRIVATE}salaries.md")] == [
        f"{PRIVATE}salaries.md"
    ]
    assert corpus.has(PRIVATE)
    assert found(corpus, "director", "returns") == [f"{PRIVATE}salaries.md"]


def test_scores_are_those_of_one_corpus_with_all_documents(
    uploads: Uploads, shared: Snapshot, salaries: Path, corpus: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    joined = uploads.with_shared("mine", shared)
    (corpus / "salaries.md").write_text(CANARY)
    whole = KnowledgeBase(corpus, RETRIEVERS["bm25"]).refresh()
    weights = {"salari": 1.0, "year": 0.7, "day": 1.0, "director": 0.3}
    expected = {p.document: score for score, p in whole.search(weights, 9)}
    given_ = {p.document.removeprefix(PRIVATE): score for score, p in joined.search(weights, 9)}
    assert given_ == pytest.approx(expected)


def test_nothing_of_a_private_document_shows_elsewhere_not_even_in_scores(
    uploads: Uploads, shared: Snapshot, salaries: Path
) -> None:
    weights = {"year": 1.0, "day": 1.0, "salari": 1.0}
    before = shared.search(weights, 9)
    idf = shared.retriever.idf_of("year")
    uploads.add("mine", "salaries.md", salaries)
    uploads.with_shared("mine", shared).search(weights, 9)
    for corpus in (shared, uploads.with_shared("other", shared), uploads.with_shared("", shared)):
        assert corpus.search(weights, 9) == before
        assert corpus.retriever.idf_of("year") == idf
        assert corpus.retriever.spellings("salaris") == ()
        assert f"{PRIVATE}salaries.md" not in corpus.titles
        assert corpus.document(f"{PRIVATE}salaries.md") is None
    assert uploads.locate("other", f"{PRIVATE}salaries.md") is None


def test_private_words_are_known_in_their_conversation(
    uploads: Uploads, shared: Snapshot, salaries: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    retriever = uploads.with_shared("mine", shared).retriever
    assert retriever.spellings("direktor") == (("director", "director"),)
    assert retriever.spellings("postge") == (("postage", "postag"),)
    assert retriever.spellings("postage") == ()


def test_scope_narrows_to_private_documents(
    uploads: Uploads, shared: Snapshot, salaries: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    corpus = uploads.with_shared("mine", shared)
    inside = [p.document for _, p in corpus.search({"year": 1.0}, 5, PRIVATE)]
    assert inside == [f"{PRIVATE}salaries.md"]


def test_private_documents_come_back_after_a_restart(
    uploads: Uploads, shared: Snapshot, salaries: Path, tmp_path: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    again = Uploads(tmp_path / "uploads", RETRIEVERS["bm25"], InProcessReader(), max_bytes=1)
    assert found(again.with_shared("mine", shared), "salari") == [f"{PRIVATE}salaries.md"]
    assert [file.path for file in again.files("mine")] == ["salaries.md"]


def test_nothing_is_left_when_the_conversation_goes(
    uploads: Uploads, shared: Snapshot, salaries: Path, tmp_path: Path
) -> None:
    def kept() -> list[Path]:
        return [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]

    uploads.add("mine", "salaries.md", salaries)
    assert any(b"xylophone-canary" in path.read_bytes() for path in kept())
    uploads.delete("mine")
    assert uploads.with_shared("mine", shared) is shared
    assert kept() == []


def test_a_shared_document_can_be_taken_back(
    uploads: Uploads, corpus: Path, salaries: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    name = uploads.promote("mine", f"{PRIVATE}salaries.md", corpus)
    assert uploads.take_back("mine", name, corpus) == "salaries.md"
    assert not (corpus / "salaries.md").exists()
    assert [file.path for file in uploads.files("mine")] == ["salaries.md"]
    with pytest.raises(UploadError, match="not among the shared documents"):
        uploads.take_back("mine", name, corpus)


def test_a_promoted_document_is_shared_and_private_no_more(
    uploads: Uploads, shared: Snapshot, salaries: Path, corpus: Path
) -> None:
    uploads.add("mine", "salaries.md", salaries)
    (corpus / "salaries.md").write_text("Something else.")
    name = uploads.promote("mine", f"{PRIVATE}salaries.md", corpus)
    assert name == "salaries (2).md"
    assert (corpus / name).read_text() == CANARY
    assert found(uploads.with_shared("mine", shared), "salari") == []
    with pytest.raises(UploadError, match="no such document"):
        uploads.promote("mine", f"{PRIVATE}salaries.md", corpus)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"x" * 200_000, "larger than"), (b"", "empty"), (bytes(range(256)) * 9, "no known kind")],
)
def test_what_cannot_be_added_is_said_and_not_kept(
    uploads: Uploads, shared: Snapshot, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(UploadError, match=words):
        uploads.add("mine", "bad.txt", tmp_path / "bad.txt")
    assert uploads.files("mine") == ()


def test_a_conversation_has_so_many_documents_at_most(uploads: Uploads, tmp_path: Path) -> None:
    for number in range(MAX_FILES):
        (tmp_path / "one.md").write_text(f"Number {number}.")
        uploads.add("mine", "one.md", tmp_path / "one.md")
    with pytest.raises(UploadError, match="at most"):
        uploads.add("mine", "one.md", tmp_path / "one.md")
    assert len({file.path for file in uploads.files("mine")}) == MAX_FILES


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        ("a\x00b\nc.md", "a b c.md"),
        (".hidden.md", "hidden.md"),
        ("~$open.docx", "open.docx"),
        ("rtl\u202egpj.exe", "rtl gpj.exe"),
        ("CON.txt", "_CON.txt"),
        ("", "document"),
        ("...", "document"),
        ("emoji 😀.md", "emoji 😀.md"),
    ],
)
def test_names_become_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400))
def test_every_name_becomes_one_that_stays_in_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe.encode("utf-8", "replace")) <= 150
    assert Path("/folder", safe).parent == Path("/folder")
    assert not safe.startswith((".", "~"))
