"""A model's text -> Markdown that shows it, with unsupported sentences marked.

The text is parsed as CommonMark with tables, and what is shown is written anew from the parsed
nodes. So a mark covers exactly its sentence, whatever the text opens, closes or leaves open; links,
pictures and HTML stay text.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import regex
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from rag.domain.answers import Sentence, Support
from rag.presentation.markdown import (
    code_span,
    concatenated,
    escaped,
    fenced_lines,
    line_start,
    link_title,
    without_citations,
)
from rag.presentation.math_spans import with_formulas
from rag.presentation.wording import problem_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from markdown_it.token import Token

_NOT_SHOWN = ["link", "image", "autolink", "html_inline", "html_block", "reference"]
"""Rules of CommonMark whose text is shown as it stands."""
_MAX_NESTING = 40
_SHOWN_NESTING = 24
"""About six lists within each other; a page cannot show more, and a browser fails at 3,000."""
_MAX_CHARACTERS = 200_000
_FIRST_BOUNDARY = 0xF0000
"""Private characters say in the parsed text where a segment begins (Unicode, section 23.5)."""
_BOUNDARY = regex.compile(r"([\U000F0000-\U000FFFFD])")
_LINE_MARK = regex.compile(r"[ \t]*+(?:(?:[-*+]|\d{1,9}[.)]|#{1,6}|>|\|)[ \t]*+)*+[*_~]*+")
_LAST_CITATIONS = regex.compile(r"(?r)(?:\s*\[\d{1,3}\])*\Z")
"""Searched from the end."""
_NEWLINE = regex.compile(r"\n")
_INFO = regex.compile(r"[\w+#.-]*")


def _parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": _MAX_NESTING}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    return with_formulas(parser.disable(_NOT_SHOWN))


_DOCUMENT = _parser()
_STRUCTURE = _parser().disable("inline")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text from ``start`` on with the same mark; ``mark`` is a link's target."""

    start: int
    mark: str = ""
    title: str = ""

    def around(self, shown: str) -> str:
        """Return Markdown within the mark; citations at its end stay outside.

        A citation becomes a link in the page, and a link holds no other: within it is text.
        """
        said = shown[: _LAST_CITATIONS.search(shown).start()]  # type: ignore[union-attr]
        if not (self.mark and said.strip()):
            return shown
        title = f' "{self.title}"' if self.title else ""
        return f"[{without_citations(said)}](#{self.mark}{title}){shown[len(said) :]}"


def marked(text: str, sentences: Sequence[Sentence], language: str = "en") -> str:
    """Mark each sentence without full support as a link that the stylesheet formats."""
    return _shown(text, _segments(sentences, language))


def live_markdown(text: str, checked: int, sentences: Sequence[Sentence], language: str) -> str:
    """Return an unfinished text, of which ``checked`` characters have been checked.

    The unchecked rest is marked too, for the stylesheet to tone down.
    """
    rest = Segment(checked, "unchecked")
    return _shown(text, [*_segments(sentences, language), *([rest] if text[checked:] else [])])


def without_links(text: str) -> str:
    """Return a model's text as Markdown in which links, images and HTML are plain text."""
    return _shown(text, [])


def _segments(sentences: Sequence[Sentence], language: str) -> list[Segment]:
    segments: list[Segment] = []
    for sentence in sentences:
        if sentence.support is not Support.FULL:
            title = link_title(problem_text(sentence, language))
            segments.append(Segment(sentence.start, str(sentence.support), title))
            segments.append(Segment(sentence.end))
    return segments


def _shown(text: str, segments: Sequence[Segment]) -> str:
    # A carriage return ends a line of Markdown, too; the offsets stay.
    plain = _BOUNDARY.sub("\ufffd", text).replace("\r", "\n")
    structure = _STRUCTURE.parse(plain) if len(text) <= _MAX_CHARACTERS else []
    if not structure or max(token.level for token in structure) >= _SHOWN_NESTING:
        return _as_lines(plain, segments)
    tokens = _DOCUMENT.parse(_with_boundaries(plain, segments, _Structure.of(structure)))
    return "\n".join(_Writer(segments).blocks(SyntaxTreeNode(tokens).children))


def _as_lines(text: str, segments: Sequence[Segment]) -> str:
    """Return a text without any structure, a paragraph per line."""
    writer, lines = _Writer(segments), _with_boundaries(text, segments, None).split("\n")
    return "\n\n".join(writer.literal(line.strip()) for line in lines if line.strip())


@dataclass(frozen=True, slots=True)
class _Structure:
    """Numbers of lines in which not every place can hold a boundary."""

    empty: frozenset[int] = frozenset()
    """Those that say nothing: fences, rules, underlines of headings."""
    rows: frozenset[int] = frozenset()
    """Those of tables: what stands behind the last bar is dropped, or ends the table."""

    @classmethod
    def of(cls, tokens: Sequence[Token]) -> _Structure:
        empty: set[int] = set()
        rows: set[int] = set()
        for token in tokens:
            first, end = token.map or (0, 0)
            if token.type == "fence":
                empty |= {first, end - 1}
            elif token.type == "hr":
                empty.add(first)
            elif token.type == "table_open":
                empty.add(first + 1)
                rows |= set(range(first, end))
            elif token.type == "heading_open" and not token.markup.startswith("#"):
                empty.add(end - 1)
        return cls(frozenset(empty), frozenset(rows))

    def holds(self, line: int, rest: str) -> bool:
        """Return whether a boundary may stand in a line, before the ``rest`` of it."""
        if line in self.empty:
            return False
        return bool(rest.strip(" \t\n|")) if line in self.rows else True


def _with_boundaries(text: str, segments: Sequence[Segment], structure: _Structure | None) -> str:
    """Insert a character where each segment begins, so that it changes no structure.

    ``structure``: None where a text has no structure at all. At the end of the text none is needed.
    """
    starts = [0, *(match.end() for match in _NEWLINE.finditer(text)), len(text) + 1]
    pieces: list[str] = []
    position = line = 0
    for index, segment in enumerate(segments):
        start, moved = max(position, segment.start), False
        while structure is not None and start < len(text):
            while start >= starts[line + 1]:
                line += 1
            rest = text[start : starts[line + 1]]
            if structure.holds(line, rest) and not (moved and not rest.strip()):
                lead = _LINE_MARK.match(text, starts[line], starts[line + 1] - 1)
                start = max(start, lead.end() if lead else 0)
                break
            start, moved = min(starts[line + 1], len(text)), True
        if start < len(text):
            pieces += [text[position:start], chr(_FIRST_BOUNDARY + index)]
            position = start
    return "".join([*pieces, text[position:]])


class _Writer:
    """Writes parsed nodes as Markdown, and keeps track of the segment that they are in."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._segment = Segment(0)
        self._lists = 0

    def blocks(self, nodes: Iterable[SyntaxTreeNode], *, tight: bool = False) -> list[str]:
        """Return the lines of blocks, with an empty one between them unless they are ``tight``."""
        lines: list[str] = []
        for node in nodes:
            written = self._block(node)
            lines += ([""] if lines and not tight else []) + written
        return lines

    def literal(self, text: str) -> str:
        """Return one line of text without any structure."""
        return line_start(_joined(self._leaves(text, escaped)))

    def _block(self, node: SyntaxTreeNode) -> list[str]:
        if node.type in {"bullet_list", "ordered_list"}:
            return self._list(node)
        if node.type == "blockquote":
            return [f"> {line}".rstrip() for line in self.blocks(node.children)]
        if node.type in {"fence", "code_block"}:
            return self._code(node)
        if node.type == "table":
            return self._table(node)
        if node.type == "hr":
            return ["---"]
        lines = [line_start(line) for line in self._inline(node).split("\n")]
        if node.type == "heading":
            return [f"{'#' * int(node.tag[1:])} {' '.join(lines)}"]
        return lines

    def _list(self, node: SyntaxTreeNode) -> list[str]:
        self._lists += 1
        other = self._lists % 2 == 0  # two lists in a row stay two
        first = int(node.attrs.get("start", 1))
        lines: list[str] = []
        for index, item in enumerate(node.children):
            sign = ("*" if other else "-") if node.type == "bullet_list" else f"{first + index}"
            sign += "" if node.type == "bullet_list" else ")" if other else "."
            paragraphs = [child for child in item.children if child.type == "paragraph"]
            tight = all(child.hidden for child in paragraphs)
            head, *rest = self.blocks(item.children, tight=tight) or [""]
            indent = " " * (len(sign) + 1)
            lines += [""] if lines and not tight else []
            lines += [f"{sign} {head}", *(f"{indent}{line}".rstrip() for line in rest)]
        return lines

    def _code(self, node: SyntaxTreeNode) -> list[str]:
        """Write a block of code; a mark within it would be code, so what it says follows once."""
        inside = [self._segment]
        code = self._without_boundaries(node.content, inside)
        info = self._without_boundaries(node.info, inside).strip()
        language, _, rest = info.partition(" ")
        if not _INFO.fullmatch(language):
            language, rest = "", info
        # What else stands behind the fence would be shown nowhere.
        lines = fenced_lines(f"{rest}\n{code}" if rest else code, language)
        wrong = next((s for s in inside if s.mark and s.mark != "unchecked"), None)
        return [*lines, "", wrong.around(escaped(wrong.title, chips=False))] if wrong else lines

    def _table(self, node: SyntaxTreeNode) -> list[str]:
        rows = [row for part in node.children for row in part.children]
        lines = [self._row(row) for row in rows]
        signs = [_ALIGNED.get(str(cell.attrs.get("style", "")), "---") for cell in rows[0].children]
        return [lines[0], f"| {' | '.join(signs)} |", *lines[1:]]

    def _row(self, row: SyntaxTreeNode) -> str:
        cells = [self._inline(cell).replace("\n", " ") for cell in row.children]
        return f"| {' | '.join(cells)} |"

    def _inline(self, node: SyntaxTreeNode) -> str:
        in_cell = node.type in {"td", "th"}
        return "".join(
            _joined(self._written(child.children, in_cell=in_cell)) for child in node.children
        )

    def _written(
        self, nodes: Sequence[SyntaxTreeNode], *, in_cell: bool
    ) -> list[tuple[Segment | None, str]]:
        """Return pieces with their segment; None for those that hold their marks themselves."""
        pieces: list[tuple[Segment | None, str]] = []
        for node in nodes:
            if node.type == "code_inline":
                pieces += self._leaves(node.content, lambda code: code_span(code, in_cell=in_cell))
            elif node.type in {"softbreak", "hardbreak"}:
                pieces.append((self._segment, "\n" if node.type == "softbreak" else "  \n"))
            elif node.type in _EMPHASIS:
                sign = _EMPHASIS[node.type]
                inner = self._written(node.children, in_cell=in_cell)
                segments = {segment for segment, _ in inner}
                if len(segments) == 1 and None not in segments:
                    shown = concatenated(piece for _, piece in inner)
                    pieces.append((inner[0][0], f"{sign}{shown}{sign}"))
                else:
                    pieces.append((None, f"{sign}{_joined(inner)}{sign}"))
            else:
                pieces += self._leaves(node.content, escaped)
        return pieces

    def _leaves(self, text: str, written: Callable[[str], str]) -> list[tuple[Segment | None, str]]:
        pieces: list[tuple[Segment | None, str]] = []
        for part in _BOUNDARY.split(text):
            if _BOUNDARY.fullmatch(part):
                self._segment = self._segments[ord(part) - _FIRST_BOUNDARY]
            elif part:
                pieces.append((self._segment, written(part)))
        return pieces

    def _without_boundaries(self, text: str, passed: list[Segment]) -> str:
        kept = self._leaves(text, str)
        passed += [segment for segment, piece in kept if segment and piece.strip()]
        return "".join(piece for _, piece in kept)


_EMPHASIS = {"em": "*", "strong": "**", "s": "~~"}
_ALIGNED = {"text-align:left": ":--", "text-align:center": ":-:", "text-align:right": "--:"}


def _joined(pieces: Sequence[tuple[Segment | None, str]]) -> str:
    """Join pieces, those of one segment within one mark; spaces at its edges stay outside."""
    shown: list[str] = []
    for segment, group in groupby(pieces, key=lambda piece: piece[0]):
        text = concatenated(piece for _, piece in group)
        if segment is None or not segment.mark:
            shown.append(text)
            continue
        body = text.strip()
        start = text.index(body) if body else len(text)
        shown += [text[:start], segment.around(body), text[start + len(body) :]]
    return concatenated(shown)
