"""Conversations: users, threads, steps, elements and answers, independent of the chat library.

Every method blocks briefly and may be called from several threads.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from rag.history.database import HistoryDatabase, now
from rag.history.erasure import Erasure
from rag.history.feedback import FeedbackStore
from rag.history.schema import MIGRATIONS, Migration, Record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rag.domain.search import Signals


def open_history(state: Path) -> History:
    """Open the conversations about a corpus, by its state folder."""
    return History(state / "history.sqlite3")


class History:
    """A file of conversations."""

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        self._database = HistoryDatabase(path, migrations)
        self._run = self._database.run
        self._deleted: set[str] = set()
        """Deleted threads; late writes of answers that still run are ignored."""
        self.feedback = FeedbackStore(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def liked(self) -> list[Signals]:
        """Return the evidence of answers whose draft or final text was rated as good."""
        return self.feedback.liked()

    def erase(self, sha256: str, notice: Callable[[str], str]) -> None:
        """Erase a document, by the hash of its bytes, from all conversations.

        An answer based on it loses its text; ``notice`` gives the replacement in the answer's
        language.
        """
        Erasure(self._database, sha256, notice).run()

    def user(self, identifier: str) -> Record | None:
        """Return a user by name, as id, identifier, created_at and metadata."""
        rows = self._run("SELECT * FROM users WHERE identifier=?", [identifier])
        return {**rows[0], "metadata": json.loads(rows[0]["metadata"])} if rows else None

    def add_user(self, identifier: str, metadata: Record) -> Record:
        """Add a user, or replace the metadata of an existing one."""
        self._run(
            "INSERT INTO users VALUES (?,?,?,?)"
            " ON CONFLICT(identifier) DO UPDATE SET metadata=excluded.metadata",
            [str(uuid.uuid4()), identifier, now(), json.dumps(metadata)],
        )
        found = self.user(identifier)
        if found is None:
            raise AssertionError("just written")
        return found

    def set_thread(
        self,
        thread_id: str,
        *,
        name: str | None = None,
        user_id: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Record | None = None,
    ) -> None:
        """Add a thread, or change the given fields of an existing one."""
        moment = now()
        self._run(
            "INSERT INTO threads VALUES (?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
            " user_id=coalesce(?, user_id), name=coalesce(?, name),"
            " tags=coalesce(?, tags), metadata=coalesce(?, metadata)",
            [
                *(thread_id, user_id, name, moment, moment),
                *(json.dumps(list(tags or ())), json.dumps(metadata or {})),
                *(user_id, name),
                None if tags is None else json.dumps(list(tags)),
                None if metadata is None else json.dumps(metadata),
            ],
        )

    def thread(self, thread_id: str) -> Record | None:
        """Return a thread with its owner's name, its steps in order and its elements."""
        rows = self._run(
            "SELECT threads.*, users.identifier FROM threads LEFT JOIN users"
            " ON users.id=user_id WHERE threads.id=?",
            [thread_id],
        )
        if not rows:
            return None
        found = _thread(rows[0])
        found["steps"] = self.steps(thread_id)
        found["elements"] = [
            json.loads(row["record"])
            for row in self._run("SELECT record FROM elements WHERE thread_id=?", [thread_id])
        ]
        return found

    def author(self, thread_id: str) -> str:
        """Return the name of a thread's owner; empty if there is none."""
        rows = self._run(
            "SELECT identifier FROM threads JOIN users ON users.id=user_id WHERE threads.id=?",
            [thread_id],
        )
        return str(rows[0]["identifier"]) if rows else ""

    def threads(
        self, user_id: str, first: int, after: str | None = None, search: str | None = None
    ) -> list[Record]:
        """Return a user's threads without their steps, latest first, ``after`` a thread's id.

        ``search`` selects those whose name or messages contain that text.
        """
        conditions, values = ["user_id=?"], [user_id]
        if search:
            conditions.append(
                "(name LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM steps WHERE"
                " steps.thread_id=threads.id AND kind LIKE '%message' AND text LIKE ? ESCAPE '\\'))"
            )
            values += [_pattern(search)] * 2
        if after:
            conditions.append(
                "(threads.updated_at, threads.id) < (SELECT updated_at, id FROM threads WHERE id=?)"
            )
            values.append(after)
        rows = self._run(
            "SELECT threads.*, users.identifier FROM threads JOIN users ON users.id=user_id"  # noqa: S608 - no user input
            f" WHERE {' AND '.join(conditions)} ORDER BY updated_at DESC, threads.id DESC LIMIT ?",
            [*values, first],
        )
        return [_thread(row) for row in rows]

    def latest(self, first: int) -> list[Record]:
        """Return all users' threads that have an answer, latest first, without their steps."""
        rows = self._run(
            "SELECT * FROM threads WHERE EXISTS (SELECT 1 FROM answers WHERE thread_id=threads.id)"
            " ORDER BY updated_at DESC, id DESC LIMIT ?",
            [first],
        )
        return [_thread(row) for row in rows]

    def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with all of its contents."""
        self._run(
            "DELETE FROM feedback WHERE for_id IN (SELECT id FROM steps WHERE thread_id=?)",
            [thread_id],
        )
        self._deleted.add(thread_id)
        self._run("DELETE FROM threads WHERE id=?", [thread_id])
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _ensure_thread(self, thread_id: str) -> bool:
        """Return whether the thread exists; create it unless it was deleted."""
        if thread_id in self._deleted:
            return False
        self.set_thread(thread_id)
        return True

    def put_step(self, record: Record) -> None:
        """Add a step or replace it; required: ``id``, ``threadId``, ``type`` and ``output``."""
        thread_id = record["threadId"]
        if not self._ensure_thread(thread_id):
            return
        self._run(
            "INSERT INTO steps VALUES (?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET"
            " kind=excluded.kind, text=excluded.text, record=excluded.record",
            [
                *(record["id"], thread_id, record.get("createdAt") or now(), record["type"]),
                *(record.get("output") or "", json.dumps(record)),
            ],
        )
        self._run("UPDATE threads SET updated_at=? WHERE id=?", [now(), thread_id])

    def steps(self, thread_id: str) -> list[Record]:
        """Return a thread's steps in order, each with its feedback."""
        rows = self._run(
            "SELECT record, feedback.id AS fid, value, comment FROM steps LEFT JOIN feedback"
            " ON for_id=steps.id WHERE thread_id=? ORDER BY created_at, steps.rowid",
            [thread_id],
        )
        steps = []
        for row in rows:
            record = json.loads(row["record"])
            if row["fid"]:
                record["feedback"] = {
                    "id": row["fid"],
                    "forId": record["id"],
                    "value": row["value"],
                    "comment": row["comment"],
                }
            steps.append(record)
        return steps

    def delete_step(self, step_id: str) -> None:
        """Delete a step with its elements, answer and feedback."""
        self._run("DELETE FROM feedback WHERE for_id=?", [step_id])
        self._run("DELETE FROM elements WHERE for_id=?", [step_id])
        self._run("DELETE FROM answers WHERE message_id=?", [step_id])
        self._run("DELETE FROM steps WHERE id=?", [step_id])

    def delete_steps_after(self, thread_id: str, step_id: str, kept_id: str = "") -> None:
        """Delete the steps after one in its thread, except ``kept_id``."""
        later = self._run(
            "SELECT id FROM steps WHERE thread_id=? AND id!=? AND created_at>"
            "(SELECT created_at FROM steps WHERE id=?)",
            [thread_id, kept_id, step_id],
        )
        for row in later:
            self.delete_step(row["id"])

    def put_element(self, record: Record) -> None:
        """Add an element or replace it; required: ``id``, ``threadId`` and ``forId``."""
        if not self._ensure_thread(record["threadId"]):
            return
        self._run(
            "INSERT OR REPLACE INTO elements VALUES (?,?,?,?)",
            [record["id"], record["threadId"], record.get("forId"), json.dumps(record)],
        )

    def element(self, thread_id: str, element_id: str) -> Record | None:
        """Return an element of a thread, or None."""
        rows = self._run(
            "SELECT record FROM elements WHERE thread_id=? AND id=?", [thread_id, element_id]
        )
        return dict(json.loads(rows[0]["record"])) if rows else None

    def delete_element(self, element_id: str) -> None:
        """Delete an element."""
        self._run("DELETE FROM elements WHERE id=?", [element_id])

    def put_answer(self, thread_id: str, message_id: str, question_id: str, record: Record) -> None:
        """Store the full trace of the answer in a message."""
        if not self._ensure_thread(thread_id):
            return
        self._run(
            "INSERT OR REPLACE INTO answers VALUES (?,?,?,?)",
            [message_id, question_id, json.dumps(record), thread_id],
        )

    def answers(self, thread_id: str) -> list[tuple[str, str, Record]]:
        """Return a thread's answers in order: (message id, question id, record)."""
        rows = self._run("SELECT * FROM answers WHERE thread_id=? ORDER BY rowid", [thread_id])
        return [(r["message_id"], r["question_id"], json.loads(r["record"])) for r in rows]

    def answer_count(self, thread_id: str) -> int:
        """Return the number of answers in a thread."""
        return int(
            self._run("SELECT count(*) AS n FROM answers WHERE thread_id=?", [thread_id])[0]["n"]
        )


def _thread(row: sqlite3.Row) -> Record:
    return {**row, "tags": json.loads(row["tags"]), "metadata": json.loads(row["metadata"])}


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
