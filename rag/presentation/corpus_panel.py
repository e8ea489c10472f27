"""The data of the corpus panel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from rag.domain.documents import ChangeKind, FileStatus
from rag.presentation.texts import all_under, say
from rag.presentation.wording import file_path, local_time, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.corpus.snapshot import Snapshot
    from rag.domain.documents import CorpusChange, LedgerEntry, Reading
    from rag.retrieval.explain import Explanation

SHOWN_FILES = 200
"""At first, and more at each "Show more"; a longer table takes the browser seconds."""
SHOWN_CHANGES = 15
_URGENCY = {
    status: number
    for number, status in enumerate(
        (
            FileStatus.UNREADABLE,
            FileStatus.PARTLY,
            FileStatus.WAITING,
            FileStatus.DUPLICATE,
            FileStatus.INDEXED,
        )
    )
}
"""What an admin has to do something about comes first."""


@dataclass(frozen=True)
class PanelView:
    """What of the panel is looked at."""

    search: str = ""
    """Words that the path, title or reason of a file has."""
    status: str = ""
    """The status of the files; empty: any."""
    shown: int = SHOWN_FILES
    """How many files at most."""


def panel_props(
    corpus: Snapshot,
    changes: Sequence[CorpusChange],
    reading: Reading | None,
    language: str,
    view: PanelView,
) -> dict[str, Any]:
    """Return the panel's props: the files of a view, those that cannot be read first."""
    wanted = view.search.casefold().split()
    found = [file for file in corpus.files if _holds(file, wanted)]
    counts = Counter(file.status for file in found)
    seen = [file for file in found if view.status in {"", file.status}]
    seen.sort(key=lambda file: (_URGENCY[file.status], file.path))
    return {
        "labels": all_under("panel.", language),
        "search": view.search,
        "status": view.status,
        "shown": view.shown,
        "statuses": [
            {"status": status.value, "text": say(f"status.{status}", language), "count": count}
            for status, count in sorted(counts.items(), key=lambda item: _URGENCY[item[0]])
        ],
        "folders": _folders(corpus),
        "summary": say(
            "panel_summary",
            language,
            documents=len(corpus.documents),
            count=len(corpus.files),
            passages=say("passages", language, count=corpus.passage_count),
        ),
        "progress": _progress(reading, language) if reading else "",
        "files": [_file_props(file, language) for file in seen[: view.shown]],
        "hidden": max(0, len(seen) - view.shown),
        "changes": [_change_props(change, language) for change in changes[:SHOWN_CHANGES]],
    }


def _folders(corpus: Snapshot) -> list[str]:
    """The folders that a document can be added to."""
    parents = (PurePosixPath(f.path).parents for f in corpus.files if not f.attached_to)
    return sorted({str(folder) for above in parents for folder in above} - {"."})


def _progress(reading: Reading, language: str) -> str:
    text = say("panel_progress", language, done=reading.done, count=reading.files)
    if reading.seconds_left is None:
        return text
    left = say("panel_left", language, seconds=f"{max(1, round(reading.seconds_left)):,}")
    return f"{text} {left}"


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
