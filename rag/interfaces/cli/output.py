"""What commands print: documents on standard output, messages on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_error(text: str) -> None:
    """Print a message on standard error."""
    print(text, file=sys.stderr)


def print_json(document: dict[str, Any]) -> None:
    """Print the JSON document of ``--json`` on standard output."""
    print(json.dumps(document, ensure_ascii=False, indent=2))
