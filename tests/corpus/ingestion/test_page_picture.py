"""The page of a PDF as a picture with the passage marked."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import fpdf
import numpy as np
import pytest

from rag.corpus.ingestion.page_picture import TALLEST, WIDTH, drawn, page_picture, png

ABOVE = "The pump has a warranty of two years from the day of its delivery."
BELOW = "The valve has a warranty of five years, except for its rubber seal."


def pdf(*texts: str, **page: object) -> bytes:
    made = fpdf.FPDF()
    for text in texts:
        made.add_page(**page)
        made.set_font("Helvetica", size=12)
        made.set_y(40)
        made.multi_cell(0, 8, text)
    return bytes(made.output())


def marked_rows(pixels: np.ndarray) -> np.ndarray:
    """The rows with the marker's colour."""
    yellow = (pixels[:, :, 0] > 240) & (pixels[:, :, 2] < 200)
    return np.flatnonzero(yellow.any(axis=1))


def test_the_passage_is_marked_and_nothing_else() -> None:
    data = pdf(f"{ABOVE}\n\n\n\n{BELOW}")
    above, below = drawn(data, 1, ABOVE), drawn(data, 1, BELOW)
    assert above is not None
    assert below is not None
    assert marked_rows(above).size
    assert marked_rows(above).max() < marked_rows(below).min()


def test_the_text_stays_legible_under_its_mark() -> None:
    pixels = drawn(pdf(ABOVE), 1, ABOVE)
    assert pixels is not None
    assert pixels[marked_rows(pixels)].min() < 60


def test_a_passage_that_runs_over_lines_is_found() -> None:
    long = " ".join([ABOVE[:-1]] * 3) + "."
    pixels = drawn(pdf(long), 1, long.replace("\n", " "))
    assert pixels is not None
    assert np.diff(marked_rows(pixels)).max() > 1  # there is white between its lines


def test_another_passage_leaves_the_page_unmarked() -> None:
    pixels = drawn(pdf(ABOVE), 1, BELOW)
    assert pixels is not None
    assert not marked_rows(pixels).size


@pytest.mark.parametrize("page", [0, 3])
def test_there_is_no_picture_of_a_page_that_is_not_there(page: int) -> None:
    assert drawn(pdf(ABOVE, BELOW), page, ABOVE) is None


def test_a_page_of_many_metres_makes_no_giant_picture() -> None:
    pixels = drawn(pdf(ABOVE, format=(100, 5_000)), 1, ABOVE)
    assert pixels is not None
    assert pixels.shape[0] <= WIDTH * TALLEST + 1


def test_a_picture_is_a_png_of_its_pixels() -> None:
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    data = png(pixels)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", data[16:24]) == (7, 5)
    start = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[start - 4 : start])
    rows = np.frombuffer(zlib.decompress(data[start + 4 : start + 4 + length]), np.uint8)
    assert (rows.reshape(5, 22)[:, 1:] == pixels.reshape(5, 21)).all()


def test_a_child_draws_and_what_is_damaged_has_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(ABOVE))
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert page_picture(tmp_path / "a.pdf", 1, ABOVE).startswith(b"\x89PNG")
    assert page_picture(tmp_path / "b.pdf", 1, ABOVE) == b""
