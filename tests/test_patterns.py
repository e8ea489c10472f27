"""Every pattern of the project takes time in proportion to its input, whatever it is given."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import regex

import rag

Pattern = Any
_KINDS = (re.Pattern, type(regex.compile("")))
_OWN_PROCESS = (
    "rag.__main__",
    "rag.evaluation.load.bare_chat",
    "rag.models.embedded_server",
    "rag.models.foundry_server",  # needs an extra
)
UNITS = [
    "1.",
    "a.",
    "A.",
    "1,",
    "1:",
    "1e",
    "+1",
    "A-1",
    "a-",
    "a/",
    "a@",
    "=a;",
    "a:\n",
    "a\n",
    "-",
    "[",
    "(",
    "<",
    "|",
    '"',
    "`",
    "'",
    "*",
    "**",
    "_",
    "#",
    ">",
    ".",
    "/",
    "\\",
    "{",
    "%",
    "+",
    "€",
    "é",
    "«",
    "“",
    "[1]",
    "<a",
    "<a>",
    "**a",
    "~~~\n",
    "```\n",
    "http://",
    'style="',
    "and",
    "not",
    "what",
    "the",
    "if",
]
HOSTILE = [
    *UNITS,
    *(f"{unit} " for unit in UNITS),
    " ",
    "\n",
    "\t",
    "\r\n",
    "- a\n",
    "\\*\\*a ",
    "*a* ",
    "1. a\n",
    "x" * 20,
]
SHORT, LONG = 1_500, 6_000
SLOW_S = 0.02
"""Of processor time. Quadratic patterns took 0.02 to more than 10 s for the longer text."""
MOST_TIMES = 8.0
"""The longer text is 4 times as long; a quadratic pattern takes 16 times as long for it."""


def patterns_in(value: object, depth: int = 0) -> Iterator[Pattern]:
    if isinstance(value, _KINDS):
        yield value
    elif depth < 4 and isinstance(value, Mapping):
        for one in value.values():
            yield from patterns_in(one, depth + 1)
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from patterns_in(one, depth + 1)
    elif depth < 4 and is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from patterns_in(getattr(value, field.name, None), depth + 1)


def all_patterns() -> dict[tuple[str, int], tuple[str, Pattern]]:
    found: dict[tuple[str, int], tuple[str, Pattern]] = {}
    for module in pkgutil.walk_packages(rag.__path__, "rag."):
        if module.name in _OWN_PROCESS:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in patterns_in(value):
                found[str(pattern.pattern), pattern.flags] = (f"{module.name}.{name}", pattern)
    return found


TIMES = 6
"""Of them the fastest counts: on a busy machine one of two was slow by chance."""


def seconds(pattern: Pattern, text: str) -> float:
    given = text if isinstance(pattern.pattern, str) else text.encode()
    before = time.process_time()
    for _ in pattern.finditer(given):
        pass
    pattern.fullmatch(given)
    return time.process_time() - before


def is_slow(pattern: Pattern, unit: str) -> bool:
    short, long = (unit * (length // len(unit)) + "\0" for length in (SHORT, LONG))
    return (
        seconds(pattern, long) > SLOW_S
        and min(seconds(pattern, long) for _ in range(TIMES))
        > MOST_TIMES * min(seconds(pattern, short) for _ in range(TIMES))
    )  # fmt: skip


def test_no_pattern_is_slower_than_linear_on_hostile_text() -> None:
    found = all_patterns()
    slow = [
        f"{name}: {unit!r}"
        for name, pattern in found.values()
        for unit in HOSTILE
        if is_slow(pattern, unit)
    ]
    assert len(found) > 150
    assert slow == []


def test_a_quadratic_pattern_is_told() -> None:
    assert is_slow(regex.compile(r"(?:a|b)+[x-z]"), "a")
    assert not is_slow(regex.compile(r"(?<!a)a++x"), "a")
