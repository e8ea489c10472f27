"""Users' ratings of answers."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from rag.domain.codec import from_plain
from rag.domain.search import Signals

if TYPE_CHECKING:
    from rag.history.database import HistoryDatabase


class FeedbackStore:
    """Ratings, and preferences between draft and answer."""

    def __init__(self, database: HistoryDatabase) -> None:
        self._database = database

    def put(self, for_id: str, value: int, comment: str | None) -> str:
        """Store the rating of an answer, one per step. Return its id."""
        feedback_id = str(uuid.uuid4())
        self._database.run(
            "INSERT INTO feedback VALUES (?,?,?,?) ON CONFLICT(for_id) DO UPDATE SET"
            " value=excluded.value, comment=excluded.comment",
            [feedback_id, for_id, value, comment],
        )
        return str(self._database.run("SELECT id FROM feedback WHERE for_id=?", [for_id])[0]["id"])

    def delete(self, feedback_id: str) -> None:
        """Delete a rating."""
        self._database.run("DELETE FROM feedback WHERE id=?", [feedback_id])

    def prefer(self, message_id: str, preferred: str) -> None:
        """Store whether the "draft" or the "answer" is preferred, replacing earlier preferences.

        Does nothing for a message without an answer.
        """
        self._database.run(
            "INSERT OR REPLACE INTO preferences SELECT message_id, ? FROM answers"
            " WHERE message_id=?",
            [preferred, message_id],
        )

    def liked(self) -> list[Signals]:
        """Return the evidence of answers whose draft or final text was rated as good."""
        rows = self._database.run(
            "SELECT record FROM answers WHERE message_id IN (SELECT for_id FROM feedback WHERE"
            " value=1 UNION SELECT message_id FROM preferences)"
        )
        found = (json.loads(row["record"]).get("evidence") for row in rows)
        return [from_plain(Signals, one["signals"]) for one in found if one and one.get("signals")]
