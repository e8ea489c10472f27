from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.corpus.knowledge_base import KnowledgeBase
from rag.corpus.snapshot import Snapshot
from rag.interfaces.cli.main import main
from rag.retrieval.family import RETRIEVERS
from rag.verification.receipts import Receipt, ReceiptStatus, Verdict, verify


@pytest.fixture
def knowledge(corpus: Path) -> KnowledgeBase:
    return KnowledgeBase(corpus, RETRIEVERS["bm25"])


def receipt_of(corpus: Snapshot, path: str, number: int = 0) -> Receipt:
    passage = corpus.passages_of(path)[number]
    return Receipt(1, path, passage.sha256, passage.start, passage.end, passage.text)


def test_a_passage_of_an_unchanged_file_holds(knowledge: KnowledgeBase) -> None:
    corpus = knowledge.refresh()
    receipt = receipt_of(corpus, "returns.md", 1)
    assert verify(receipt, corpus) == Verdict(
        receipt, ReceiptStatus.HOLDS, "returns.md", receipt.start
    )


def test_a_change_elsewhere_in_the_file_moves_it_within(
    knowledge: KnowledgeBase, corpus: Path
) -> None:
    receipt = receipt_of(knowledge.refresh(), "returns.md", 1)
    text = (corpus / "returns.md").read_text()
    (corpus / "returns.md").write_text(f"# Preface\n\nRead this first.\n\n{text}")
    verdict = verify(receipt, knowledge.refresh())
    assert verdict.status is ReceiptStatus.MOVED_WITHIN
    assert verdict.start == receipt.start + len("# Preface\n\nRead this first.\n\n")


def test_a_change_of_the_passage_itself_is_told(knowledge: KnowledgeBase, corpus: Path) -> None:
    receipt = receipt_of(knowledge.refresh(), "returns.md", 1)
    text = (corpus / "returns.md").read_text()
    (corpus / "returns.md").write_text(text.replace("return postage", "whole postage"))
    assert verify(receipt, knowledge.refresh()).status is ReceiptStatus.CHANGED


def test_a_moved_file_is_found_by_its_bytes(knowledge: KnowledgeBase, corpus: Path) -> None:
    receipt = receipt_of(knowledge.refresh(), "returns.md")
    (corpus / "returns.md").rename(corpus / "office" / "old.md")
    verdict = verify(receipt, knowledge.refresh())
    assert (verdict.status, verdict.document) == (ReceiptStatus.MOVED, "office/old.md")


def test_a_deleted_file_is_removed_or_erased(knowledge: KnowledgeBase, corpus: Path) -> None:
    receipt = receipt_of(knowledge.refresh(), "returns.md")
    (corpus / "returns.md").unlink()
    after = knowledge.refresh()
    assert verify(receipt, after).status is ReceiptStatus.REMOVED
    assert verify(receipt, after, {receipt.sha256}).status is ReceiptStatus.ERASED


def test_an_answers_receipts_are_verified_from_the_command_line(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    knowledge = KnowledgeBase(corpus, RETRIEVERS["bm25"])
    receipt = receipt_of(knowledge.refresh(), "returns.md", 1)
    citation = {
        "number": 3,
        "document": receipt.document,
        "page": None,
        "text": receipt.text,
        "sha256": receipt.sha256,
        "start": receipt.start,
        "end": receipt.end,
    }
    file = tmp_path / "answer.json"
    file.write_text(json.dumps({"citations": [citation]}))
    command = ["verify", str(file), "--corpus", str(corpus)]
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "citations": [
            {
                "number": 3,
                "document": "returns.md",
                "status": "holds",
                "document_now": "returns.md",
                "start_now": receipt.start,
            }
        ],
    }
    (corpus / "returns.md").unlink()
    assert main(command) == 1
    assert "[3] removed" in capsys.readouterr().out
    file.write_text("{}")
    assert main(command) == 2
    assert "is no answer of rag ask --json" in capsys.readouterr().err


def test_the_ledger_is_printed_and_given_as_json(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (corpus / "z.md").write_bytes((corpus / "faq.md").read_bytes())
    assert main(["index", "--corpus", str(corpus)]) == 0
    out = capsys.readouterr().out
    assert "unreadable  broken.pdf  It is damaged" in out
    assert "duplicate   z.md  en · It is the same as faq.md." in out
    assert out.endswith("1 unreadable, 3 indexed, 1 duplicate\n")
    assert main(["index", "--corpus", str(corpus), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    by_path = {file["path"]: file for file in document["files"]}
    assert list(by_path) == ["broken.pdf", "faq.md", "office/holidays.md", "returns.md", "z.md"]
    assert by_path["faq.md"]["status"] == "indexed"
    assert by_path["faq.md"]["passages"] == 2
    assert by_path["faq.md"]["bytes"] == (corpus / "faq.md").stat().st_size
    assert by_path["faq.md"]["indexed_at"]
    assert document["corpus_revision"]
