"""Detection of text in documents that addresses a model (prompt injection).

Passages are data. Instructions to a model in them are flagged in the ledger, and neither sent to a
model nor quoted. The patterns are those of published prompt injections (Greshake et al. 2023, "Not
what you've signed up for"; OWASP LLM01), in the languages that have some.
"""

from __future__ import annotations

import regex

from rag.text.languages import any_of
from rag.text.sentences import split_sentences

FLAG = "instructions"
MASK = "[…]"
_CONTROL = r"""
    <\|(?:im_start|im_end|system|user|assistant|end|endoftext)\|> | \[/?INST\] | <</?SYS>>
    | ^\s*(?:\#+\s*)?(?:system|assistant)\s*:\s
"""
"""Control tokens of chat templates, in any language."""
_SPEAKS = regex.compile(
    f"{any_of(lambda one: one.orders.patterns)} | {_CONTROL}",
    regex.IGNORECASE | regex.VERBOSE | regex.MULTILINE,
)


def speaks_to_a_model(text: str) -> bool:
    """Return whether a text gives instructions to a model."""
    return _SPEAKS.search(text) is not None


def without_orders(text: str) -> str:
    """Return the text with each sentence that instructs a model replaced by a mark."""
    if not speaks_to_a_model(text):
        return text
    kept, position = [], 0
    for start, end in split_sentences(text):
        if speaks_to_a_model(text[start:end]):
            kept += [text[position:start], MASK]
            position = end
    return "".join([*kept, text[position:]])
