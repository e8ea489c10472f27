"""The data of the corpus panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.domain.documents import ChangeKind
from rag.presentation.texts import all_under, say
from rag.presentation.wording import file_path, local_time, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import CorpusChange, LedgerEntry
    from rag.retrieval.explain import Explanation

SHOWN_FILES = 200
"""Users search longer tables instead of scrolling them."""
SHOWN_CHANGES = 15


def panel_props(
    corpus: Snapshot,
    changes: Sequence[CorpusChange],
    progress: tuple[int, int] | None,
    language: str,
    search: str = "",
) -> dict[str, Any]:
    """Return the panel's props: the files with ``search`` in path, title or reason."""
    wanted = search.casefold().split()
    found = [file for file in corpus.files if _holds(file, wanted)]
    return {
        "labels": all_under("panel.", language),
        "search": search,
        "summary": say(
            "panel_summary",
            language,
            documents=len(corpus.documents),
            count=len(corpus.files),
            passages=say("passages", language, count=corpus.passage_count),
        ),
        "progress": say("panel_progress", language, done=progress[0], count=progress[1])
        if progress
        else "",
        "files": [_file_props(file, language) for file in found[:SHOWN_FILES]],
        "hidden": len(found) - min(len(found), SHOWN_FILES),
        "changes": [_change_props(change, language) for change in changes[:SHOWN_CHANGES]],
    }


def _holds(file: LedgerEntry, words: Sequence[str]) -> bool:
    text = f"{file.name} {file.title} {file.status} {file.reason}".casefold()
    return all(word in text for word in words)


def _file_props(file: LedgerEntry, language: str) -> dict[str, Any]:
    facts = [
        say("passages", language, count=file.passages) if file.passages else "",
        say("panel_pages", language, readable=file.pages_readable, count=file.pages)
        if file.pages
        else "",
        file.language,
        size_text(file.size),
        local_time(file.indexed_at) if file.indexed_at else "",
    ]
    return {
        "path": file.path if file.name == file.path else "",
        "name": file.name,
        "title": file.title if file.title != file.name else "",
        "status": file.status.value,
        "statusText": say(f"status.{file.status.value}", language),
        "reason": file.reason,
        "facts": " · ".join(filter(None, facts)),
        "flags": [say(f"flag.{flag}", language) for flag in file.flags],
        "file": file_path(file.path) if file.document else "",
        "attached": bool(file.attached_to),
    }


def _change_props(change: CorpusChange, language: str) -> dict[str, Any]:
    return {
        "number": change.number,
        "at": local_time(change.at),
        "text": say(f"change.{change.kind.value}", language, path=change.path),
        "undo": bool(change.trash) and change.kind in {ChangeKind.DELETED, ChangeKind.UPLOADED},
    }


def explanation_text(explanation: Explanation, path: str, language: str) -> str:
    """Return why a document's best passage is or is not found by a query."""
    if explanation.rank is None or explanation.best is None:
        words = _quoted(explanation.missing, language)
        return say("why_not_found", language, path=path, words=words)
    missing = _quoted(explanation.missing, language)
    return say(
        "why_found" if not missing else "why_partly_found",
        language,
        place=place(explanation.best, language),
        rank=explanation.rank,
        score=f"{explanation.score:.2f}",
        matched=_quoted(explanation.matched, language),
        missing=missing,
    )


def _quoted(words: Sequence[str], language: str) -> str:
    return ", ".join(say("word", language, word=word) for word in words)


def size_text(size: int) -> str:
    """Return a readable size: ``512 B``, ``14 kB``, ``3.2 MB``."""
    if size < 1_000:  # noqa: PLR2004 - units
        return f"{size} B"
    if size < 1_000_000:  # noqa: PLR2004 - as above
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"
