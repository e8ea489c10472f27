"""The tables of the conversations, version by version."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]
"""A row of a table, or the JSON document in it."""

MIGRATIONS = (
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
)
"""One script a version of the schema, never changed once shipped; a new version is appended."""
