"""What kind of request a message is; deterministic. When in doubt it is a question."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import regex

from rag.analysis import detect_language, terms_of
from rag.domain import Intent
from rag.languages import LANGUAGES

if TYPE_CHECKING:
    from rag.domain import Turn

_MAX_WORDS_OF_SMALL_TALK = 7

_GREETING = regex.compile(
    r"(hi+|hello|hey|good (morning|afternoon|evening|day)|greetings"
    r"|hoi|hallo|hai|dag|goede(morgen|middag|navond)|goeie?morgen"
    r"|guten (tag|morgen|abend)|moin|servus|grüß (gott|dich)|gruezi)"
    r"( (there|all|everyone|plumbline|daar|allemaal|zusammen|du|you))*"
    r"( (how are you|how are you doing|hoe gaat het( met je)?|wie geht('s|s| es)( dir| ihnen)?))?"
)
_THANKS = regex.compile(
    r"((many |ok |okay |great |perfect |super )*(thanks|thank you|thx|cheers)"
    r"|(heel |hartelijk |super |ok |oké )*(bedankt|dank je( wel)?|dankjewel|dank u( wel)?|dankuwel|merci)"
    r"|(vielen |herzlichen |besten |super |ok )*(danke|dank)( schön| sehr)?|dankeschön)"
    r"( (a lot|very much|so much|again|for (your|the) help|zeer|voor (je|uw|de) hulp|für (deine|die|ihre) hilfe))*"
    r"( (that|this|it) (was|is) (helpful|great|useful))?"
)
_HELP = regex.compile(
    r"help( me)?|what (can|do) you do|what are you( for)?|who are you|what is this|what's this"
    r"|how do (i|you) (use|work with) (this|you|it|plumbline)|how does this work|how do you work"
    r"|what can i (ask|do)( you| here)?"
    r"|wat kun je( allemaal)?( doen)?|wat kan je( doen)?|wat doe je|wie ben je|wat is dit"
    r"|hoe werkt (dit|het)|hoe werk je|wat kan ik( hier)? (vragen|doen)|hulp"
    r"|was kannst du( alles)?( tun| machen)?|was können sie( tun)?|wer bist du|was ist das"
    r"|wie funktioniert (das|es)|hilfe|was kann ich( hier)? (fragen|tun)"
)
_FOLLOW_UP_OPENING = regex.compile(
    r"^(and|but|so|also|what about|how about|why|why not|en|maar|dus|ook|hoe zit het met|waarom"
    r"|und|aber|auch|was ist mit|wie ist es mit|warum)\b",
    regex.IGNORECASE,
)
_PRONOUN = regex.compile(
    r"\b(it|its|they|them|their|that|this|those|these|he|she|him|her|his|there|one|ones|then"
    r"|hij|hem|hun|dat|dit|deze|daar|ervan|erover|daarvan|daarover"
    r"|ihn|ihm|dies|diese[rsnm]?|dort|davon|darüber|dazu|damit|dafür|dabei)\b",
    regex.IGNORECASE,
)
_STANDS_ALONE_TERMS = 5
"""A question with this many content words of its own says what it is about."""


_YES_NO = regex.compile(
    r"^(is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had|am"
    r"|kan|mag|moet|heeft|heb|hebben|wordt|zijn|zal"
    r"|ist|sind|war|kann|darf|muss|hat|haben|wird|gibt es)\b",
    regex.IGNORECASE,
)
_VALUE = regex.compile(
    r"\b(how (many|much|long|often|far|old|big|large|tall|high|fast|soon|late)|when|what (time|date|year"
    r"|day|number|size|price|port|percentage)|hoeveel|hoe (lang|vaak|ver|oud|groot|hoog|snel|laat)|wanneer"
    r"|wie ?viele?|wie (lange?|oft|weit|alt|groß|hoch|schnell|spät)|wann)\b",
    regex.IGNORECASE,
)
_NAME = regex.compile(
    r"\b(who|whom|whose|where|which|what|wie is|waar|welke?|wat|was"
    r"|wer|wem|wen|wo|welche[rsnm]?)\b",
    regex.IGNORECASE,
)
_EXPLANATION = regex.compile(
    r"^\W*(how (?!many|much|long|often|far|old|big|large|tall|high|fast|soon|late)|why|explain|describe"
    r"|hoe (?!lang|vaak|ver|oud|groot|hoog|snel|laat)|waarom|leg uit|beschrijf"
    r"|wie (?!viel|lange?|oft|weit|alt|groß|hoch|schnell|spät)|warum|erkläre?|beschreibe?)\b",
    regex.IGNORECASE,
)


class Asked(StrEnum):
    """What an answer has to be for its length to fit."""

    VALUE = "value"
    NAME = "name"
    YES_NO = "yes_no"
    EXPLANATION = "explanation"
    OTHER = "other"


def asked_for(question: str) -> Asked:
    """Return whether a value, a name, yes or no, or an explanation is asked for."""
    text = question.strip()
    if _VALUE.search(text):
        return Asked.VALUE
    if _EXPLANATION.search(text):
        return Asked.EXPLANATION
    if _YES_NO.search(text):
        return Asked.YES_NO
    return Asked.NAME if _NAME.search(text) else Asked.OTHER


def intent_of(text: str, history: tuple[Turn, ...] = ()) -> Intent:
    """Return what kind of request ``text`` is, after the turns before it."""
    plain = regex.sub(r"[^\p{L}\p{N}' ]+", " ", text.casefold().replace("’", "'"))
    plain = " ".join(plain.split())
    if 0 < len(plain.split()) <= _MAX_WORDS_OF_SMALL_TALK:
        for pattern, intent in (
            (_GREETING, Intent.GREETING),
            (_THANKS, Intent.THANKS),
            (_HELP, Intent.HELP),
        ):
            if pattern.fullmatch(plain):
                return intent
    if history and leans_on_history(text):
        return Intent.FOLLOW_UP
    return Intent.QUESTION


def leans_on_history(text: str) -> bool:
    """Does a question need earlier turns to be understood?

    True for few content words together with a pronoun or an opening such as "and" or "what
    about", and for at most one content word.
    """
    terms = set(terms_of(text, detect_language(text)))
    if len(terms) <= 1:
        return True
    if len(terms) > _STANDS_ALONE_TERMS:
        return False
    return bool(_FOLLOW_UP_OPENING.search(text.strip()) or _PRONOUN.search(text))


def reply_language(text: str) -> str:
    """The language of a short message, for our own replies."""
    words = text.casefold().split()
    for code, openings in (
        ("nl", {"hoi", "dag", "goedemorgen", "goedemiddag", "bedankt", "dankjewel", "hulp", "wat"}),
        ("de", {"guten", "moin", "servus", "danke", "vielen", "dankeschön", "hilfe", "was"}),
    ):
        if any(word.strip("!?.,") in openings for word in words):
            return code
    language = detect_language(text)
    return language if language in LANGUAGES else "en"
