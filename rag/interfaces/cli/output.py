"""What commands print: documents on standard output, messages on standard error."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

_CONTROL = {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029} - {ord("\n"), ord("\t")}
_TURNING = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""Characters that turn the order of letters (Unicode Bidirectional Algorithm, section 2)."""
_SURROGATES = set(range(0xD800, 0xE000))
"""Halves of a character, as a file's name or a model may hold: no encoding has them."""
_ESCAPED = {code: f"\\x{code:02x}" for code in _CONTROL | _TURNING | _SURROGATES}
_ESCAPED_JSON = {code: f"\\u{code:04x}" for code in _CONTROL | _TURNING | _SURROGATES}


def printable(text: str) -> str:
    """Return a text in which what a terminal would obey is written as hexadecimal numbers."""
    return text.translate(_ESCAPED)


def print_text(text: str, end: str = "\n", *, flush: bool = False) -> None:
    """Print a text on standard output; the only way in which commands do so."""
    print(printable(text), end=end, flush=flush)


def print_error(text: str) -> None:
    """Print a message on standard error."""
    print(printable(text), file=sys.stderr)


def print_progress(text: str, *, last: bool) -> None:
    """Print a line on standard error over the one before."""
    print(f"\r{printable(text)}", end="\n" if last else "", file=sys.stderr, flush=True)


def print_json(document: dict[str, Any]) -> None:
    """Print the JSON document of ``--json`` on standard output."""
    written = json.dumps(document, ensure_ascii=False, indent=2)
    print(written.translate(_ESCAPED_JSON))


class PrintableRecord(logging.LogRecord):
    """A record of the log that is one line, whatever names stand in it."""

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Return the message as a terminal may be shown it."""
        return printable(super().getMessage()).replace("\n", "\\n")


def make_log_printable() -> None:
    """Let every record of the log be printable from now on."""
    logging.setLogRecordFactory(PrintableRecord)
