"""Detects the language of texts and messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import regex

from rag.text.analysis import DEFAULT_LANGUAGE, WORD, is_stop_word
from rag.text.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAMPLE_CHARACTERS = 6_000
_MIN_STOP_WORD_SHARE = 0.08
"""Running text has 25-50 % function words; tables and code have a lower share than this."""
MOST_LANGUAGES = 8
"""Of the documents, the most frequent ones."""
SURE_STOP_WORDS = 2
"""The function words needed to be sure of a question's language; one may be ambiguous."""


def detect_language(text: str, default: str = DEFAULT_LANGUAGE, likely: Sequence[str] = ()) -> str:
    """Return the language with the most function words in a text, or else ``default``.

    On a tie the first of ``likely`` wins: "was" is English and German.
    """
    found = (match.group() for match in WORD.finditer(text[:_SAMPLE_CHARACTERS]))
    # Single capital letters are units and symbols: "3 A" and "E = mc²" are no Italian.
    words = Counter(word.casefold() for word in found if len(word) > 1 or not word.isupper())
    if not words:
        return default
    shares = {
        code: sum(words[word] for word in words.keys() & LANGUAGES[code].stop_words) / words.total()
        for code in dict.fromkeys((*likely, *LANGUAGES))
        if code in LANGUAGES
    }
    best = max(shares, key=lambda code: shares[code])
    return best if shares[best] >= _MIN_STOP_WORD_SHARE else default


@dataclass(frozen=True, slots=True)
class MessageLanguage:
    """The languages to use for a message; ISO 639-1 codes."""

    spoken: str
    """The language of its function words."""
    search: str
    """The language to analyse it in: one of the corpus' if there are any."""
    answer: str
    """The language to answer in: its own if it is sure, else the corpus'."""
    reply: str
    """The language to answer small talk in: its own if recognisable, else the page's."""
    notes: str = DEFAULT_LANGUAGE
    """The language of Plumbline's sentences about an answer: the answer's, or the page's for a
    question without function words, such as "RelayBox price?"."""
    foreign: bool = False
    """Whether it is surely in a language that no document is in."""
    others: tuple[tuple[str, int], ...] = ()
    """The documents' other languages with their passages; its words are looked for in them too."""
    passages: int = 1
    """In all languages."""


def message_language(
    text: str, corpus: Mapping[str, int] | Sequence[str] = (), page: str = ""
) -> MessageLanguage:
    """Return a message's languages.

    ``corpus``: those of the documents, most frequent first, with their passages if known;
    ``page``: that of the page, if there is one.
    """
    counts = corpus if isinstance(corpus, Mapping) else dict.fromkeys(corpus, 1)
    most_frequent = next(iter(counts), "")
    spoken = detect_language(text, likely=tuple(counts))
    known = not counts or spoken in counts
    answer = spoken if known or _is_sure(text, spoken) else most_frequent
    search = spoken if known else most_frequent
    others = [(code, count) for code, count in counts.items() if code != search]
    return MessageLanguage(
        spoken,
        search,
        answer,
        _small_talk_language(text) or detect_language(text, page or DEFAULT_LANGUAGE),
        answer if detect_language(text, "") else page or answer,
        foreign=bool(counts) and answer not in counts,
        others=tuple(others[:MOST_LANGUAGES]),
        passages=sum(counts.values()),
    )


def _is_sure(question: str, language: str) -> bool:
    return sum(is_stop_word(word, language) for word in question.split()) >= SURE_STOP_WORDS


def _small_talk_language(text: str) -> str:
    """The language of a greeting or thanks, which have few function words; empty if neither."""
    plain = " ".join(WORD.findall(text.casefold()))
    found = (code for code, pattern in _small_talk().items() if pattern.fullmatch(plain))
    return next(found, "")


@cache
def _small_talk() -> dict[str, regex.Pattern[str]]:
    known = {
        code: (*one.requests.greetings, *one.requests.thanks, *one.requests.help)
        for code, one in LANGUAGES.items()
    }
    return {code: regex.compile("|".join(all_)) for code, all_ in known.items() if all_}
