"""Removes the markup from extracted text that only a renderer needs."""

from __future__ import annotations

import regex

from rag.corpus.ingestion.parsing import PDF

_PROSE_SHARE = 0.4
"""The minimum share of cells after the first that start in lower case if prose was cut up."""
_TABLE = regex.compile(r"(?:^\|[^\n]++(?<=[^\n]\|[ \t]{0,3})(?:\n|\Z)){2,}+", regex.MULTILINE)
"""The end of a row is looked for backwards: ``.*\\|`` takes quadratic time."""
_TABLE_RULE = regex.compile(r"\|[\s:|-]+\|")
_FENCE = regex.compile(r"(^(?:```|~~~)[\s\S]*?(?:^(?:```|~~~)[ \t]*$|\Z))", regex.MULTILINE)
_IMAGE = regex.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = regex.compile(r"(?<!\\)\[([^\]\n]{1,500})\]\([^)\n]{0,2000}\)")
_STRONG = regex.compile(r"(\*\*|__)(?=\S)(.{1,200}?)(?<=\S)\1")
_EMPHASIS = regex.compile(
    r"(?<![\w*\\])([*_])(?=[^\s*_])([^*_\n]{1,500}?)(?<=[^\s*_\\])\1(?![\w*])"
)
_ESCAPED_STRONG = regex.compile(r"\\\*\\\*(?=\S)([^|\n]{1,100}?)(?<=\S)\\\*\\\*")
"""The form of bold words in the cells of a Word table."""
_ESCAPE = regex.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~<&$%])")
_COMMENT = regex.compile(r"<!--.*?-->", regex.DOTALL)
_FRONT_MATTER = regex.compile(r"\A---\n(?:(?:## )?[\w:.\-]+:[^\n]*\n|\n)*(?:---\n)?(?=\n|#)")


def text_of(content: str, kind: str) -> str:
    """Return the text in a reader's output for a kind of file."""
    content = _FRONT_MATTER.sub("", content)
    if kind == PDF:
        content = _TABLE.sub(_table_to_prose, content)
    return without_markup(content)


def _table_to_prose(table: regex.Match[str]) -> str:
    """Turn a table back into prose if most of its cells continue in lower case."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in table.group().splitlines()
        if not _TABLE_RULE.fullmatch(line.strip())
    ]
    following = [cell for row in rows for cell in row[1:] if cell]
    small = sum(cell[0].islower() for cell in following)
    if not following or small / len(following) < _PROSE_SHARE:
        return table.group()
    return "\n".join(" ".join(cell for cell in row if cell) for row in rows) + "\n"


def without_markup(markdown: str) -> str:
    """Remove Markdown's inline markup; headings, lists, tables and code keep theirs.

    Links and images lose their addresses, so that no document can make a browser fetch one.
    """
    pieces = _FENCE.split(markdown.replace("\r\n", "\n").replace("\x00", ""))
    return "".join(piece if index % 2 else clean(piece) for index, piece in enumerate(pieces))


def clean(text: str) -> str:
    """Return the text without comments, link targets and emphasis."""
    text = _COMMENT.sub("", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _ESCAPED_STRONG.sub(r"\1", text)
    return _ESCAPE.sub(r"\1", text)
