"""Chainlit's persistence on our own history; Chainlit's documented schema loses steps silently."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from chainlit.data.base import BaseDataLayer
from chainlit.data.utils import queue_until_user_message
from chainlit.types import (
    Feedback,
    PageInfo,
    PaginatedResponse,
    Pagination,
    ThreadDict,
    ThreadFilter,
)
from chainlit.user import PersistedUser, User

from rag.presentation.texts import say

if TYPE_CHECKING:
    from chainlit.element import Element, ElementDict
    from chainlit.step import StepDict

    from rag.corpus.uploads import Uploads
    from rag.history.conversations import History
    from rag.history.schema import Record

MAX_NAME_CHARACTERS = 80
PARTIAL = "partial"
"""In a step's metadata while it is being written: what a killed app leaves behind has it."""
RUNNING: set[str] = set()
"""The messages that this process is writing at the moment."""
_FILE_FIELDS = ("url", "path", "chainlitKey", "objectKey")
"""A session's files go with the session; our elements carry all they show in their props."""


class HistoryDataLayer(BaseDataLayer):  # type: ignore[misc]  # Chainlit has no types
    """Every call goes to the history in a thread of its own: SQLite blocks for a moment."""

    def __init__(self, history: History, uploads: Uploads | None = None) -> None:
        self.history = history
        self._uploads = uploads

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """The person of that name."""
        found = await asyncio.to_thread(self.history.user, identifier)
        return _user(found) if found else None

    async def create_user(self, user: User) -> PersistedUser | None:
        """Add a person."""
        return _user(await asyncio.to_thread(self.history.add_user, user.identifier, user.metadata))

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Keep what a person thinks of an answer, and why."""
        return await asyncio.to_thread(
            self.history.feedback.put, feedback.forId, feedback.value, feedback.comment
        )

    async def delete_feedback(self, feedback_id: str) -> bool:
        """Take feedback back."""
        await asyncio.to_thread(self.history.feedback.delete, feedback_id)
        return True

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_element(self, element: Element) -> None:
        """Keep an element with its props."""
        record = cast("Record", element.to_dict())
        for field in _FILE_FIELDS:
            record[field] = None
        await asyncio.to_thread(self.history.put_element, record)

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        """An element of a thread."""
        found = await asyncio.to_thread(self.history.element, thread_id, element_id)
        return cast("ElementDict | None", found)

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:  # noqa: ARG002 - Chainlit's signature
        """Delete an element."""
        await asyncio.to_thread(self.history.delete_element, element_id)

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_step(self, step_dict: StepDict) -> None:
        """Keep a step."""
        await asyncio.to_thread(self.history.put_step, cast("Record", step_dict))

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def update_step(self, step_dict: StepDict) -> None:
        """Keep a step's new state."""
        await asyncio.to_thread(self.history.put_step, cast("Record", step_dict))

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_step(self, step_id: str) -> None:
        """Delete a step."""
        await asyncio.to_thread(self.history.delete_step, step_id)

    async def get_thread_author(self, thread_id: str) -> str:
        """Whose thread it is."""
        return await asyncio.to_thread(self.history.author, thread_id)

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with all that belongs to it."""
        await asyncio.to_thread(self.history.delete_thread, thread_id)
        if self._uploads:
            await asyncio.to_thread(self._uploads.delete, thread_id)

    async def list_threads(
        self, pagination: Pagination, filters: ThreadFilter
    ) -> PaginatedResponse[ThreadDict]:
        """A page of a person's threads, the latest first."""
        found = await asyncio.to_thread(
            self.history.threads,
            filters.userId or "",
            pagination.first + 1,
            pagination.cursor,
            filters.search,
        )
        page = found[: pagination.first]
        return PaginatedResponse(
            pageInfo=PageInfo(
                hasNextPage=len(found) > len(page),
                startCursor=page[0]["id"] if page else None,
                endCursor=page[-1]["id"] if page else None,
            ),
            data=[_thread({**thread, "steps": [], "elements": []}) for thread in page],
        )

    async def get_thread(self, thread_id: str) -> ThreadDict | None:
        """A thread whole; what a killed app left half-written is marked."""
        found = await asyncio.to_thread(self.history.thread, thread_id)
        return _thread(found) if found else None

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Change what is given of a thread."""
        await asyncio.to_thread(
            self.history.set_thread,
            thread_id,
            name=_short(name),
            user_id=user_id,
            metadata=metadata,
            tags=tags,
        )

    async def build_debug_url(self) -> str:
        """There is none."""
        return ""

    async def close(self) -> None:
        """Close the file."""
        await asyncio.to_thread(self.history.close)

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:  # noqa: ARG002 - Chainlit's signature
        """Favourites are switched off."""
        return []


def _short(name: str | None) -> str | None:
    """A thread is named after its first question, on one line."""
    return None if name is None else " ".join(name[:MAX_NAME_CHARACTERS].split())


def _user(record: Record) -> PersistedUser:
    return PersistedUser(
        id=record["id"],
        identifier=record["identifier"],
        createdAt=record["created_at"],
        metadata=record["metadata"],
    )


def _thread(record: Record) -> ThreadDict:
    return ThreadDict(
        id=record["id"],
        createdAt=record["created_at"],
        name=record["name"],
        userId=record["user_id"],
        userIdentifier=record["identifier"],
        tags=record["tags"],
        metadata=record["metadata"],
        steps=[_marked(step) for step in record["steps"]],
        elements=record["elements"],
    )


def _marked(step: Record) -> StepDict:
    if (step.get("metadata") or {}).get(PARTIAL):
        key = "still_writing" if step["id"] in RUNNING else "interrupted"
        language = str(step["metadata"].get("language") or "en")
        step["output"] = f"{step['output']}\n\n*{say(key, language)}*"
        step["streaming"] = False
    return cast("StepDict", step)
