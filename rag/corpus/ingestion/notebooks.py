"""Jupyter notebooks as Markdown: text as it is, code and printed output in fences of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rag.domain.errors import ExtractionError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOK = "application/x-ipynb+json"
OUTPUT = "output"
"""The info string of a fence around what a cell printed."""


def notebook_text(text: str) -> str:
    """Return a notebook's cells in order (nbformat 3 and 4). Raises ExtractionError if damaged."""
    try:
        notebook = json.loads(text)
        language = _language(notebook)
        return "\n\n".join(piece for cell in _cells(notebook) for piece in _pieces(cell, language))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExtractionError("It is damaged, or not what its name says (no notebook).") from error


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata") or {}
    kernel = metadata.get("kernelspec") or {}
    named = (metadata.get("language_info") or {}).get("name") or kernel.get("language")
    return str(named or "python")


def _cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from notebook.get("cells", ())
    for sheet in notebook.get("worksheets", ()):  # nbformat 3
        yield from sheet["cells"]


def _pieces(cell: dict[str, Any], language: str) -> Iterator[str]:
    source = _joined(cell.get("source", cell.get("input", ""))).strip("\n")
    if cell["cell_type"] != "code":
        yield source
        return
    if source.strip():
        yield _fenced(source, language)
    printed = "\n".join(filter(None, map(_printed, cell.get("outputs", ())))).strip("\n")
    if printed:
        yield _fenced(printed, OUTPUT)


def _printed(output: dict[str, Any]) -> str:
    """Return an output as text: printed lines, a value, or an error's name and message."""
    if output["output_type"] == "error" or output["output_type"] == "pyerr":
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    data = output.get("data", output)
    return _joined(data.get("text/plain", output.get("text", "")))


def _joined(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def _fenced(text: str, info: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{info}\n{text}\n{fence}"
