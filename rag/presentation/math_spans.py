"""Formulas in a model's text, which are left as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

MAX_CHARACTERS = 400
"""Of a formula; looking further for its end would take quadratic time."""
_LENGTH = f"{{1,{MAX_CHARACTERS}}}?"
_FORMULA = regex.compile(
    rf"\\\((?P<round>.{_LENGTH})\\\)"
    rf"|\\\[(?P<square>.{_LENGTH})\\\]"
    rf"|\$\$(?P<display>[^$]{_LENGTH})\$\$"
    # A price is no formula: "$5 and $6".
    rf"|\$(?![\s\d.,]*\s)(?P<inline>[^$`\n]{_LENGTH})(?<!\s)\$(?!\d)",
    regex.DOTALL,
)
_SIGNS = regex.compile(r"[=^_\\+<>{}]|\w\*\w|\s[*/|]\s|^\s*\p{L}{1,2}\s*$")
"""What a formula has and a remark in escaped brackets has not; or it is one variable."""


def with_formulas(parser: MarkdownIt) -> MarkdownIt:
    """Let a parser take LaTeX between dollars or escaped brackets as text.

    Else Markdown would take its underscores and asterisks for emphasis and drop its backslashes.
    """
    parser.inline.ruler.before("escape", "formula", _formula)
    return parser


def _formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    if state.src[state.pos] not in "$\\":
        return False
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None or not _SIGNS.search(next(filter(None, found.groups()))):
        return False
    if not silent:
        state.pending += found.group()
    state.pos = found.end()
    return True
