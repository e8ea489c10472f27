from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from rag.corpus.knowledge_base import KnowledgeBase
from rag.domain.paths import PROJECT_FOLDER
from rag.interfaces.http.files import files_route
from rag.retrieval.family import RETRIEVERS


@pytest.fixture
def client(corpus: Path) -> TestClient:
    (corpus / "page.html").write_text("<h1>Page</h1><script>alert(1)</script><p>Umbrellas.</p>")
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"])
    knowledge.refresh()
    (corpus / "later.md").write_text("not yet listed")
    return TestClient(Starlette(routes=[files_route(knowledge)]))


def test_text_is_shown_as_text(client: TestClient) -> None:
    response = client.get("/corpus/office/holidays.md")
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["content-disposition"].startswith("inline")
    assert "28 days" in response.text


def test_a_documents_own_page_is_saved_and_never_run(client: TestClient) -> None:
    response = client.get("/corpus/page.html")
    assert response.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["later.md", "none.md", "office", ""])
def test_what_the_corpus_does_not_list_is_not_served(client: TestClient, path: str) -> None:
    response = client.get(f"/corpus/{path}")
    assert response.status_code == 404
    assert "no such file" in response.text


def test_a_file_that_is_gone_is_not_served(client: TestClient, corpus: Path) -> None:
    (corpus / "returns.md").unlink()
    assert client.get("/corpus/returns.md").status_code == 404


def test_a_file_that_became_a_link_is_not_served(
    client: TestClient, corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("password")
    (corpus / "returns.md").unlink()
    try:
        (corpus / "returns.md").symlink_to(tmp_path / "secret")
    except OSError:
        pytest.skip("this system allows no links")
    assert client.get("/corpus/returns.md").status_code == 404


def test_a_pdfs_page_is_drawn_with_the_passage(corpus: Path) -> None:
    guide = PROJECT_FOLDER / "docs_corpus" / "guide" / "how-escalation-decides.pdf"
    shutil.copy(guide, corpus / "paper.pdf")
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"])
    passage = knowledge.refresh().passages_of("paper.pdf")[1]
    client = TestClient(Starlette(routes=[files_route(knowledge)]))
    response = client.get(f"/corpus/paper.pdf?picture=2&passage={passage.start}")
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "place", ["1&passage=0", "1", "x&passage=0", "-1&passage=0", "", "²&passage=²"]
)
def test_what_has_no_pages_has_no_picture(client: TestClient, place: str) -> None:
    assert client.get(f"/corpus/returns.md?picture={place}").status_code == 404
