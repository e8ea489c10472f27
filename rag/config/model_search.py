"""Looks for model servers on this machine where none is named, and keeps the cascade on them."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.config.chosen_model import chosen_model, keep_choice
from rag.config.model_choice import served_large, served_small
from rag.config.state_folder import foundry_home
from rag.domain.completions import Check
from rag.domain.requests import WARMED
from rag.models.discovery import (
    PACKAGE,
    PORTS,
    PROBE_S,
    Step,
    asked_again,
    foundry,
    packaged,
    probed,
)
from rag.models.model import Model
from rag.models.names import can_chat, fetch_command, model_for, shown_list

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator

    from rag.answering.cascade import Cascade
    from rag.config.settings import Settings
    from rag.domain.completions import ModelRole
    from rag.domain.protocols import Clock
    from rag.models.server_facts import Served

logger = logging.getLogger(__name__)
FRESH_MS = 1_000.0
"""A question within this time of the last look relies on it."""
PATIENCE_S = PROBE_S + 0.1
"""How long a question waits for a look."""
RETIRED_AFTER_S = 60.0
MOST_OFFERED = 12
"""More models than anybody looks through in a list."""
START = "Start Ollama, LM Studio or Foundry Local, or name a server in RAG_SMALL_BASE_URL."
FOUNDRY_EVERY_MS = 30_000.0
"""Foundry's command takes a second of processor time."""


class ModelSearch:
    """Replaces the small and the large model of a cascade by those that are found.

    Only models that no setting names are looked for, each by its own name; they may live on
    different servers. Where none is found, the built-in model answers, and there is no large one.
    """

    def __init__(  # noqa: PLR0913 - the last three are for tests
        self,
        settings: Settings,
        cascade: Cascade,
        clock: Clock,
        count: Callable[[str, str], int],
        ports: Collection[int] = tuple(PORTS),
        ask_foundry: Callable[[], Awaitable[list[Step]]] = foundry,
        note: Callable[[str, float], None] | None = None,
    ) -> None:
        self._settings = settings
        self._cascade = cascade
        self._clock = clock
        self._count = count
        self._ports = ports
        self._ask_foundry = ask_foundry
        self._note = note
        self._named: dict[ModelRole, Model | None] = {
            "small": cascade.small,
            "large": cascade.large,
        }
        self._found: dict[ModelRole, tuple[str, str]] = {}
        """Role -> address and model that were found for it."""
        self._replaced: list[Model] = []
        self._retiring: set[asyncio.Task[None]] = set()
        self._look: asyncio.Task[None] | None = None
        self._foundry: asyncio.Task[None] | None = None
        self._foundry_steps: list[Step] = []
        self._own_steps: list[Step] = []
        self._port_steps: list[Step] = []
        self._looked: float | None = None
        self._asked_foundry: float | None = None
        self._choosing = asyncio.Lock()
        self._chosen = chosen_model(settings.state_dir)
        self.steps: tuple[Step, ...] = ()
        """What the last look tried, in order."""

    @property
    def roles(self) -> tuple[ModelRole, ...]:
        """The models that no setting names."""
        named: dict[ModelRole, str] = {
            "small": self._settings.small_base_url,
            "large": self._settings.large_base_url,
        }
        return tuple(role for role, address in named.items() if not address)

    @property
    def found(self) -> dict[ModelRole, str]:
        """Role -> the address that a found model answers at, without scheme and version."""
        return {role: _where(address) for role, (address, _) in self._found.items()}

    @property
    def wanted(self) -> str:
        """The small model's name in the settings."""
        return self._settings.small_model

    @property
    def lacking(self) -> tuple[str, tuple[str, ...]] | None:
        """Host and port, and models, of a server that was found without the small model."""
        if "small" in self._found or "small" not in self.roles:
            return None
        servers = (step.found for step in self.steps if step.found)
        return next(((_where(s.base_url), s.models) for s in servers), None)

    @property
    def fetch(self) -> str:
        """The command that gets the small model where it is lacking; empty if none is known."""
        step = next((step for step in self.steps if step.found), None)
        return fetch_command(step.server, self.wanted) if step and self.lacking else ""

    @property
    def offered(self) -> tuple[str, ...]:
        """The models of the servers found that can be chosen as the small one, but those in use."""
        if "small" not in self.roles:
            return ()
        servers = [step.found for step in self.steps if step.found]
        names = dict.fromkeys(name for server in servers for name in server.models)
        used = {model for _, model in self._found.values()}
        return tuple(name for name in names if can_chat(name) and name not in used)[:MOST_OFFERED]

    async def choose(self, model: str) -> None:
        """Take one of the models offered as the small one, from now on and after a restart."""
        if model in self.offered:
            self._chosen = model
            try:
                await asyncio.to_thread(keep_choice, self._settings.state_dir, model)
            except OSError as error:
                logger.warning("The choice of %s cannot be kept (%s).", model, error.strerror)
            await self._choose()

    @property
    def tried(self) -> tuple[Check, ...]:
        """What the last look tried, in order."""
        return tuple(
            Check(
                "model server",
                ok=step.found is not None,
                detail=f"{step.tried}: {_outcome(step)}",
                remedy=START if number == len(self.steps) and not self._found else "",
                required=False,
            )
            for number, step in enumerate(self.steps, start=1)
        )

    async def refresh(self, *, wait: bool = False) -> None:
        """Look again, unless that was just done; never raises.

        ``wait``: for Foundry's command too, and not only ``PATIENCE_S``.
        """
        if not self.roles:
            return
        fresh = self._looked is not None and self._clock.now() - self._looked < FRESH_MS
        if wait or not fresh:
            self._start()
        tasks = {task for task in (self._look, self._foundry if wait else None) if task}
        if tasks:
            await asyncio.wait(tasks, timeout=None if wait else PATIENCE_S)
        if wait:
            await self._choose()

    def _start(self) -> None:
        now = self._clock.now()
        if self._foundry is None or self._foundry.done():
            asked = self._asked_foundry
            if asked is None or now - asked > FOUNDRY_EVERY_MS:
                self._asked_foundry = now
                self._foundry = asyncio.create_task(self._look_at_foundry())
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_at_ports())

    async def _look_at_foundry(self) -> None:
        self._foundry_steps = await self._ask_foundry()

    async def _look_at_ports(self) -> None:
        told = self._foundry_steps
        self._own_steps, self._port_steps, again = await asyncio.gather(
            asyncio.to_thread(
                packaged, foundry_home(self._settings), self._settings.foundry_device
            ),
            probed(self._ports, leave_out=(self._settings.port,)),
            asked_again(told),
        )
        if self._foundry_steps is told:  # else the command has answered anew
            self._foundry_steps = again
        self._looked = self._clock.now()
        await self._choose()

    async def _choose(self) -> None:
        async with self._choosing:
            await self._take_what_is_there()

    async def _take_what_is_there(self) -> None:
        self.steps = (*self._own_steps, *self._foundry_steps, *self._port_steps)
        servers = [step.found for step in self.steps if step.found]
        for role in self.roles:
            offered = self._offer_for(role, servers)
            if offered is None and await self._still_there(role, servers):
                continue
            self._use(role, offered)

    def _offer_for(self, role: ModelRole, servers: list[Served]) -> tuple[str, str] | None:
        """The chosen model while it is there, else the one that the settings name."""
        if role == "small":
            for server in servers:
                if self._chosen in server.models:
                    return server.base_url, self._chosen
        return next(_offers(self._wanted(role), servers), None)

    def _wanted(self, role: ModelRole) -> str:
        return self._settings.small_model if role == "small" else self._settings.large_model

    async def _still_there(self, role: ModelRole, servers: list[Served]) -> bool:
        """Whether a found server is only too busy to list its models in time."""
        address = self._found.get(role, ("", ""))[0]
        if not address or any(server.base_url == address for server in servers):
            return False
        url = urlsplit(address)
        if not url.port:
            return False
        try:
            async with asyncio.timeout(PROBE_S):
                _, writer = await asyncio.open_connection(url.hostname, url.port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True

    def _use(self, role: ModelRole, offered: tuple[str, str] | None) -> None:
        if self._found.get(role) == offered:
            return
        if offered is None:
            del self._found[role]
            self._set(role, self._named[role])
            logger.warning("%s is gone.", self._wanted(role))
            return
        self._found[role] = offered
        build = served_small if role == "small" else served_large
        settings = self._settings
        if role == "small" and offered[1] == self._chosen:
            settings = settings.model_copy(update={"small_model": self._chosen})
        backend = build(settings, *offered)
        model = Model(role, backend, self._clock, self._count, self._note)
        if role in WARMED[settings.warm_up]:
            model.load()
        self._set(role, model)
        logger.info("%s answers at %s.", backend.model, offered[0])

    def _set(self, role: ModelRole, model: Model | None) -> None:
        current = self._cascade.small if role == "small" else self._cascade.large
        if current is not None and current is not self._named[role]:
            self._replaced.append(current)
            self._retiring.add(asyncio.create_task(_retire(current)))
        if role == "large":
            self._cascade.large = model
        elif model is not None:
            self._cascade.small = model

    async def close(self) -> None:
        """End the looks, and free what was replaced."""
        looks = [task for task in (self._look, self._foundry) if task]
        tasks = [*looks, *self._retiring]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        small = self._named["small"]
        unused = [small.backend] if small and small is not self._cascade.small else []
        for backend in (*(model.backend for model in self._replaced), *unused):
            await backend.close()


async def _retire(model: Model) -> None:
    """Free a replaced model, which is gigabytes where it is in our own process."""
    await asyncio.sleep(RETIRED_AFTER_S)  # a turn may hold it that has not begun yet
    await model.retire()


def _where(address: str) -> str:
    """Host and port; Foundry Local's package where it is no address of a server."""
    return urlsplit(address).netloc or PACKAGE


def _outcome(step: Step) -> str:
    if step.found is None:
        return f"{step.detail or 'no model server answers'}."
    return f"has {shown_list(step.found.models) or 'no model'}."


def _offers(wanted: str, servers: list[Served]) -> Iterator[tuple[str, str]]:
    """Yield address and name of each model that is meant."""
    for server in servers:
        if model := model_for(wanted, server.models):
            yield server.base_url, model
