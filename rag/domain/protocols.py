"""What the core needs from exchangeable parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from rag.domain.completions import Check, Delta, Message, Profile
    from rag.domain.documents import Indexed
    from rag.domain.search import Found, Signals


class Clock(Protocol):
    """Time as a part, so that durations are tested exactly."""

    def now(self) -> float:
        """Milliseconds since some fixed moment; never goes back."""
        ...


class Retriever(Protocol):
    """Passages by weighted terms; nothing in it assumes that the passages are in this process."""

    def search(self, weights: Mapping[str, float], k: int, scope: str = "") -> list[Found]:
        """Return at most ``k`` passages, best first, each score above 0.

        ``scope`` narrows to the document of that path or to documents under that folder.
        """
        ...

    def joined(self, other: Retriever) -> Retriever:
        """Both as one, with statistics over both; neither of them changes.

        The documents of ``other`` have their numbers below zero, and PRIVATE before their paths.
        """
        ...

    def spellings(self, word: str) -> Sequence[tuple[str, str]]:
        """Known words near one that no passage has: (word, its term), the nearest first.

        Empty where the word is known, or nothing is near.
        """
        ...

    def idf_of(self, term: str) -> float:
        """How rare a term is; an unseen one counts like a term of one passage. Always positive."""
        ...


class Index(Protocol):
    """What retrievers search; it changes document by document."""

    @property
    def documents(self) -> Iterable[int]:
        """The numbers of the documents in it."""
        ...

    def change(self, added: Mapping[int, Indexed], deleted: Iterable[int] = ()) -> Retriever:
        """Delete documents by number, add others, and return what a search sees now.

        Numbers of new documents ascend. What was returned before goes on seeing what it saw.
        """
        ...

    def compact(self, *, wholly: bool = False) -> Retriever | None:
        """Tidy up where that is worth it, and return what a search sees then; else None.

        Searches and changes go on meanwhile, or wait for a moment. ``wholly``: until nothing of a
        deleted document is left.
        """
        ...

    def save(self) -> None:
        """Keep what is in it for the next start, where it has a place for that."""
        ...


class RetrieverFamily(Protocol):
    """Makes an index, or opens the one that is kept in a folder."""

    def __call__(self, folder: Path | None = None) -> Index:
        """Return it; what cannot be read there is said in the log, and the index is empty."""
        ...


class ChatBackend(Protocol):
    """A model that can be asked."""

    @property
    def model(self) -> str:
        """The model's name as a person knows it."""
        ...

    @property
    def base_url(self) -> str:
        """Where it answers."""
        ...

    @property
    def profile(self) -> Profile:
        """What it can take."""
        ...

    def stream(
        self, messages: Sequence[Message], max_tokens: int, temperature: float = 0.0
    ) -> AsyncGenerator[Delta, None]:
        """Yield the model's turn; closing the iterator ends it on the server.

        At temperature 0 it says the same each time.

        Raises BackendError and nothing else (besides cancellation).
        """
        ...

    async def check(self) -> Check:
        """Ask whether it is well; never raises."""
        ...

    async def close(self) -> None:
        """Free what it holds; may be called twice."""
        ...


class ErasableHistory(Protocol):
    """Conversations out of which a document can be taken."""

    def erase(self, sha256: str, notice: Callable[[str], str]) -> None:
        """Take a document, by the hash of its bytes, out of all conversations.

        An answer that rests on it loses its text; ``notice`` says so in the answer's language.
        """
        ...


class LikedAnswers(Protocol):
    """Conversations in which people said which answers were good."""

    def liked(self) -> Sequence[Signals]:
        """The evidence for each answer that people said was good."""
        ...
