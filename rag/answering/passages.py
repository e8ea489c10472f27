"""Passages for a query, without any model; the limits for questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.corpus.places import place_in
from rag.domain.errors import CorpusError, QuestionError
from rag.domain.events import Retrieved
from rag.retrieval.search import retrieve
from rag.text.unseen import without_unseen

if TYPE_CHECKING:
    from rag.corpus.knowledge_base import KnowledgeBase
    from rag.corpus.snapshot import Snapshot
    from rag.domain.protocols import Clock

MAX_QUESTION_CHARACTERS = 8_000
"""About 2,000 tokens; longer texts are documents and belong in the corpus."""


def search_passages(
    knowledge: KnowledgeBase, clock: Clock, text: str, k: int, scope: str = ""
) -> tuple[Retrieved, str]:
    """Return the passages for a query, and the revision of the corpus.

    Blocks. Raises QuestionError and CorpusError.
    """
    text = as_seen(text)
    corpus = knowledge.fresh()
    scope = require_documents(knowledge, corpus, scope)
    started = clock.now()
    found = retrieve(corpus, text, (), (), k, scope)
    return Retrieved(*found, clock.now() - started), corpus.revision


def as_seen(text: str) -> str:
    """Return a question without what nobody sees in it.

    Raises QuestionError if it is empty or too long.
    """
    text = without_unseen(text)
    if not text.strip():
        raise QuestionError("The question is empty.", "Type what you want to know.")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text):,} characters;"
            f" at most {MAX_QUESTION_CHARACTERS:,} are taken.",
            "Shorten it, or put the text into the corpus folder as a document and ask about that.",
        )
    return text


def require_documents(knowledge: KnowledgeBase, corpus: Snapshot, scope: str) -> str:
    """Return the scope as a path in the corpus. Raises CorpusError if it holds no document."""
    if not corpus.documents and (progress := knowledge.progress):
        raise CorpusError(
            f"The documents are being read ({progress[0]} of {progress[1]}).",
            "Ask again in a moment.",
        )
    if not corpus.documents:
        raise CorpusError(
            f"There are no documents to answer from in {knowledge.folder}.",
            "Put files into it and ask again; `rag doctor` names files that cannot be read.",
        )
    place = place_in(corpus, knowledge.folder, scope)
    if place is None:
        raise CorpusError(
            f"There is no file or folder {scope} in the corpus.",
            "Name it as `rag search` shows it, relative to the corpus folder.",
        )
    return place
