from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from rag.corpus.curation import UNDO_DAYS, Curator
from rag.corpus.knowledge_base import KnowledgeBase
from rag.domain.answers import Answer, Attempt, Citation, Confidence, Outcome, Sentence, Support
from rag.domain.codec import from_plain, to_plain
from rag.domain.completions import Generation, Sent
from rag.domain.documents import ChangeKind, FileStatus, Passage
from rag.domain.errors import CorpusError
from rag.domain.requests import Intent
from rag.domain.search import Hit
from rag.history.conversations import History
from rag.retrieval.explain import explain
from rag.retrieval.family import RETRIEVERS
from rag.verification.receipts import Receipt, ReceiptStatus, verify
from tests import builders

CANARY = "xylophonecanary"
STEM = "xylophonecanari"
SECRET = f"# Secret\n\nThe {CANARY} code is 4711. Nobody else may know of the {CANARY}.\n"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def knowledge(corpus: Path, state: Path) -> KnowledgeBase:
    (corpus / "secret.md").write_text(SECRET)
    made = KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state)
    made.refresh()
    made.save()
    return made


@pytest.fixture
def history(state: Path) -> History:
    return History(state / "history.sqlite3")


@pytest.fixture
def curator(knowledge: KnowledgeBase, state: Path, history: History) -> Curator:
    return Curator(knowledge, state / "trash", history, lambda language: f"erased ({language})")


def found(knowledge: KnowledgeBase, term: str) -> list[str]:
    return builders.found(knowledge.refresh(), term)


def kinds(curator: Curator) -> list[tuple[ChangeKind, str]]:
    return [(change.kind, change.path) for change in curator.changes()]


def answer_from(passage: Passage) -> Answer:
    sentence = Sentence("The code is 4711.", 0, 17, Support.FULL, (1,))
    generation = Generation("phi-4-mini", f"The {CANARY} code is 4711.", "stop")
    sent = Sent("small", f"[1] {passage.text}", generation.text, (passage.key,))
    attempt = Attempt("small", generation, (sentence,), Confidence(1.0, True, (), ()), 1.0, sent)
    return Answer(
        question="What is the code?",
        intent=Intent.QUESTION,
        text=f"The {CANARY} code is 4711. [1]",
        outcome=Outcome.ANSWERED,
        model="phi-4-mini",
        language="nl",
        hits=(Hit(1, 2.0, passage, 1, (CANARY,), True, CANARY, CANARY),),
        sentences=(sentence,),
        citations=(Citation(1, passage),),
        attempts=(attempt,),
    )


def remember(history: History, answer: Answer) -> None:
    user = history.add_user("local", {})
    history.set_thread("t", name="The code", user_id=str(user["id"]))
    steps = (
        ("q", "user_message", answer.question, 1),
        ("s", "retrieval", f"1. secret.md · {CANARY}", 2),
        ("m", "assistant_message", answer.text, 3),
    )
    for id_, kind, text, second in steps:
        record = {"id": id_, "threadId": "t", "type": kind, "output": text}
        history.put_step({**record, "createdAt": f"2026-01-01T00:00:0{second}Z"})
    props = {
        "sha256": answer.citations[0].passage.sha256,
        "segments": [{"text": answer.citations[0].passage.text, "mark": False}],
        "before": CANARY,
        "document": "secret.md",
    }
    history.put_element({"id": "e", "threadId": "t", "forId": "m", "props": props})
    history.put_answer("t", "m", "q", to_plain(answer))


def test_an_added_file_answers_and_can_be_taken_back(
    curator: Curator, knowledge: KnowledgeBase, tmp_path: Path, corpus: Path
) -> None:
    (tmp_path / "upload").write_text("Umbrellas are free of charge.")
    assert curator.add("../umbrellas.md", tmp_path / "upload") == "umbrellas.md"
    assert found(knowledge, "umbrella") == ["umbrellas.md"]
    [change] = [c for c in curator.changes() if c.path == "umbrellas.md"]
    assert change.kind is ChangeKind.UPLOADED
    curator.undo(change.number)
    assert found(knowledge, "umbrella") == []
    assert not (corpus / "umbrellas.md").exists()


def test_a_deleted_file_is_gone_and_can_be_restored(
    curator: Curator, knowledge: KnowledgeBase, corpus: Path
) -> None:
    curator.delete("office/holidays.md")
    assert found(knowledge, "holiday") == []
    change = curator.changes()[0]
    assert (change.kind, change.path) == (ChangeKind.DELETED, "office/holidays.md")
    curator.undo(change.number)
    assert found(knowledge, "holiday") == ["office/holidays.md"]
    assert kinds(curator)[0] == (ChangeKind.RESTORED, "office/holidays.md")
    with pytest.raises(CorpusError, match="cannot be undone"):
        curator.undo(change.number)


def test_changes_made_in_the_folder_are_listed_without_undo(
    curator: Curator, knowledge: KnowledgeBase, corpus: Path
) -> None:
    (corpus / "returns.md").unlink()
    (corpus / "faq.md").write_text("Other.")
    (corpus / "new.md").write_text("Umbrellas.")
    knowledge.refresh()
    assert set(kinds(curator)[:3]) == {
        (ChangeKind.REMOVED, "returns.md"),
        (ChangeKind.CHANGED, "faq.md"),
        (ChangeKind.ADDED, "new.md"),
    }
    assert not any(change.trash for change in curator.changes())


def test_a_deleted_file_is_restored_only_where_its_place_is_free(
    curator: Curator, corpus: Path
) -> None:
    curator.delete("secret.md")
    (corpus / "secret.md").write_text("Another secret.")
    with pytest.raises(CorpusError, match="cannot be restored"):
        curator.undo(curator.changes()[0].number)
    assert (corpus / "secret.md").read_text() == "Another secret."


def test_what_was_deleted_long_ago_leaves_the_trash(curator: Curator, state: Path) -> None:
    curator.delete("secret.md")
    curator.empty_trash()
    [kept] = (state / "trash").iterdir()
    long_ago = time.time() - (UNDO_DAYS + 1) * 86_400
    os.utime(kept, (long_ago, long_ago))
    curator.empty_trash()
    assert list((state / "trash").iterdir()) == []


def test_a_file_is_read_again_on_demand(curator: Curator, knowledge: KnowledgeBase) -> None:
    before = {f.path: f.document for f in knowledge.refresh().files}
    curator.read_again("faq.md")
    after = {f.path: f.document for f in knowledge.refresh().files}
    assert after["faq.md"] > before["faq.md"]
    assert {**after, "faq.md": 0} == {**before, "faq.md": 0}


def test_erasing_leaves_nothing_of_a_document_in_the_whole_state_folder(
    curator: Curator, knowledge: KnowledgeBase, history: History, state: Path, corpus: Path
) -> None:
    generation = knowledge.refresh()
    passage = generation.passages_of("secret.md")[0]
    remember(history, answer_from(passage))
    (corpus / "copy.md").write_text(SECRET)
    knowledge.refresh()
    curator.delete("secret.md")
    [deleted] = [c for c in curator.changes() if c.kind is ChangeKind.DELETED]
    curator.undo(deleted.number)
    assert holding(state) != []
    assert found(knowledge, STEM) != []
    assert set(curator.erase("secret.md")) == {"secret.md", "copy.md"}
    assert holding(state) == []
    assert found(knowledge, STEM) == []
    assert not (corpus / "copy.md").exists()
    receipt = Receipt(1, "secret.md", passage.sha256, 0, 1, "T")
    verdict = verify(receipt, knowledge.refresh(), knowledge.store.erased())
    assert verdict.status is ReceiptStatus.ERASED


def holding(folder: Path) -> list[Path]:
    """The files that have the canary, in whatever encoding we write."""
    words = (CANARY.encode(), STEM.encode(), b" 4711")  # without a space, a hash may have it
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(word in path.read_bytes() for word in words)]


def test_an_erased_answer_says_so_and_its_question_stays(
    curator: Curator, knowledge: KnowledgeBase, history: History
) -> None:
    remember(history, answer_from(knowledge.refresh().passages_of("secret.md")[0]))
    curator.erase("secret.md")
    assert [(s["type"], s["output"]) for s in history.steps("t")] == [
        ("user_message", "What is the code?"),
        ("retrieval", ""),
        ("assistant_message", "erased (nl)"),
    ]
    [(_, _, record)] = history.answers("t")
    answer = from_plain(Answer, record)
    assert (answer.text, answer.sentences) == ("", ())
    assert answer.hits[0].passage.text == ""
    assert answer.hits[0].passage.document == "secret.md"
    assert [reason.code for reason in answer.reasons] == ["erased"]


def test_an_answer_from_other_documents_keeps_its_text(
    curator: Curator, knowledge: KnowledgeBase, history: History
) -> None:
    generation = knowledge.refresh()
    secret = generation.passages_of("secret.md")[0]
    answer = answer_from(generation.passages_of("faq.md")[0])
    remember(history, answer)
    unused = Hit(2, 1.0, secret, 2, (), False, CANARY, "")
    history.put_answer("t", "m", "q", to_plain(answer) | {"hits": to_plain([*answer.hits, unused])})
    curator.erase("secret.md")
    [(_, _, record)] = history.answers("t")
    kept = from_plain(Answer, record)
    assert kept.text == answer.text
    assert kept.hits[0] == answer.hits[0]
    assert (kept.hits[1].passage.text, kept.hits[1].before) == ("", "")


def test_of_two_answers_to_a_question_only_the_one_that_rested_on_it_is_emptied(
    curator: Curator, knowledge: KnowledgeBase, history: History
) -> None:
    generation = knowledge.refresh()
    remember(history, answer_from(generation.passages_of("secret.md")[0]))
    other = answer_from(generation.passages_of("faq.md")[0])
    for id_, kind, text in (
        ("late", "llm", f"a draft with the {CANARY}"),
        ("m2", "assistant_message", "The other answer."),
    ):
        record = {"id": id_, "threadId": "t", "type": kind, "output": text}
        history.put_step(
            {**record, "createdAt": f"2026-01-01T00:00:{4 if id_ == 'late' else 5:02}Z"}
        )
    history.put_answer("t", "m2", "q", to_plain(other))
    curator.erase("secret.md")
    outputs = {s["id"]: s["output"] for s in history.steps("t")}
    assert outputs == {
        "q": "What is the code?",
        "s": "",
        "m": "erased (nl)",
        "late": "",
        "m2": "The other answer.",
    }


def test_words_of_an_erased_document_do_not_come_back_through_another_process(
    curator: Curator, knowledge: KnowledgeBase, corpus: Path, state: Path
) -> None:
    other = KnowledgeBase(corpus, RETRIEVERS["bm25"], state=state)
    other.refresh()
    assert holding(state) != []
    curator.erase("secret.md")
    other.refresh()
    other.save()
    assert holding(state) == []


def test_a_deleted_file_is_restored_from_a_trash_on_another_disk(
    curator: Curator, knowledge: KnowledgeBase, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curator.delete("secret.md")
    replace = Path.replace

    def on_one_disk(self: Path, target: Path) -> Path:
        if self.is_relative_to(state) != Path(target).is_relative_to(state):
            raise OSError(18, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", on_one_disk)
    [deleted] = [c for c in curator.changes() if c.kind is ChangeKind.DELETED]
    curator.undo(deleted.number)
    assert found(knowledge, STEM) == ["secret.md"]
    assert list((state / "trash").iterdir()) == []


def test_an_unreadable_file_that_was_restored_can_be_erased(
    curator: Curator, knowledge: KnowledgeBase, corpus: Path
) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    knowledge.refresh()
    curator.delete("broken.pdf")
    curator.undo(curator.changes()[0].number)
    curator.erase("broken.pdf")
    assert kinds(curator)[0] == (ChangeKind.ERASED, "broken.pdf")
    assert not (corpus / "broken.pdf").exists()


def test_why_a_passage_is_not_among_the_hits_is_told(curator: Curator) -> None:
    best = explain(curator._snapshot(), "Who pays the return postage?", "returns.md")
    assert (best.rank, best.missing) == (1, ())
    other = explain(curator._snapshot(), "How long does the warranty last, in euros?", "returns.md")
    assert other.rank is None
    assert "warranty" in other.missing
    with pytest.raises(CorpusError, match="no file nowhere"):
        explain(curator._snapshot(), "x", "nowhere.md")


def test_a_file_that_is_not_there_cannot_be_deleted(curator: Curator) -> None:
    with pytest.raises(CorpusError, match="no file"):
        curator.delete("../outside.md")


def test_an_unreadable_file_can_be_erased(
    curator: Curator, knowledge: KnowledgeBase, corpus: Path
) -> None:
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    knowledge.refresh()
    curator.erase("broken.pdf")
    assert not (corpus / "broken.pdf").exists()
    assert FileStatus.UNREADABLE not in {f.status for f in knowledge.refresh().files}


class HistoryWithoutPower(History):
    def erase(self, sha256: str, notice: Callable[[str], str]) -> None:
        raise OSError("the power went")


class KnowledgeWithoutPower(KnowledgeBase):
    def erase(self, paths: Sequence[str], sha256: str) -> None:
        raise OSError("the power went")


@pytest.mark.parametrize(
    ("of_knowledge", "of_history"),
    [(KnowledgeBase, HistoryWithoutPower), (KnowledgeWithoutPower, History)],
    ids=["before the conversations", "before the index"],
)
def test_an_interrupted_erasing_is_finished_later(
    knowledge: KnowledgeBase,
    state: Path,
    history: History,
    of_knowledge: type[KnowledgeBase],
    of_history: type[History],
) -> None:
    remember(history, answer_from(knowledge.refresh().passages_of("secret.md")[0]))
    knowledge.close()
    failing = of_knowledge(knowledge.folder, RETRIEVERS["bm25"], state=state)
    conversations = of_history(state / "history.sqlite3")
    with pytest.raises(OSError, match="power"):
        Curator(failing, state / "trash", conversations, str).erase("secret.md")
    failing.close()
    conversations.close()
    assert holding(state) != []
    again = KnowledgeBase(knowledge.folder, RETRIEVERS["bm25"], state=state)
    Curator(again, state / "trash", history, str).finish_erasing()
    again.close()
    history.close()
    assert not (knowledge.folder / "secret.md").exists()
    assert holding(state) == []


def test_a_turn_that_never_came_to_an_end_is_erased_too(
    knowledge: KnowledgeBase, history: History, curator: Curator
) -> None:
    sha256 = next(f.sha256 for f in knowledge.refresh().files if f.path == "secret.md")
    shown = {"metadata": {"documents": [sha256], "language": "nl"}, "threadId": "t"}
    history.put_step({"id": "q", "threadId": "t", "type": "user_message", "output": "Which code?"})
    history.put_step({"id": "s", "type": "retrieval", "output": f"… {CANARY} …", **shown})
    history.put_step({"id": "m", "type": "assistant_message", "output": f"The {CANARY}", **shown})
    curator.erase("secret.md")
    assert {s["id"]: s["output"] for s in history.steps("t")} == {
        "q": "Which code?",
        "s": "",
        "m": "erased (nl)",
    }
