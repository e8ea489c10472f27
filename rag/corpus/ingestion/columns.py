"""PDF pages whose columns were drawn line by line across the page, in reading order.

A recursive cut as in Nagy and Seth, "Hierarchical representation of optically scanned documents"
(ICPR 1984): lines that cross the gap between two columns part the page into bands, and in each band
the left column comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from rag.corpus.ingestion.pages import find_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pypdfium2 import PdfTextPage

MOST_PAGES = 300
"""Looking takes 2 ms a page."""
MOST_PIECES = 1_000
"""Of a page; more are a drawing."""
FEWEST_PAIRS = 5
"""Lines side by side, below which there are no columns."""
LEAST_SHARE = 0.75
"""The share of the lines side by side that have the gap in common."""
LEAST_WORDS = 4
"""On average in the lines of both columns; fewer are cells of a table."""
LEAST_RUNNING_ON = 0.4
"""The share of lines in both columns that begin with a small letter; cells rarely do."""
PARAGRAPH_GAP = 1.6
"""Between the last line of a paragraph and the next one, in usual distances of two lines."""


@dataclass(slots=True)
class _Piece:
    """A part of a line with its place on the page, in points from the lower left."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def is_beside(self, other: _Piece) -> bool:
        """Whether both stand on one line."""
        overlap = min(self.top, other.top) - max(self.bottom, other.bottom)
        return overlap > min(self.height, other.height) / 2


def read_in_columns(data: bytes) -> dict[int, str]:
    """Return page number -> text of the pages of a PDF that are drawn across their columns."""
    import pypdfium2  # noqa: PLC0415 - only PDF files need it

    try:
        with pypdfium2.PdfDocument(data) as document:
            pages = range(min(len(document), MOST_PAGES))
            texts = ((n, _text_in_columns(document[n].get_textpage())) for n in pages)
            return {number + 1: text for number, text in texts if text}
    except pypdfium2.PdfiumError:
        return {}  # what is damaged or encrypted is told by the reader of the whole


def _text_in_columns(page: PdfTextPage) -> str:
    """Return a page's text in reading order; empty if it is so already."""
    count = page.count_rects()
    if not 2 * FEWEST_PAIRS <= count <= MOST_PIECES:
        return ""
    pieces = list(_joined(_Piece(*page.get_rect(number)) for number in range(count)))
    gap = _gap(pieces)
    if gap is None:
        return ""
    texts = {id(piece): _text(page, piece) for piece in pieces}
    sides = [[p for p in pieces if p.right <= gap], [p for p in pieces if p.left >= gap]]
    if not all(_is_prose([texts[id(piece)] for piece in side]) for side in sides):
        return ""
    return "\n".join(_lines(list(_ordered(pieces, gap)), texts))


def _joined(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Join the pieces of a line, such as its words in bold, that follow each other closely."""
    last: _Piece | None = None
    for piece in pieces:
        if last and last.is_beside(piece) and -last.height < piece.left - last.right < last.height:
            last.right, last.top = max(last.right, piece.right), max(last.top, piece.top)
            last.bottom = min(last.bottom, piece.bottom)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _gap(pieces: Sequence[_Piece]) -> float | None:
    """Return where the gap between two columns is that are drawn across; None if they are not."""
    gaps = [
        (before.right, after.left)
        for before, after in pairwise(pieces)
        if before.is_beside(after) and before.right < after.left
    ]
    if len(gaps) < FEWEST_PAIRS:
        return None
    through = max(
        ([(right, left) for right, left in gaps if right <= x < left] for x, _ in gaps), key=len
    )
    if len(through) < max(FEWEST_PAIRS, LEAST_SHARE * len(gaps)):
        return None
    return (max(right for right, _ in through) + min(left for _, left in through)) / 2


def _is_prose(texts: Sequence[str]) -> bool:
    if len(texts) < FEWEST_PAIRS:
        return False
    words = sum(len(text.split()) for text in texts)
    running_on = sum(text[:1].islower() for text in texts)
    return words >= LEAST_WORDS * len(texts) and running_on >= LEAST_RUNNING_ON * len(texts)


def _ordered(pieces: Sequence[_Piece], gap: float) -> Iterator[_Piece]:
    left: list[_Piece] = []
    right: list[_Piece] = []
    for piece in sorted(pieces, key=lambda one: -one.top):
        if piece.right <= gap:
            left.append(piece)
        elif piece.left >= gap:
            right.append(piece)
        else:
            yield from (*left, *right, piece)
            left, right = [], []
    yield from (*left, *right)


def _lines(pieces: Sequence[_Piece], texts: dict[int, str]) -> Iterator[str]:
    """Yield the pieces' texts, with an empty line between paragraphs."""
    steps = [a.bottom - b.bottom for a, b in pairwise(pieces)]
    usual = median(steps)
    for piece, step in zip(pieces, (usual, *steps), strict=True):
        if not 0 < step < PARAGRAPH_GAP * usual:
            yield ""
        yield texts[id(piece)]


def _text(page: PdfTextPage, piece: _Piece) -> str:
    text: str = page.get_text_bounded(piece.left, piece.bottom, piece.right, piece.top)
    return " ".join(text.split())


def with_columns(
    content: str, parts: Sequence[Mapping[str, Any]], columns: Mapping[int, str]
) -> str:
    """Replace the text of pages in a document by that in reading order; headings keep their marks.

    ``parts``: the pages' numbers and texts, as for ``find_pages``.
    """
    for page in reversed(find_pages(content, parts) if columns else ()):
        if page.number in columns:
            old = content[page.start : page.end]
            headings = {
                line.lstrip("# "): line for line in old.splitlines() if line.startswith("#")
            }
            lines = (headings.get(line, line) for line in columns[page.number].splitlines())
            content = f"{content[: page.start]}{chr(10).join(lines)}\n\n{content[page.end :]}"
    return content
