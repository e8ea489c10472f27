"""What must be exact: addresses, paths, commands, identifiers, versions, quoted words.

One wrong letter makes them false, so they are compared as they stand: either a passage has them
whole, or it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EDGE = ".,;:!?)]}>\"'”’»*_"
_ADDRESS = regex.compile(r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bwww\.)[^\s<>\"“”`|]+", regex.IGNORECASE)
_MAIL = regex.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_CODE = regex.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PATH = regex.compile(
    r"(?<![\w/.:])(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[\w.@%+-]+[/\\])*[\w.@%+-]*\w"
    r"|(?<![\w/.-])(?:[\w-]++/)++[\w-]++\.\w{1,5}\b"
)
_OPTION = regex.compile(r"(?<![\w-])--?[a-z][\w-]+(?:=[\w./-]+)?", regex.IGNORECASE)
IDENTIFIER = regex.compile(
    r"(?<![\w./@-])(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])"
    r"(?:[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)+|[A-Z]{2,}\d+\w*)\b(?![@/])"
    r"|(?<![\w./@-])[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b"
    r"|(?<![\w.])v?\d+(?:\.\d+){2,}\b"
)
_FILE = regex.compile(
    r"(?<![\w/.-])[\w-]+\.(?:md|pdf|docx?|xlsx?|pptx?|csv|txt|py|js|json|toml|ya?ml|html?|xml|ini"
    r"|sh|exe|zip)\b"
)
_QUOTED = regex.compile(r"[\"“„«](?P<inside>[^\"“”„«»\n]{2,120})[\"”“»]")
_SCHEME = regex.compile(r"^(?:https?://)?(?:www\.)?|/$", regex.IGNORECASE)
_VERSION = regex.compile(r"^v(?=\d+\.)")
_WORD = regex.compile(r"[\p{L}\p{N}]+")
_SPACE = regex.compile(r"\s+")
_MEASURE = regex.compile(r"(?<![\d.,])\d++(?:[.,]\d++)*+-?[A-Za-z]{1,10}(?:-[a-z]+)?")
"""\"30-day\" and \"5kg\" are numbers with their unit."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A string that has to stand in a passage as it is."""

    text: str
    start: int
    end: int
    quoted: bool = False
    """Quoted words may differ in case, and in the point or comma that the writer put inside."""


def exact_in(text: str) -> tuple[Exact, ...]:
    """What of a text must be exact; no two of them overlap."""
    found: list[Exact] = []
    for item in _candidates(text):
        if not any(item.start < other.end and other.start < item.end for other in found):
            found.append(item)
    return tuple(sorted(found, key=lambda one: one.start))


def _candidates(text: str) -> Iterator[Exact]:
    """The more telling first: an address holds paths and names."""
    for match in _ADDRESS.finditer(text):
        yield Exact(match.group().rstrip(_EDGE), match.start(), match.end())
    for match in _MAIL.finditer(text):
        yield Exact(match.group(), match.start(), match.end())
    for match in _CODE.finditer(text):
        yield Exact(match[1].strip(), match.start(), match.end())
    for match in _QUOTED.finditer(text):
        inside = match["inside"].strip(" ,.;:!?")
        if inside:
            yield Exact(inside, match.start(), match.end(), quoted=True)
    for pattern in (_FILE, _PATH, _OPTION, IDENTIFIER):
        for match in pattern.finditer(text):
            plain = match.group().rstrip(_EDGE)
            if not _MEASURE.fullmatch(plain):
                yield Exact(plain, match.start(), match.end())


class ExactTexts:
    """The passages' texts, ready to look exact strings up in."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [_plain(text) for text in texts]
        self._folded = [text.casefold() for text in self._texts]
        self._quotable = [_words(text) for text in self._texts]

    def holds(self, item: Exact) -> bool:
        """Does a passage have the string whole, between characters that do not belong to it?"""
        wanted = _plain(item.text)
        if item.quoted:
            return any(f" {_words(wanted)} " in f" {text} " for text in self._quotable)
        bare = _VERSION.sub("", _SCHEME.sub("", wanted))
        if not bare:
            return True
        pattern = rf"(?<![\w.@-])v?{regex.escape(bare)}(?![\w@]|[-.?=&/#%]\w)"
        if _ADDRESS.match(wanted):
            pattern = rf"(?<![\w@-]){regex.escape(bare)}/?(?![\w@]|[-.?=&/#%]\w)"
        return any(regex.search(pattern, text) for text in self._texts) or any(
            regex.search(pattern.casefold(), text) for text in self._folded if bare.islower()
        )


def _words(text: str) -> str:
    """Only letters and digits: marks within a quotation are the writer's."""
    return " ".join(_WORD.findall(text.casefold()))


def _plain(text: str) -> str:
    """One kind of space, apostrophe and dash, without the marks of Markdown."""
    text = text.replace("’", "'").replace("‑", "-").replace("–", "-").replace("**", "")
    return _SPACE.sub(" ", text.replace("\\_", "_").replace("`", "")).strip()
