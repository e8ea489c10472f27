"""Text of documents, names and models -> Markdown that shows it literally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex
from markdown_it import MarkdownIt

from rag.text.markdown import FENCES, code_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = regex.compile(r"[\\`*_{}\[\]<>#|~$]|&(?=#?\w+;)|!(?=\[|$)|:(?=[\p{L}_])")
"""A colon before a letter begins a directive, which the chat's Markdown would swallow."""
_LITERAL = regex.compile(
    r"(?P<chip>\[\d{1,3}\])"
    r"|(?P<address>(?:https?://|www\.)(?:[^\s<>`\[\])|]*[^\s<>`\[\])|.,;:!?])?"
    r"|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+)",
    regex.IGNORECASE,
)
"""Bare addresses would become links; as code they can only be read and copied.

What begins like one is code, too: a page's parser takes more for an address than a reader would.
"""
_LINE_START = regex.compile(r"^(?:(?=[-+=:])|(?P<number>\d{1,9})(?=[.)]))")
_TICKS = regex.compile(r"`+")
_RUNS = regex.compile(r"(`+)")
_CITATION = regex.compile(r"(?<!\\)\[(\d{1,3})\]")
_CODE_SPANS = MarkdownIt("zero").enable("backticks")


def escape(text: str) -> str:
    """Return text that Markdown renders literally, on one line; code spans are kept."""
    [inline] = _CODE_SPANS.parseInline(" ".join(text.split()))
    return concatenated(
        code_span(token.content)
        if token.type == "code_inline"
        else escaped(token.content, chips=False)
        for token in inline.children or ()
    )


def link_title(text: str) -> str:
    """Return a text escaped for the title of a link."""
    return " ".join(text.split()).replace("\\", "/").replace('"', "”").replace("&", "＆")


def quoted(text: str, chips: str, *, code: bool) -> str:
    """Return a piece of a document as a block quotation: prose escaped, ``code`` as it stands."""
    lines: list[str] = []
    position = 0
    for block in [] if code else code_blocks(text):
        lines += _escaped_lines(text[position : block.start])
        lines += fenced_lines(text[block.code_start : block.code_end])
        position = block.end
    rest = text[position:]
    lines += fenced_lines(rest) if code else _escaped_lines(rest)
    if lines and not (code or lines[-1].startswith(FENCES)):
        lines[-1] += f" {chips}"
    else:
        lines += ["", chips]
    return "\n".join(f"> {line}" for line in lines)


def _escaped_lines(text: str) -> list[str]:
    """Lines of prose that stay lines: two spaces at the end break one."""
    lines = [line_start(escape(line)) for line in text.rstrip().splitlines()]
    return [f"{line}  " for line in lines[:-1]] + lines[-1:]


def fenced_lines(text: str, info: str = "") -> list[str]:
    """Return the lines of a block of code, within fences that it does not hold."""
    code = text.strip("\n").expandtabs(4)
    fence = "`" * (max([2, *map(len, _TICKS.findall(code))]) + 1)
    return [fence + info, *code.splitlines(), fence]


def concatenated(pieces: Iterable[str]) -> str:
    """Return pieces in a row; code spans side by side would become one without a space."""
    text = ""
    for piece in pieces:
        text += f" {piece}" if text.endswith("`") and piece.startswith("`") else piece
    return text


def code_span(code: str, *, in_cell: bool = False) -> str:
    """Return code within backticks that it does not hold; in a table's cell bars are escaped."""
    ticks = "`" * (max([0, *map(len, _TICKS.findall(code))]) + 1)
    space = " " if code.startswith("`") or code.endswith("`") else ""
    code = code.replace("|", "\\|") if in_cell else code
    return f"{ticks}{space}{code}{space}{ticks}"


def escaped(text: str, *, chips: bool = True) -> str:
    """Return text that is shown as it is; a model's ``[n]`` is a citation."""
    pieces: list[str] = []
    position = 0
    for match in _LITERAL.finditer(text):
        if match["chip"] and not chips:
            continue
        pieces.append(_SPECIAL.sub(r"\\\g<0>", text[position : match.start()]))
        if match["chip"]:
            follows = text[match.end() : match.end() + 1]
            pieces.append(match["chip"] + ("\\" if follows in {"(", ":"} else ""))
        else:
            pieces.append(code_span(match["address"]))
        position = match.end()
    return concatenated([*pieces, _SPECIAL.sub(r"\\\g<0>", text[position:])])


def without_citations(shown: str) -> str:
    """Return Markdown with its citations as text; code stays as it is."""
    pieces, opened = _RUNS.split(shown), ""
    for index, piece in enumerate(pieces):
        if not index % 2:
            pieces[index] = piece if opened else _CITATION.sub(r"\\[\1\\]", piece)
        elif opened:
            opened = "" if piece == opened else opened
        elif not pieces[index - 1].endswith("\\"):
            opened = piece
    return "".join(pieces)


def line_start(line: str) -> str:
    """Return a line with what would begin a list, a rule or a heading escaped."""
    line = line.lstrip()
    return _LINE_START.sub(lambda match: f"{match['number'] or ''}\\", line)
