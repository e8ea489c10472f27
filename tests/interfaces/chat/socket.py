"""A socket that remembers what the page would have been sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainlit.session import WebsocketSession


@dataclass
class Socket:
    """What the page would have been sent, in order."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    session: WebsocketSession | None = None

    async def emit(self, event: str, data: Any) -> None:
        self.events.append((event, data))

    async def emit_call(self, event: str, data: Any, timeout: float) -> None:
        self.events.append((event, data))

    def named(self, *names: str) -> list[Any]:
        return [data for event, data in self.events if event in names]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The last state of each assistant message that was not removed again."""
        gone = {data["id"] for data in self.named("delete_message")}
        states = {
            data["id"]: data
            for data in self.named("new_message", "update_message")
            if data["type"] == "assistant_message" and data["id"] not in gone
        }
        return list(states.values())

    @property
    def steps(self) -> list[str]:
        states = {
            data["id"]: data["name"]
            for data in self.named("new_message", "update_message")
            if "message" not in data["type"]
        }
        return list(states.values())
