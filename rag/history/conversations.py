"""Conversations in SQLite: people, threads, steps, elements, feedback. Knows no chat library.

Every method blocks for a moment and may be called from several threads. The file is opened in
write-ahead mode, so that a process that is killed loses at most what it had not yet written.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.domain.codec import from_plain
from rag.domain.search import Signals
from rag.history.erasure import KEPT_PROPS, without_document
from rag.history.schema import MIGRATIONS, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def open_history(state: Path) -> History:
    """Open the conversations about a corpus, by its state folder."""
    return History(state / "history.sqlite3")


class History:
    """One file of conversations."""

    def __init__(self, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._deleted: set[str] = set()
        """Threads whose answers may still be running: what comes of them is not kept."""
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.execute("PRAGMA secure_delete=ON")
        self._migrate(migrations)

    def _migrate(self, migrations: Sequence[str]) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        for number, script in enumerate(migrations[version:], start=version + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version={number}; COMMIT;")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def user(self, identifier: str) -> Record | None:
        """The person of that name: id, identifier, created_at, metadata."""
        rows = self._run("SELECT * FROM users WHERE identifier=?", [identifier])
        return {**rows[0], "metadata": json.loads(rows[0]["metadata"])} if rows else None

    def add_user(self, identifier: str, metadata: Record) -> Record:
        """Add a person, or change the metadata of one who is there."""
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
        """Add a thread, or change what is given of one that is there."""
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
        """A thread with its owner's name, its steps in order and its elements."""
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
        """Whose thread it is; empty when there is none."""
        rows = self._run(
            "SELECT identifier FROM threads JOIN users ON users.id=user_id WHERE threads.id=?",
            [thread_id],
        )
        return str(rows[0]["identifier"]) if rows else ""

    def threads(
        self, user_id: str, first: int, after: str | None = None, search: str | None = None
    ) -> list[Record]:
        """A person's threads without their steps, the latest first, ``after`` a thread's id.

        ``search`` keeps those whose name or messages hold that text.
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
            "SELECT threads.*, users.identifier FROM threads JOIN users ON users.id=user_id"  # noqa: S608 - conditions are ours
            f" WHERE {' AND '.join(conditions)} ORDER BY updated_at DESC, threads.id DESC LIMIT ?",
            [*values, first],
        )
        return [_thread(row) for row in rows]

    def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with all that belongs to it."""
        self._run(
            "DELETE FROM feedback WHERE for_id IN (SELECT id FROM steps WHERE thread_id=?)",
            [thread_id],
        )
        self._deleted.add(thread_id)
        self._run("DELETE FROM threads WHERE id=?", [thread_id])

    def _is_there(self, thread_id: str) -> bool:
        """Make a thread at its first step; one that was deleted is not made again."""
        if thread_id in self._deleted:
            return False
        self.set_thread(thread_id)
        return True

    def put_step(self, record: Record) -> None:
        """Add a step or replace it; it needs ``id``, ``threadId``, ``type`` and ``output``."""
        thread_id = record["threadId"]
        if not self._is_there(thread_id):
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
        """A thread's steps in order, each with its feedback."""
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
        """Delete what came after a step in its thread, but for one other."""
        later = self._run(
            "SELECT id FROM steps WHERE thread_id=? AND id!=? AND created_at>"
            "(SELECT created_at FROM steps WHERE id=?)",
            [thread_id, kept_id, step_id],
        )
        for row in later:
            self.delete_step(row["id"])

    def put_element(self, record: Record) -> None:
        """Add an element or replace it; it needs ``id``, ``threadId`` and ``forId``."""
        if not self._is_there(record["threadId"]):
            return
        self._run(
            "INSERT OR REPLACE INTO elements VALUES (?,?,?,?)",
            [record["id"], record["threadId"], record.get("forId"), json.dumps(record)],
        )

    def element(self, thread_id: str, element_id: str) -> Record | None:
        """An element of a thread."""
        rows = self._run(
            "SELECT record FROM elements WHERE thread_id=? AND id=?", [thread_id, element_id]
        )
        return dict(json.loads(rows[0]["record"])) if rows else None

    def delete_element(self, element_id: str) -> None:
        """Delete an element."""
        self._run("DELETE FROM elements WHERE id=?", [element_id])

    def put_answer(self, thread_id: str, message_id: str, question_id: str, record: Record) -> None:
        """Keep the whole trace of the answer in a message."""
        if not self._is_there(thread_id):
            return
        self._run(
            "INSERT OR REPLACE INTO answers VALUES (?,?,?,?)",
            [message_id, question_id, json.dumps(record), thread_id],
        )

    def answers(self, thread_id: str) -> list[tuple[str, str, Record]]:
        """A thread's answers in order: (message id, question id, record)."""
        rows = self._run("SELECT * FROM answers WHERE thread_id=? ORDER BY rowid", [thread_id])
        return [(r["message_id"], r["question_id"], json.loads(r["record"])) for r in rows]

    def answer_count(self, thread_id: str) -> int:
        """How many answers a thread has."""
        return int(
            self._run("SELECT count(*) AS n FROM answers WHERE thread_id=?", [thread_id])[0]["n"]
        )

    def erase(self, sha256: str, notice: Callable[[str], str]) -> None:
        """Take a document, by the hash of its bytes, out of all conversations.

        An answer that rests on it loses its text; ``notice`` says so in the answer's language.
        """
        rows = self._run("SELECT * FROM answers WHERE record LIKE ?", [f"%{sha256}%"])
        for row in rows:
            record = json.loads(row["record"])
            rested = without_document(record, sha256)
            with self._lock:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    self._db.execute(
                        "UPDATE answers SET record=? WHERE message_id=?",
                        [json.dumps(record), row["message_id"]],
                    )
                    if rested:
                        self._erase_steps(row, notice(record.get("language", "en")))
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
        self._erase_unfinished(sha256, notice)
        for row in self._run("SELECT * FROM elements WHERE record LIKE ?", [f"%{sha256}%"]):
            record = json.loads(row["record"])
            record["props"] = {
                key: value for key, value in record["props"].items() if key in KEPT_PROPS
            } | {"segments": [], "erased": True}
            self._run("UPDATE elements SET record=? WHERE id=?", [json.dumps(record), row["id"]])
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _erase_unfinished(self, sha256: str, notice: Callable[[str], str]) -> None:
        """Empty the steps that showed a document, and messages whose answer never came to an end.

        A turn that failed or was killed has no whole record; its steps name what they showed.
        """
        found = self._run(
            "SELECT steps.* FROM steps WHERE record LIKE ? AND kind!='user_message'",
            [f"%{sha256}%"],
        )
        for step in found:
            record = json.loads(step["record"])
            ended = self._run(
                "SELECT 1 FROM answers WHERE message_id=? AND record NOT LIKE ?",
                [step["id"], '%"outcome": "failed"%'],
            )
            if ended:
                continue
            language = (record.get("metadata") or {}).get("language") or "en"
            text = notice(language) if step["kind"] == "assistant_message" else ""
            record |= {"output": text, "input": "", "metadata": {}}
            self._run(
                "UPDATE steps SET text=?, record=? WHERE id=?",
                [text, json.dumps(record), step["id"]],
            )

    def _erase_steps(self, answer: sqlite3.Row, notice: str) -> None:
        """The answer's message says that it is erased; the steps that led to it are emptied."""
        asked = "(SELECT created_at FROM steps WHERE id=?)"
        steps = self._db.execute(
            "SELECT id, kind, record FROM steps WHERE thread_id=? AND kind!='user_message'"  # noqa: S608 - ours
            f" AND (kind!='assistant_message' OR id=?) AND created_at >= {asked}"
            " AND created_at < coalesce((SELECT min(created_at) FROM steps WHERE thread_id=?"
            f" AND kind='user_message' AND created_at > {asked}), '9')",
            [
                answer["thread_id"],
                answer["message_id"],
                answer["question_id"],
                answer["thread_id"],
                answer["question_id"],
            ],
        ).fetchall()
        for step in steps:
            text = notice if step["id"] == answer["message_id"] else ""
            record = json.loads(step["record"]) | {"output": text, "input": ""}
            self._db.execute(
                "UPDATE steps SET text=?, record=? WHERE id=?",
                [text, json.dumps(record), step["id"]],
            )

    def put_feedback(self, for_id: str, value: int, comment: str | None) -> str:
        """Keep what a person thinks of an answer; one a step. Return its id."""
        feedback_id = str(uuid.uuid4())
        self._run(
            "INSERT INTO feedback VALUES (?,?,?,?) ON CONFLICT(for_id) DO UPDATE SET"
            " value=excluded.value, comment=excluded.comment",
            [feedback_id, for_id, value, comment],
        )
        return str(self._run("SELECT id FROM feedback WHERE for_id=?", [for_id])[0]["id"])

    def prefer(self, message_id: str, preferred: str) -> None:
        """Keep whether a person prefers the "draft" or the "answer"; the last word counts.

        Nothing is kept for a message that holds no answer.
        """
        self._run(
            "INSERT OR REPLACE INTO preferences SELECT message_id, ? FROM answers"
            " WHERE message_id=?",
            [preferred, message_id],
        )

    def preferences(self) -> dict[str, str]:
        """Message -> "draft" or "answer"."""
        rows = self._run("SELECT message_id, preferred FROM preferences")
        return {row["message_id"]: row["preferred"] for row in rows}

    def liked(self) -> list[Signals]:
        """What the evidence was judged by where people said that draft or answer was good."""
        rows = self._run(
            "SELECT record FROM answers WHERE message_id IN (SELECT for_id FROM feedback WHERE"
            " value=1 UNION SELECT message_id FROM preferences)"
        )
        found = (json.loads(row["record"]).get("evidence") for row in rows)
        return [from_plain(Signals, one["signals"]) for one in found if one and one.get("signals")]

    def delete_feedback(self, feedback_id: str) -> None:
        """Take feedback back."""
        self._run("DELETE FROM feedback WHERE id=?", [feedback_id])


def now() -> str:
    """The moment in UTC, as ISO 8601 with a Z."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _thread(row: sqlite3.Row) -> Record:
    return {
        **row,
        "tags": json.loads(row["tags"]),
        "metadata": json.loads(row["metadata"]),
    }


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
