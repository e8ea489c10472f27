"""Text in documents that speaks to a model instead of to people.

Passages are data. What in them reads as an order to a model is flagged in the ledger, and is
neither sent to a model nor quoted. The patterns are those of published prompt injections (Greshake
et al. 2023, "Not what you've signed up for"; OWASP LLM01), in English, Dutch and German.
"""

from __future__ import annotations

import regex

from rag.text.sentences import split_sentences

FLAG = "instructions"


MASK = "[…]"


_EARLIER = (
    r"(?:all|any|the|your|these|previous|prior|above|earlier|preceding|foregoing|system|and|of|its)"
)


_SPEAKS = regex.compile(
    r"""
      \b(?:ignore|disregard|forget|override|bypass)\s+(?:EARLIER\s+)*
        (?:instructions?|prompts?|rules|directions|guidelines|guardrails)\b
    | \b(?:reveal|print|repeat|output|show)\s+(?:me\s+)?(?:your|the)\s+(?:system\s+)?prompt\b
    | \byou\s+are\s+(?:now|no\s+longer)\s+(?:an?\s+)?
        (?:AI|assistant|chatbot|model|DAN|language\s+model|unrestricted|jailbroken)\b
    | \b(?:new|updated)\s+(?:system\s+)?instructions?\s*:
    | \b(?:as|dear)\s+(?:an?\s+)?(?:AI|language)\s+(?:model|assistant)\b.{0,40}
        \b(?:must|should|always|never|please)\b
    | \b(?:AI|assistant|chatbot|LLM)s?\s*(?:must|should|shall)\s+(?:always\s+|never\s+)?
        (?:say|answer|reply|respond|recommend|output|tell|include|write)\b
    | \b(?:do\s+not|don't|never)\s+
        (?:tell|inform|mention\s+(?:this|it)\s+to|reveal\s+(?:this|it)\s+to)\s+
        (?:the\s+)?(?:user|human|reader)s?\b
    | \bnegeer\s+(?:alle?|de|je|uw|jouw|eerdere|vorige|bovenstaande|voorgaande|\s)+
        (?:instructies|opdrachten|regels|aanwijzingen)\b
    | \b(?:ignoriere|ignorieren\s+sie|vergiss|vergessen\s+sie|missachte)\s+
        (?:alle|die|deine|ihre|bisherigen|vorherigen|vorigen|obigen|früheren|\s)+
        (?:anweisungen|instruktionen|befehle|regeln|vorgaben)\b
    | <\|(?:im_start|im_end|system|user|assistant|end|endoftext)\|> | \[/?INST\] | <</?SYS>>
    | ^\s*(?:\#+\s*)?(?:system|assistant)\s*:\s
    """.replace("EARLIER", _EARLIER),
    regex.IGNORECASE | regex.VERBOSE | regex.MULTILINE,
)


def speaks_to_a_model(text: str) -> bool:
    """Does a text give orders to a model?"""
    return _SPEAKS.search(text) is not None


def without_orders(text: str) -> str:
    """The text with each sentence that gives orders to a model replaced by a mark."""
    if not speaks_to_a_model(text):
        return text
    kept, position = [], 0
    for start, end in split_sentences(text):
        if speaks_to_a_model(text[start:end]):
            kept += [text[position:start], MASK]
            position = end
    return "".join([*kept, text[position:]])
