"""A page of a PDF as a picture with a passage marked, drawn in a child process.

``python -m rag.corpus.ingestion.page_picture FILE PAGE`` reads the passage from standard input and
writes a PNG (ISO/IEC 15948) to standard output; nothing, if there is no such page.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import numpy as np

from rag.corpus.ingestion.limits import limit_from_inside, limit_from_outside
from rag.corpus.ingestion.worker_pool import LEAST_BYTES
from rag.domain.child_processes import child_environment
from rag.domain.network import without_network
from rag.domain.paths import CODE_FOLDER
from rag.text.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from pypdfium2 import PdfPage, PdfTextPage

WIDTH = 900
"""Pixels; legible in the panel at twice its usual width."""
TALLEST = 4
"""Times its width; a page may be metres long."""
SECONDS = 10.0
_MARKER = np.array([255, 236, 153])
_FEWEST_LETTERS = 12
"""A shorter piece of a passage may be anywhere on the page."""


def page_picture(path: Path, page: int, passage: str) -> bytes:
    """Return the page (from 1) as a PNG with the passage marked; empty if it cannot be drawn.

    Blocks for a few hundred milliseconds.
    """
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", __name__, str(path), str(page)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=CODE_FOLDER,
        env=child_environment(),
    )
    limit_from_outside(child, LEAST_BYTES)
    try:
        picture, _ = child.communicate(passage.encode(), SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return b""
    return picture if child.returncode == 0 else b""


def drawn(data: bytes, page: int, passage: str) -> NDArray[np.uint8] | None:
    """Return the page's pixels (height, width, RGB), or None if there is no such page."""
    import pypdfium2  # noqa: PLC0415 - only the child needs it

    with pypdfium2.PdfDocument(data) as document:
        if not 1 <= page <= len(document):
            return None
        shown = document[page - 1]
        width, height = shown.get_size()
        scale = min(WIDTH / width, WIDTH * TALLEST / height)
        pixels = np.array(shown.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3])
        places = _places(shown, passage) if shown.get_rotation() == 0 else ()
        for left, bottom, right, top in places:
            rows = slice(
                max(0, int((height - top) * scale) - 1), int((height - bottom) * scale) + 2
            )
            columns = slice(max(0, int(left * scale) - 1), int(right * scale) + 2)
            pixels[rows, columns] = pixels[rows, columns] * _MARKER // 255
        return pixels


def _pixels(start: float, end: float, scale: float) -> slice:
    """Return the pixels from one point to another, and one beside them."""
    return slice(max(0, int(start * scale) - 1), int(end * scale) + 2)


def _places(page: PdfPage, passage: str) -> Iterator[tuple[float, float, float, float]]:
    """Yield the rectangles of the passage's sentences, in points: left, bottom, right, top."""
    text = page.get_textpage()
    whole = text.get_text_range()
    offsets = [offset for offset, character in enumerate(whole) if character.isalnum()]
    squeezed = "".join(whole[offset] for offset in offsets).casefold()
    if len(squeezed) != len(offsets):  # a letter whose small form is two
        squeezed = "".join(whole[offset] for offset in offsets)
    for piece in _pieces(passage):
        found = squeezed.find(piece)
        if found >= 0:
            start, end = offsets[found], offsets[found + len(piece) - 1] + 1
            yield from _rectangles(text, start, end - start)


def _pieces(passage: str) -> Iterator[str]:
    """Yield the letters of each sentence."""
    for start, end in split_sentences(passage):
        letters = "".join(filter(str.isalnum, passage[start:end])).casefold()
        if len(letters) >= _FEWEST_LETTERS:
            yield letters


def _rectangles(
    text: PdfTextPage, start: int, count: int
) -> Iterator[tuple[float, float, float, float]]:
    for number in range(text.count_rects(start, count)):
        yield text.get_rect(number)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the pixels (height, width, RGB) as a PNG."""
    height, width, _ = pixels.shape
    # Each row begins with the number of its filter; 0: none.
    rows = np.pad(pixels.reshape(height, width * 3), ((0, 0), (1, 0)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def main() -> None:
    """Draw the page that the command line names."""
    path, page = sys.argv[1:]
    limit_from_inside(LEAST_BYTES)
    without_network()
    with open(path, "rb") as file:  # noqa: PTH123 - Path is not needed here otherwise
        pixels = drawn(file.read(), int(page), sys.stdin.buffer.read().decode())
    if pixels is not None:
        sys.stdout.buffer.write(png(pixels))


if __name__ == "__main__":
    main()
