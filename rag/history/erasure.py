"""Erases a document from all conversations, and the answers based on it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.domain.answers import Answer, Reason, ReasonCode
from rag.domain.codec import from_plain, to_plain
from rag.domain.search import NO_QUERY

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from rag.domain.answers import Attempt
    from rag.domain.documents import Passage
    from rag.history.database import HistoryDatabase

_KEPT_PROPS = frozenset({"labels", "rank", "document", "path", "page", "sha256"})
"""The props of a passage's card that identify it without quoting it."""


def without_document(answer: Answer, sha256: str) -> tuple[Answer, bool]:
    """Return an answer without a document, by the hash of its bytes, and whether it was emptied.

    It is emptied if it was based on the document; else only the document's passages are blanked.
    """

    def blanked(passage: Passage) -> Passage:
        return replace(passage, text="", heading="", title="", table_header="")

    def is_erased(passage: Passage) -> bool:
        return passage.sha256 == sha256

    rested = any(is_erased(c.passage) for c in answer.citations)
    rested |= any(hit.used and is_erased(hit.passage) for hit in answer.hits)
    answer = replace(
        answer,
        hits=tuple(
            replace(hit, passage=blanked(hit.passage), before="", after="", matched=())
            if is_erased(hit.passage)
            else hit
            for hit in answer.hits
        ),
        citations=tuple(
            replace(c, passage=blanked(c.passage)) if is_erased(c.passage) else c
            for c in answer.citations
        ),
    )
    return (_emptied(answer), True) if rested else (answer, False)


def _emptied(answer: Answer) -> Answer:
    """Return the answer without any text."""
    return replace(
        answer,
        text="",
        sentences=(),
        query=NO_QUERY,
        listed=(),
        reasons=(Reason(ReasonCode.ERASED),),
        attempts=tuple(map(_without_words, answer.attempts)),
    )


def _without_words(attempt: Attempt) -> Attempt:
    confidence = replace(attempt.confidence, reasons=(), signals=(), would_change=None)
    generation = replace(attempt.generation, text="", reasoning="")
    return replace(attempt, sentences=(), sent=None, generation=generation, confidence=confidence)


class Erasure:
    """Erases a document, by the hash of its bytes, from all conversations."""

    def __init__(
        self, database: HistoryDatabase, sha256: str, notice: Callable[[str], str]
    ) -> None:
        """``notice``: the replacement for an erased answer, by language."""
        self._database = database
        self._sha256 = sha256
        self._notice = notice

    def run(self) -> None:
        """Erase the document; can be repeated after an interruption."""
        for row in self._rows_with_document("answers"):
            with self._database.transaction():
                self._erase_answer(row)
        for row in self._rows_with_document("steps"):
            if row["kind"] != "user_message":
                self._erase_unfinished(row)
        for row in self._rows_with_document("elements"):
            self._erase_card(row)
        self._database.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _rows_with_document(self, table: str) -> list[sqlite3.Row]:
        return self._database.run(
            f"SELECT * FROM {table} WHERE record LIKE ?",  # noqa: S608 - no user input
            [f"%{self._sha256}%"],
        )

    def _erase_answer(self, row: sqlite3.Row) -> None:
        """Empty or blank an answer; one that cannot be read, from an older version, is deleted."""
        try:
            answer, rested = without_document(
                from_plain(Answer, json.loads(row["record"])), self._sha256
            )
        except (KeyError, TypeError, ValueError):
            self._database.run("DELETE FROM answers WHERE message_id=?", [row["message_id"]])
            self._erase_steps(row, self._notice("en"))
            return
        self._database.run(
            "UPDATE answers SET record=? WHERE message_id=?",
            [json.dumps(to_plain(answer)), row["message_id"]],
        )
        if rested:
            self._erase_steps(row, self._notice(answer.language))

    def _erase_steps(self, answer: sqlite3.Row, notice: str) -> None:
        """Put the notice into the answer's message, and empty the steps that led to it."""
        asked = "(SELECT created_at FROM steps WHERE id=?)"
        steps = self._database.run(
            "SELECT id, kind, record FROM steps WHERE thread_id=? AND kind!='user_message'"  # noqa: S608 - no user input
            f" AND (kind!='assistant_message' OR id=?) AND created_at >= {asked}"
            " AND created_at < coalesce((SELECT min(created_at) FROM steps WHERE thread_id=?"
            f" AND kind='user_message' AND created_at > {asked}), '9')",
            [
                *(answer["thread_id"], answer["message_id"], answer["question_id"]),
                *(answer["thread_id"], answer["question_id"]),
            ],
        )
        for step in steps:
            text = notice if step["id"] == answer["message_id"] else ""
            self._put_step(step["id"], json.loads(step["record"]) | {"output": text, "input": ""})

    def _erase_unfinished(self, step: sqlite3.Row) -> None:
        """Empty a step that showed the document, or a message whose answer was never finished.

        A turn that failed or was killed has no full record; its steps name what they showed.
        """
        ended = self._database.run(
            "SELECT 1 FROM answers WHERE message_id=? AND record NOT LIKE ?",
            [step["id"], '%"outcome": "failed"%'],
        )
        if ended:
            return
        record = json.loads(step["record"])
        language = (record.get("metadata") or {}).get("language") or "en"
        text = self._notice(language) if step["kind"] == "assistant_message" else ""
        self._put_step(step["id"], record | {"output": text, "input": "", "metadata": {}})

    def _put_step(self, step_id: str, record: dict[str, object]) -> None:
        self._database.run(
            "UPDATE steps SET text=?, record=? WHERE id=?",
            [record["output"], json.dumps(record), step_id],
        )

    def _erase_card(self, row: sqlite3.Row) -> None:
        """Keep only the reference to the passage on its card."""
        record = json.loads(row["record"])
        kept = {key: value for key, value in record["props"].items() if key in _KEPT_PROPS}
        record["props"] = kept | {"segments": [], "erased": True}
        self._database.run(
            "UPDATE elements SET record=? WHERE id=?", [json.dumps(record), row["id"]]
        )
