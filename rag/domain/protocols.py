"""The interfaces of the replaceable parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from rag.domain.completions import Capabilities, Check, Delta, Message, ModelRole, Profile
    from rag.domain.documents import Indexed
    from rag.domain.search import Found, Signals


class Clock(Protocol):
    """A clock that tests can replace."""

    def now(self) -> float:
        """Return milliseconds since a fixed moment; never decreases."""
        ...


class Retriever(Protocol):
    """Searches passages by weighted terms; the passages need not be in this process."""

    def search(self, weights: Mapping[str, float], k: int, scope: str = "") -> list[Found]:
        """Return at most ``k`` passages, best first, each with a score above 0.

        ``scope`` limits the search to the document with that path or to the documents in that
        folder.
        """
        ...

    def joined(self, other: Retriever) -> Retriever:
        """Return a retriever over both, with joint statistics; neither is changed.

        Document numbers of ``other`` become negative, and its paths get the prefix PRIVATE.
        """
        ...

    def spellings(self, word: str, language: str = "") -> Sequence[tuple[str, str]]:
        """Return (word, term) of indexed words that an unknown word may mean, the likeliest first.

        Empty if the word is indexed or there are none.
        """
        ...

    def idf_of(self, term: str) -> float:
        """Return a term's inverse document frequency, always positive.

        An unseen term counts as if it were in one passage.
        """
        ...


class Index(Protocol):
    """An index that is updated document by document."""

    @property
    def documents(self) -> Iterable[int]:
        """The numbers of the indexed documents."""
        ...

    def change(self, added: Mapping[int, Indexed], deleted: Iterable[int] = ()) -> Retriever:
        """Delete documents by number, add others, and return the new retriever.

        Numbers of new documents ascend. Retrievers returned earlier keep seeing the earlier state.
        """
        ...

    def compact(self, *, wholly: bool = False) -> Retriever | None:
        """Compact the index if that is worth it, and return the new retriever; else None.

        Searches and changes go on meanwhile, or wait briefly. ``wholly``: until nothing of a
        deleted document is left.
        """
        ...

    def save(self) -> None:
        """Write the index to disk, if it has a folder."""
        ...


class RetrieverFamily(Protocol):
    """Creates an index, or opens the one kept in a folder."""

    def __call__(self, folder: Path | None = None) -> Index:
        """Return the index; if it cannot be read, log that and return an empty one."""
        ...


class ChatBackend(Protocol):
    """A model that can be asked."""

    @property
    def model(self) -> str:
        """The model's name as shown to users."""
        ...

    @property
    def base_url(self) -> str:
        """The address of the model's server."""
        ...

    @property
    def profile(self) -> Profile:
        """The model's limits."""
        ...

    @property
    def stated_window(self) -> int | None:
        """The tokens of the model's window; None as long as its server does not tell."""
        ...

    @property
    def stated_slots(self) -> int | None:
        """The requests that the server takes at once; None as long as it does not tell."""
        ...

    def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        """Yield the model's turn; closing the iterator ends it on the server.

        The output is deterministic at temperature 0.

        Raises BackendError and nothing else (besides cancellation).
        """
        ...

    async def load(self, limit_s: float) -> Capabilities:
        """Have the server load the model, and return what it was seen to do with a short request.

        Raises BackendError if that fails or takes longer.
        """
        ...

    async def check(self) -> Check:
        """Return the backend's health; never raises."""
        ...

    async def close(self) -> None:
        """Free all resources; may be called twice."""
        ...


class ModelFinder(Protocol):
    """Looks for models that no setting names, and puts those found into use."""

    @property
    def found(self) -> Mapping[ModelRole, str]:
        """Role -> host and port of a found model's server."""
        ...

    @property
    def wanted(self) -> str:
        """The small model's name in the settings."""
        ...

    @property
    def lacking(self) -> tuple[str, Sequence[str]] | None:
        """Host and port, and models, of a server that was found without the small model."""
        ...

    @property
    def fetch(self) -> str:
        """The command that gets the small model where it is lacking; empty if none is known."""
        ...

    @property
    def offered(self) -> Sequence[str]:
        """The models of the servers found that can be chosen as the small one."""
        ...

    async def choose(self, model: str) -> None:
        """Take one of the models offered as the small one, from now on and after a restart."""
        ...

    @property
    def tried(self) -> Sequence[Check]:
        """What the last look tried, in order."""
        ...

    async def refresh(self, *, wait: bool = False) -> None:
        """Look again if that was not just done; ``wait``: until everything is tried."""
        ...

    async def close(self) -> None:
        """End what it is doing."""
        ...


class ErasableHistory(Protocol):
    """Conversations from which a document can be erased."""

    def erase(self, sha256: str, notice: Callable[[str], str]) -> None:
        """Erase a document, by the hash of its bytes, from all conversations.

        An answer based on it loses its text; ``notice`` gives the replacement in the answer's
        language.
        """
        ...


class LikedAnswers(Protocol):
    """Conversations whose answers users have rated."""

    def liked(self) -> Sequence[Signals]:
        """Return the evidence for each answer that users rated as good."""
        ...
