"""Detection of questions that depend on earlier turns."""

from __future__ import annotations

import regex

from rag.text.analysis import terms_of
from rag.text.languages import LANGUAGES, any_of

_FOLLOW_UP_OPENING = regex.compile(
    rf"^{any_of(lambda one: one.questions.follow_ups)}\b", regex.IGNORECASE
)
_PRONOUN = regex.compile(rf"\b{any_of(lambda one: one.questions.pronouns)}\b", regex.IGNORECASE)
_QUESTION_WORD = any_of(
    lambda one: filter(None, (*one.questions.names, *one.questions.values, one.questions.how))
)
_ASKS_ABOUT_A_NAME = regex.compile(rf"^(?i:{_QUESTION_WORD})\b.*\s\p{{Lu}}\p{{Ll}}")
"""A question about a name is self-contained; no evidence where all nouns are capitalised."""
_STANDS_ALONE_TERMS = 5
"""A question with more content words than this is self-contained."""


def leans_on_history(text: str, language: str) -> bool:
    """Return whether a question needs earlier turns to be understood.

    True for few content words together with a pronoun or an opening such as "and" or "what about",
    and for at most one content word.
    """
    terms = set(terms_of(text, language))
    if len(terms) <= 1:
        return _capitalises_nouns(language) or not _ASKS_ABOUT_A_NAME.search(text)
    if len(terms) > _STANDS_ALONE_TERMS:
        return False
    return bool(_FOLLOW_UP_OPENING.search(text.strip()) or _PRONOUN.search(text))


def _capitalises_nouns(language: str) -> bool:
    return language in LANGUAGES and LANGUAGES[language].capitalised_nouns
