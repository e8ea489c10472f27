"""A conversation as a document of its own: Markdown, or a page that can be printed.

Every answer comes with who wrote it, its marks (≈ supported in part, ✗ not supported) and the
sentences' sources.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from rag.domain.answers import Outcome, Support
from rag.domain.requests import Intent
from rag.presentation.lines import summary_line
from rag.presentation.markdown import escape
from rag.presentation.marks import without_links
from rag.presentation.message import answer_markdown, answer_text, notes_of, shown_hits
from rag.presentation.texts import say
from rag.presentation.wording import local_time, place
from rag.text.markdown import FENCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.domain.answers import Answer

SIGNS = {Support.PARTIAL: " ≈", Support.NONE: " ✗", Support.FULL: ""}
QUOTED_CHARACTERS = 300
"""Of each source."""
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { border-top: 1px solid; font-size: 1.1rem; margin-top: 2rem; padding-top: 1rem; }
table { border-collapse: collapse; } td, th { border: 1px solid; padding: 0.2rem 0.5rem; }
blockquote { border-left: 3px solid; margin-left: 0; padding-left: 1rem; }
pre { overflow-x: auto; white-space: pre-wrap; }
em { opacity: 0.8; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question with the time it was asked at (ISO 8601), and its answer."""

    asked_at: str
    answer: Answer


def conversation_markdown(
    title: str, questions: Sequence[AnsweredQuestion], language: str = "en"
) -> str:
    """Return a conversation as Markdown, without links."""
    parts = [f"# {escape(title)}"]
    for question in questions:
        answer = question.answer
        when = local_time(question.asked_at)
        parts += [
            f"## {escape(answer.question)}",
            f"*{when} · {escape(summary_line(answer))}*",
            _body(answer),
            *(f"*{escape(note)}*" for note in notes_of(answer) if _is_signed(answer)),
            _sources(answer),
        ]
    bodies = [_body(question.answer) for question in questions]
    legend = [
        f"{sign.strip()} {say(key, language)}"
        for sign, key in ((" ≈", "copied_partly"), (" ✗", "copied_unsupported"))
        if any(sign in body for body in bodies)
    ]
    parts += ["---" if legend else "", *legend]
    return "\n\n".join(part for part in parts if part) + "\n"


def conversation_page(
    title: str, questions: Sequence[AnsweredQuestion], language: str = "en"
) -> str:
    """Return a conversation as an HTML page that needs nothing else and fetches nothing."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(["link", "image", "autolink", "reference"])
    body = parser.render(conversation_markdown(title, questions, language))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def _is_signed(answer: Answer) -> bool:
    return answer.outcome is Outcome.ANSWERED and bool(answer.text)


def _body(answer: Answer) -> str:
    if _is_signed(answer):
        return without_links(_signed(answer))
    if answer.intent is Intent.CORPUS or answer.outcome is Outcome.FAILED:
        return without_links(answer_text(answer))
    return answer_markdown(answer)


def _signed(answer: Answer) -> str:
    """The answer's text with a sign after each sentence that is not fully supported."""
    text, position = "", 0
    for sentence in sorted(answer.sentences, key=lambda one: one.end):
        text += _with_sign(answer.text[position : sentence.end], SIGNS[sentence.support])
        position = sentence.end
    return text + answer.text[position:]


def _with_sign(text: str, sign: str) -> str:
    """Return a sentence and its sign: within a table's last cell, and below a block of code."""
    body = text.rstrip()
    last_line = body.rpartition("\n")[2].lstrip()
    if sign and last_line.startswith(FENCES):
        return f"{body}\n\n{sign.strip()}\n\n"
    if sign and last_line.startswith("|") and last_line.endswith("|"):
        return f"{body[:-1].rstrip()}{sign} |{text[len(body) :]}"
    return text + sign


def _sources(answer: Answer) -> str:
    lines = []
    for hit in shown_hits(answer):
        words = " ".join(hit.passage.text.split())
        cut = words if len(words) <= QUOTED_CHARACTERS else f"{words[:QUOTED_CHARACTERS]} …"
        source = escape(place(hit.passage, answer.language))
        lines.append(f"- \\[{hit.number}\\] {source}: “{escape(cut)}”")
    return "\n".join([f"**{say('sources_title', answer.language)}**", "", *lines]) if lines else ""
