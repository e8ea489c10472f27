"""Other words for a question, from the small model, where the documents seem to lack its own.

"Compensation for commuting" is what the documents call "reimbursement for travel"; a Dutch question
about an English handbook has hardly a word of it. The model is asked once, briefly; what it says is
only searched for, so that a wrong word finds nothing or something that the check then judges.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import regex

from rag.domain.completions import Generation, Message
from rag.domain.events import Token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.domain.conversation import Question
    from rag.models.model import Model

PATIENCE_S = 6.0
"""For the whole call; people wait for it before anything is shown."""
MOST_WORDS, MOST_OTHERS = 8, 4
_MOST_TOKENS = 160
_LONGEST = 3
"""Words of an expression."""
_SYSTEM = (
    "You help to search documents written in {language}. For each word give up to four {language}"
    " words that such a document may use for the same thing, in the meaning that the word has in"
    " the question. Write one line for each word, like this:\nword: other, another\nWrite nothing"
    " else."
)
_LINE = regex.compile(
    r"^\W{0,20}+(?P<word>[^:=\n]{1,40}?)\W{0,20}[:=][ \t]*(?P<others>.+)$", regex.MULTILINE
)
_BETWEEN = regex.compile(r"[,;/|]|\bor\b")
_EXPRESSION = regex.compile(r"[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}' -]*")


async def other_words(
    model: Model, question: Question, words: Sequence[str], language: str
) -> Mapping[str, tuple[str, ...]]:
    """Return other words for each of the words of a question that the model has any for.

    ``language``: the name of the documents' language. Empty if the model fails or takes too long.
    """
    asked = tuple(dict.fromkeys(words))[:MOST_WORDS]
    messages = (
        Message("system", _SYSTEM.format(language=language)),
        Message("user", f"Question: {question.text}\nWords: {', '.join(asked)}"),
    )
    pieces: list[str] = []

    def is_over() -> bool:
        return len(pieces) >= _MOST_TOKENS

    try:
        async with (
            asyncio.timeout(PATIENCE_S),
            aclosing(model.write(messages, is_over=is_over, who=question.conversation)) as turn,
        ):
            async for event in turn:
                if isinstance(event, Token):
                    pieces.append(event.text)
                if isinstance(event, Generation) and event.error:
                    return {}
    except TimeoutError:
        return {}
    return _read("".join(pieces), asked)


def _read(text: str, asked: Sequence[str]) -> dict[str, tuple[str, ...]]:
    known = {word.casefold(): word for word in asked}
    found: dict[str, tuple[str, ...]] = {}
    for line in _LINE.finditer(text):
        word = known.get(line["word"].strip("\"'“”*` ").casefold())
        if not word:
            continue
        others = (one.strip(" .\"'“”*`()") for one in _BETWEEN.split(line["others"]))
        fitting = [
            one
            for one in others
            if _EXPRESSION.fullmatch(one)
            and len(one.split()) <= _LONGEST
            and one.casefold() not in known
        ]
        if fitting:
            found[word] = tuple(dict.fromkeys(fitting))[:MOST_OTHERS]
    return found
