"""The values that people have filled into a PDF's form."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MARKS = (b"/AcroForm", b"/ObjStm")
"""A PDF has a form only if it says so, be it in a compressed stream of objects."""
_OFF = frozenset({"", "Off"})


def form_text(data: bytes) -> str:
    """Return the filled fields as lines of "Label: value"; empty without a form."""
    if not any(mark in data for mark in _MARKS):
        return ""
    import pypdf  # noqa: PLC0415 - only few files have a form
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity
    try:
        fields = pypdf.PdfReader(io.BytesIO(data)).get_fields() or {}
        return "\n".join(_lines(fields))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
        return ""  # what is damaged or encrypted is told by the reader of the whole


def _lines(fields: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    for name, field in fields.items():
        value = field.get("/V")
        values = value if isinstance(value, list) else [value]
        text = ", ".join(str(one).removeprefix("/") for one in values if one is not None).strip()
        if field.get("/FT") is not None and text not in _OFF:
            label = str(field.get("/TU") or name).strip().rstrip(":")
            yield f"{label}: {text}"
