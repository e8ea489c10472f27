"""Questions that need the turns before them."""

from __future__ import annotations

import regex

from rag.text.analysis import terms_of
from rag.text.language_detection import detect_language

_FOLLOW_UP_OPENING = regex.compile(
    r"^(and|but|so|also|what about|how about|why|why not|en|maar|dus|ook|hoe zit het met|waarom"
    r"|und|aber|auch|was ist mit|wie ist es mit|warum)\b",
    regex.IGNORECASE,
)


_PRONOUN = regex.compile(
    r"\b(it|its|they|them|their|that(?! are| were)|this|those|these|he|she|him|her|his|then"
    r"|(?<!\b(?:is|are|was|were) )there(?! (?:is|are|was|were))"
    r"|hij|hem|hun|dat|dit|deze|daar|ervan|erover|daarvan|daarover"
    r"|das(?=\s*(?:$|[?!.,]|auch|dann|denn|nicht|noch|so|immer|wirklich|möglich|erlaubt))"
    r"|ihn|ihm|dies|diese[rsnm]?|dort|davon|darüber|dazu|damit|dafür|dabei)\b",
    regex.IGNORECASE,
)


_ASKS_ABOUT_A_NAME = regex.compile(
    r"^(?i:who|what|where|when|which|how|wie|wat|waar|wanneer|welke?)\b.*\s\p{Lu}\p{Ll}"
)
"""A question about a name stands alone; in German every noun has a capital."""


_STANDS_ALONE_TERMS = 5
"""A question with this many content words of its own says what it is about."""


def leans_on_history(text: str) -> bool:
    """Does a question need earlier turns to be understood?

    True for few content words together with a pronoun or an opening such as "and" or "what
    about", and for at most one content word.
    """
    language = detect_language(text)
    terms = set(terms_of(text, language))
    if len(terms) <= 1:
        return language == "de" or not _ASKS_ABOUT_A_NAME.search(text)
    if len(terms) > _STANDS_ALONE_TERMS:
        return False
    return bool(_FOLLOW_UP_OPENING.search(text.strip()) or _PRONOUN.search(text))
