"""Text -> Markdown that renders it literally, with unsupported sentences marked."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from rag.domain.answers import Sentence, Support
from rag.presentation.wording import problem_text
from rag.text.markdown import FENCES, code_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKDOWN = regex.compile(r"([\\*_{}\[\]<>#|~$])")
_LINE_MARK = regex.compile(r"^(\s*(?:(?:[-*+]|\d{1,2}[.)])\s+|#{1,6}\s+|>\s*)*)")
_CODE_MARK = regex.compile(r"(`+|~~~+)")
_LINK_OPENING = regex.compile(r"!?\[(?!\d{1,3}\](?!\())|<")
_ADDRESS = regex.compile(r"(?:https?://|www\.)[^\s<>`\[\])|]*[^\s<>`\[\])|.,;:!?]")
"""Bare addresses would become links; as code they can only be read and copied."""
_TICKS = regex.compile(r"`+")
_RULE = regex.compile(r"[\s:|-]*")


def escape(text: str) -> str:
    """Return text that Markdown renders literally, on one line."""
    plain = " ".join(text.split())
    if plain.count("`") % 2:
        plain = plain.replace("`", "'")
    parts = _CODE_MARK.split(plain)
    for index in range(0, len(parts), 4):  # text, mark, code, mark, text, ...
        parts[index] = _ADDRESS.sub(r"`\g<0>`", _MARKDOWN.sub(r"\\\1", parts[index]))
    return "".join(parts)


def quoted(text: str, chips: str, *, code: bool) -> str:
    """Return a piece of a document as a block quotation: prose escaped, ``code`` as it stands."""
    lines: list[str] = []
    position = 0
    for block in [] if code else code_blocks(text):
        lines += _escaped_lines(text[position : block.start])
        lines += _fenced_lines(text[block.code_start : block.code_end])
        position = block.end
    rest = text[position:]
    lines += _fenced_lines(rest) if code else _escaped_lines(rest)
    if lines and not (code or lines[-1].startswith(FENCES)):
        lines[-1] += f" {chips}"
    else:
        lines += ["", chips]
    return "\n".join(f"> {line}" for line in lines)


def _escaped_lines(text: str) -> list[str]:
    """Lines of prose that stay lines: two spaces at the end break one."""
    lines = [escape(line) for line in text.rstrip().splitlines()]
    return [f"{line}  " if after else line for line, after in pairwise([*lines, ""])]


def _fenced_lines(text: str) -> list[str]:
    code = text.strip("\n").expandtabs(4)
    fence = "`" * (max([2, *map(len, _TICKS.findall(code))]) + 1)
    return [fence, *code.splitlines(), fence]


def marked(text: str, sentences: Sequence[Sentence], language: str = "en") -> str:
    """Mark each sentence without full support as a link that the stylesheet formats."""
    pieces, position, in_code = [], 0, False
    for sentence in sentences:
        before = text[position : sentence.start]
        pieces.append(without_links(before, in_code=in_code))
        in_code ^= _opens_code(before)
        body = text[sentence.start : sentence.end]
        shown = without_links(body, in_code=in_code)
        if sentence.support is Support.FULL or in_code:
            pieces.append(shown)
        elif body.startswith(FENCES):  # a mark inside it would be code
            mark = f'[⟨⟩](#{sentence.support} "{_problem_title(sentence, language)}")'
            pieces.append(f"{shown}\n\n{mark}")
        else:
            pieces.append(_mark(shown, sentence, language))
        in_code ^= _opens_code(body)
        position = sentence.end
    return "".join([*pieces, without_links(text[position:], in_code=in_code)])


def live_markdown(text: str, checked: int, sentences: Sequence[Sentence], language: str) -> str:
    """Return an unfinished text, of which ``checked`` characters have been checked.

    The unchecked rest is marked too, for the stylesheet to tone down.
    """
    seen = marked(text[:checked], sentences, language)
    rest = text[checked:]
    lead = rest[: len(rest) - len(rest.lstrip())]
    in_code = _opens_code(text[:checked])
    lines = []
    for line in without_links(rest[len(lead) :], in_code=in_code).split("\n"):
        is_fence = line.lstrip().startswith(FENCES)
        lines.append(line if in_code or is_fence else _mark_line(line, "unchecked", ""))
        in_code ^= is_fence
    return seen + lead + "\n".join(lines)


def link_title(text: str) -> str:
    """Return a text escaped for the title of a link."""
    return " ".join(text.split()).replace("\\", "/").replace('"', "”")


def without_links(text: str, *, in_code: bool = False) -> str:
    """Remove links, images and HTML from a model's text; ``[n]`` and code are kept.

    A model may copy an address from a document, under words that hide its target. The text may be a
    piece of a stream; ``in_code``: whether it starts within a code span.
    """
    parts = _CODE_MARK.split(text)
    for index, part in enumerate(parts):
        if _CODE_MARK.fullmatch(part):
            in_code = not in_code
        elif not in_code:
            parts[index] = _ADDRESS.sub(r"`\g<0>`", _LINK_OPENING.sub(r"\\\g<0>", part))
    return "".join(parts)


def _opens_code(text: str) -> bool:
    return len(_CODE_MARK.findall(text)) % 2 == 1


def _mark(body: str, sentence: Sentence, language: str) -> str:
    """Wrap each line, and in a table row each cell."""
    title = _problem_title(sentence, language)
    return "\n".join(_mark_line(line, str(sentence.support), title) for line in body.split("\n"))


def _problem_title(sentence: Sentence, language: str) -> str:
    return link_title(problem_text(sentence, language))


def _mark_line(line: str, support: str, title: str) -> str:
    if line.lstrip().startswith("|"):
        cells = line.strip().strip("|").split("|")
        return "| " + " | ".join(_wrap(cell.strip(), support, title) for cell in cells) + " |"
    lead = _LINE_MARK.match(line)
    start = lead.end() if lead else 0
    return line[:start] + _wrap(line[start:], support, title)


def _wrap(words: str, support: str, title: str) -> str:
    unfit = not words or _opens_code(words) or _RULE.fullmatch(words)
    if unfit:
        return words
    return f'[{words}](#{support} "{title}")' if title else f"[{words}](#{support})"
