"""Chainlit's persistence on Plumbline's history; Chainlit's own schema loses steps silently."""

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

from rag.interfaces.chat.temporary_files import forget_files_of
from rag.presentation.texts import say

if TYPE_CHECKING:
    from chainlit.element import Element, ElementDict
    from chainlit.step import StepDict

    from rag.corpus.uploads import Uploads
    from rag.history.conversations import History
    from rag.history.schema import Record

MAX_NAME_CHARACTERS = 80
PARTIAL = "partial"
"""The key in the metadata of an unfinished step, which a killed app leaves behind."""
RUNNING: set[str] = set()
"""The messages that this process is currently writing."""
_FILE_FIELDS = ("url", "path", "chainlitKey", "objectKey")
"""A session's files end with it; Plumbline's elements have all of their data in their props."""


class HistoryDataLayer(BaseDataLayer):  # type: ignore[misc]  # Chainlit has no types
    """Calls the history in threads, since SQLite blocks briefly."""

    def __init__(self, history: History, uploads: Uploads | None = None) -> None:
        self.history = history
        self._uploads = uploads

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """Return a user by name."""
        found = await asyncio.to_thread(self.history.user, identifier)
        return _user(found) if found else None

    async def create_user(self, user: User) -> PersistedUser | None:
        """Add a user."""
        return _user(await asyncio.to_thread(self.history.add_user, user.identifier, user.metadata))

    async def upsert_feedback(self, feedback: Feedback) -> str:
        """Store a rating of an answer, and the comment."""
        return await asyncio.to_thread(
            self.history.feedback.put, feedback.forId, feedback.value, feedback.comment
        )

    async def delete_feedback(self, feedback_id: str) -> bool:
        """Delete a rating."""
        await asyncio.to_thread(self.history.feedback.delete, feedback_id)
        return True

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_element(self, element: Element) -> None:
        """Store an element with its props."""
        record = cast("Record", element.to_dict())
        for field in _FILE_FIELDS:
            record[field] = None
        await asyncio.to_thread(self.history.put_element, record)

    async def get_element(self, thread_id: str, element_id: str) -> ElementDict | None:
        """Return an element of a thread."""
        found = await asyncio.to_thread(self.history.element, thread_id, element_id)
        return cast("ElementDict | None", found)

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:  # noqa: ARG002 - Chainlit's signature
        """Delete an element."""
        await asyncio.to_thread(self.history.delete_element, element_id)

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_step(self, step_dict: StepDict) -> None:
        """Store a step."""
        await asyncio.to_thread(self.history.put_step, cast("Record", step_dict))

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def update_step(self, step_dict: StepDict) -> None:
        """Store a step's new state."""
        await asyncio.to_thread(self.history.put_step, cast("Record", step_dict))

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_step(self, step_id: str) -> None:
        """Delete a step."""
        await asyncio.to_thread(self.history.delete_step, step_id)

    async def get_thread_author(self, thread_id: str) -> str:
        """Return the name of a thread's owner."""
        return await asyncio.to_thread(self.history.author, thread_id)

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread with all of its contents."""
        await asyncio.to_thread(self.history.delete_thread, thread_id)
        if self._uploads:
            await asyncio.to_thread(self._uploads.delete, thread_id)
        await asyncio.to_thread(forget_files_of, thread_id)

    async def list_threads(
        self, pagination: Pagination, filters: ThreadFilter
    ) -> PaginatedResponse[ThreadDict]:
        """Return a page of a user's threads, latest first."""
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
        """Return a full thread; steps that a killed app left unfinished are marked."""
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
        """Change the given fields of a thread."""
        await asyncio.to_thread(
            self.history.set_thread,
            thread_id,
            name=_short(name),
            user_id=user_id,
            metadata=metadata,
            tags=tags,
        )

    async def build_debug_url(self) -> str:
        """Return nothing: there is no debug page."""
        return ""

    async def close(self) -> None:
        """Close the file."""
        await asyncio.to_thread(self.history.close)

    async def get_favorite_steps(self, user_id: str) -> list[StepDict]:  # noqa: ARG002 - Chainlit's signature
        """Return nothing: favourites are switched off."""
        return []


def _short(name: str | None) -> str | None:
    """The thread's name: its first question, on one line; None leaves it as it is."""
    return " ".join(name[:MAX_NAME_CHARACTERS].split()) if name else None


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
        steps=[_mark_partial(step) for step in record["steps"]],
        elements=record["elements"],
    )


def _mark_partial(step: Record) -> StepDict:
    """Say of an answer that nobody writes any more that it ended too early."""
    if (step.get("metadata") or {}).get(PARTIAL) and step["id"] not in RUNNING:
        language = str(step["metadata"].get("language") or "en")
        step["output"] = f"{step['output']}\n\n*{say('interrupted', language)}*"
        step["streaming"] = False
    return cast("StepDict", step)
