"""The tables of the conversations, by version."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

Record = dict[str, Any]
"""A row of a table, or the JSON document in it."""

_SHARE = re.compile(r"(\d+)/(\d+)")


def _to_roles_and_shares(connection: sqlite3.Connection) -> None:
    """Rename ``rung`` to ``role``, split counts such as "2/3", and give changes a code."""
    for table, key in (("answers", "message_id"), ("elements", "id")):
        for row in connection.execute(f"SELECT {key}, record FROM {table}").fetchall():  # noqa: S608 - no user input
            record = json.dumps(_migrated(json.loads(row[1])))
            connection.execute(f"UPDATE {table} SET record=? WHERE {key}=?", [record, row[0]])  # noqa: S608 - no user input


def _migrated(value: Any) -> Any:  # noqa: ANN401 - JSON data
    if isinstance(value, list):
        return [_migrated(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {"role" if k == "rung" else k: _migrated(item) for k, item in value.items()}
    for key in ("detail", "value"):
        if "code" in fields and (share := _SHARE.fullmatch(str(fields.get(key)))):
            fields |= {key: "", "part": int(share[1]), "whole": int(share[2])}
    if fields.get("code") == "short" and str(fields.get("detail")).isdigit():
        fields |= {"detail": "", "part": int(fields["detail"])}
    if change := fields.get("would_change"):
        code = str(change["code"]).removeprefix("without_")
        more = code == "more_supported"
        fields["would_change"] = {
            "code": "unsupported" if more else code,
            "count": int(change.get("detail") or 0) if more else 0,
        }
    return fields


Migration: TypeAlias = "str | Callable[[sqlite3.Connection], None]"

MIGRATIONS: tuple[Migration, ...] = (
    """
    CREATE TABLE users (
        id TEXT PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL,
        metadata TEXT NOT NULL
    );
    CREATE TABLE threads (
        id TEXT PRIMARY KEY, user_id TEXT REFERENCES users(id) ON DELETE CASCADE,
        name TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
        tags TEXT NOT NULL, metadata TEXT NOT NULL
    );
    CREATE INDEX threads_by_user ON threads(user_id, updated_at DESC);
    CREATE TABLE steps (
        id TEXT PRIMARY KEY, thread_id TEXT NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
        created_at TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, record TEXT NOT NULL
    );
    CREATE INDEX steps_by_thread ON steps(thread_id, created_at);
    CREATE TABLE elements (
        id TEXT PRIMARY KEY, thread_id TEXT NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
        for_id TEXT, record TEXT NOT NULL
    );
    CREATE INDEX elements_by_thread ON elements(thread_id);
    CREATE TABLE answers (
        message_id TEXT PRIMARY KEY, question_id TEXT NOT NULL, record TEXT NOT NULL,
        thread_id TEXT NOT NULL REFERENCES threads(id) ON DELETE CASCADE
    );
    CREATE INDEX answers_by_thread ON answers(thread_id);
    CREATE TABLE feedback (
        id TEXT PRIMARY KEY, for_id TEXT NOT NULL UNIQUE, value INTEGER NOT NULL, comment TEXT
    );
    """,
    """
    CREATE TABLE preferences (
        message_id TEXT PRIMARY KEY REFERENCES answers(message_id) ON DELETE CASCADE,
        preferred TEXT NOT NULL
    );
    """,
    _to_roles_and_shares,
)
"""One entry per version of the schema; entries are only appended, never changed."""
