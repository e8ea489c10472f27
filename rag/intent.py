"""What a message asks for; deterministic, in English, Dutch and German.

When in doubt it is a question: only a message whose every word belongs to a request for something
else is taken for one (``rag.phrases`` has the words).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import regex

from rag.analysis import detect_language, terms_of
from rag.domain import Form, Intent, Request
from rag.phrases import (
    ASKING,
    GREETING,
    HELP,
    LANGUAGE_NAMES,
    PHRASES,
    REMARK_OPENINGS,
    THANKS,
    WISHES,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.domain import Turn
    from rag.phrases import Phrases

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
_WORD = regex.compile(r"[\p{L}\p{N}]+(?:[-'’;.][\p{L}\p{N}]+)*")
_FILE_NAME = regex.compile(
    r"[\p{L}\p{N}_/.-]+\.(?:pdf|docx?|odt|rtf|pptx?|xlsx?|csv|tsv|md|txt|html?|epub|eml|msg|ipynb|json|xml|rst|org)\b",
    regex.IGNORECASE,
)
_DOCUMENT_BEFORE = regex.compile(
    r"\b(?:document|file|bestand|dokument|datei) [\"'“„«]?$", regex.IGNORECASE
)
_DOCUMENT_AFTER = regex.compile(
    r"[\"'”“»]? (?:document|file|bestand|dokument|datei)\b", regex.IGNORECASE
)
_QUOTED = regex.compile(r"[\"“”„«»‘](?P<name>[^\"“”„«»]+)[\"“”«»’]")
_END = " ?!.,:;…"
_RECIPIENT = regex.compile(
    r"\b(?:(?:to|for|aan|voor|für)(?: (?:a|an|the|my|our|de|het|een|mijn|onze|den|die|das|eine[nmr]?|meine[nmr]?|unsere[nmr]?))?"
    r"|an (?:den|die|das|eine[nmr]?|meine[nmr]?|unsere[nmr]?)) \p{L}+\b"
)
_PURPOSE = regex.compile(r"^(?P<request>.{8,}?) (?:for|voor|für|i can|i could) .+$")
_CLAUSE = regex.compile(r"[.!?;]+\s+|,\s+|\s+[–-]\s+|\s+and make\s+|\s*\(|\)\s*")
_PLAIN_LANGUAGE = regex.compile(r"\b(?:plain|simple|gewoon|einfachem)\W+\p{L}+$")
_EVERYTHING = frozenset({"everything", "alles"})
_ASKS = frozenset({"is", "are", "does", "do", "ist", "sind", "zijn"})
"""A sentence that begins so asks for something; "that is too long" does not."""
_TASKS_OF_ONE_WORD = frozenset({"tldr", "tl;dr", "summary", "samenvatting", "zusammenfassung"})
_FORMS = (
    *(Form.TABLE, Form.EMAIL, Form.LIST, Form.SIMPLER, Form.LONGER, Form.SHORTER, Form.OTHER),
)
"""In this order: a "short e-mail" is an e-mail."""
_MOST_OF_A_TITLE = 2 / 3


def request_of(
    text: str,
    history: Sequence[Turn] = (),
    documents: Mapping[str, str] | None = None,
    focus: str = "",
    default: str = "en",
) -> Request:
    """Return what ``text`` asks for, after the turns before it.

    ``documents`` are the corpus' (path -> title); ``focus`` is the one that "this document" means;
    ``default`` is the language of a message that does not tell its own.
    """
    documents = documents or {}
    if small_talk := _small_talk(text):
        return Request(small_talk)
    language = reply_language(text, default)
    answered = any(turn.answer for turn in history)
    for code, phrases in _most_likely_first(language):
        found = (
            _about_a_document(text, phrases, documents, focus, answered=answered)
            or _about_the_corpus(text, phrases)
            or _rework(text, phrases)
        )
        if found:
            return replace(found, spoken=code)
    if history and leans_on_history(text):
        return Request(Intent.FOLLOW_UP)
    return Request(Intent.QUESTION)


def _small_talk(text: str) -> Intent | None:
    plain = regex.sub(r"[^\p{L}\p{N}' ]+", " ", text.casefold().replace("’", "'"))
    plain = " ".join(plain.split())
    for pattern, intent in (
        (GREETING, Intent.GREETING),
        (THANKS, Intent.THANKS),
        (HELP, Intent.HELP),
    ):
        if pattern.fullmatch(plain):
            return intent
    clauses = [" ".join(_words_of(part)) for part in _CLAUSE.split(text.casefold())]
    clauses = [clause for clause in clauses if clause]
    if clauses and all(map(HELP.fullmatch, clauses)):
        return Intent.HELP
    others = [clause for clause in clauses if not THANKS.fullmatch(clause)]
    if len(others) < len(clauses) and all(map(_is_remark, others)) and "?" not in text:
        return Intent.THANKS
    return None


def _is_remark(clause: str) -> bool:
    """Does a clause only tell something: "it is too long", "my colleague isn't technical"?"""
    words = _words_of(clause)
    return not words or (words[0] in REMARK_OPENINGS and not set(words) & WISHES)


def _most_likely_first(language: str) -> Iterator[tuple[str, Phrases]]:
    """A short message hardly tells its language, so all are tried."""
    yield from sorted(PHRASES.items(), key=lambda pair: pair[0] != language)


def _core(text: str, phrases: Phrases) -> str:
    """A message in small letters without its politeness."""
    plain = " ".join(text.casefold().replace("’", "'").split()).strip(_END)
    before = ""
    while plain != before:
        before = plain
        if opening := phrases.polite.match(plain):
            plain = plain[opening.end() :].strip(" ,")
        for ending in phrases.polite.finditer(plain):
            if ending.end() == len(plain) and ending.start():
                plain = plain[: ending.start()].rstrip(" ,")
                break
    return plain.strip(_END)


def _words_of(text: str) -> list[str]:
    return [match.group() for match in _WORD.finditer(text)]


def _about_the_corpus(text: str, phrases: Phrases) -> Request | None:
    core = _core(text, phrases)
    for pattern in phrases.mentioning:
        if match := pattern.fullmatch(core):
            topic = _as_written(match["topic"].strip("\"'“”„«»‘’ "), text)
            return Request(Intent.CORPUS, topic=topic) if _has_content(topic) else None
    words = set(_words_of(core))
    newest = words & phrases.newest
    asks = words & phrases.listing or newest
    if not asks or not words <= phrases.listing | phrases.newest | phrases.documents | ASKING:
        return None
    named = words & (phrases.documents | _EVERYTHING) or len(newest) > 1
    return Request(Intent.CORPUS, newest_first=bool(newest)) if named else None


def _as_written(topic: str, text: str) -> str:
    position = text.casefold().find(topic)
    return text[position : position + len(topic)] if position >= 0 else topic


def _has_content(topic: str) -> bool:
    return bool(terms_of(topic, detect_language(topic)))


def _about_a_document(
    text: str, phrases: Phrases, documents: Mapping[str, str], focus: str, *, answered: bool
) -> Request | None:
    named, rest, surely = _named(text, documents)
    words = [word for clause in _requests_in(rest) for word in _words_of(_core(clause, phrases))]
    known = frozenset(chain.from_iterable(phrases.forms.values())) | (
        phrases.summaries | phrases.about | phrases.documents | phrases.glue | phrases.last_answer
    )
    outside = [word for word in words if word not in known]
    strong = bool(phrases.summaries & set(words))
    if named:
        asks = strong or (surely and phrases.about & set(words))
        fits = len(outside) <= (1 if strong and surely else 0)
        return Request(Intent.DOCUMENT, documents=named) if asks and fits else None
    missing = _FILE_NAME.search(text)
    if missing and (strong or phrases.about & set(words)):
        inside = set(_words_of(missing.group().casefold()))
        if set(outside) <= inside:
            return Request(Intent.DOCUMENT, topic=missing.group())
    if outside:
        has_noun = bool(phrases.documents & set(words))
        found = _titled(outside, documents, has_noun=has_noun) if strong else ""
        return Request(Intent.DOCUMENT, documents=(found,)) if found else None
    focused = Request(Intent.DOCUMENT, documents=(focus,) if focus else ())
    if phrases.this_document.search(text.casefold()):
        return focused if strong or phrases.about & set(words) else None
    points = phrases.last_answer & set(words)
    tabular = phrases.forms[Form.TABLE] & set(words)
    return focused if strong and points and not answered and not tabular else None


def _named(text: str, documents: Mapping[str, str]) -> tuple[tuple[str, ...], str, bool]:
    """The documents that a message names, the message without them, and whether it is plain.

    It is plain where a whole file name, or a title in quotation marks or of several words stands.
    """
    names = sorted(
        {
            (name, path, sure)
            for path, title in documents.items()
            for name, sure in _names(path, title)
        },
        key=lambda found: -len(found[0]),
    )
    rest, paths, surely = text, [], False
    quoted = {match["name"].strip().casefold() for match in _QUOTED.finditer(text)}
    for name, path, sure in names:
        pattern = rf"(?<![\p{{L}}\p{{N}}_/.-]){regex.escape(name)}(?![\p{{L}}\p{{N}}_/-])"
        found = regex.search(pattern, rest, regex.IGNORECASE)
        if found:
            beside = _DOCUMENT_BEFORE.search(rest, 0, found.start()) or _DOCUMENT_AFTER.match(
                rest, found.end()
            )
            surely |= sure or name in quoted or beside is not None
            shorter = regex.sub(pattern, " ", rest, flags=regex.IGNORECASE)
            rest = shorter
            paths.append(path)
    return tuple(dict.fromkeys(paths)), rest, surely


def _names(path: str, title: str) -> Iterator[tuple[str, bool]]:
    """What a document can be called, and whether that can hardly mean anything else."""
    file = PurePosixPath(path)
    yield path.casefold(), True
    yield file.name.casefold(), bool(file.suffix)
    yield file.stem.casefold(), bool(regex.search(r"[-_\d]", file.stem))
    if title:
        yield title.casefold(), " " in title


def _titled(words: Sequence[str], documents: Mapping[str, str], *, has_noun: bool) -> str:
    """The one document whose title or file name has all these words, and little else."""
    wanted = {term for word in words for term in terms_of(word, "en")}
    fitting = []
    for path, title in documents.items():
        for name in (title, PurePosixPath(path).stem.replace("-", " ").replace("_", " ")):
            terms = set(terms_of(name, "en"))
            if wanted <= terms and (has_noun or len(wanted) >= _MOST_OF_A_TITLE * len(terms)):
                fitting.append(path)
    unique = set(fitting)
    return fitting[0] if wanted and len(unique) == 1 else ""


def _rework(text: str, phrases: Phrases) -> Request | None:
    """The whole message, or a clause of it while the others only remark on the answer."""
    if found := _reworked(text, phrases):
        return found
    requests = _requests_in(text)
    return _reworked(requests[0], phrases) if len(requests) == 1 else None


def _requests_in(text: str) -> list[str]:
    """The clauses of a message that are no remarks; all where nothing else is left."""
    clauses = [clause for clause in _CLAUSE.split(text.strip(_END)) if clause.strip()]
    return [clause for clause in clauses if not _is_remark(clause.casefold())] or clauses


def _reworked(text: str, phrases: Phrases) -> Request | None:
    core = _core(text, phrases)
    words = _words_of(core)
    if phrases.forms[Form.EMAIL] & set(words):
        words = _words_of(_RECIPIENT.sub(" ", core))
    if (purpose := _PURPOSE.search(core)) and phrases.last_answer & set(
        _words_of(purpose["request"])
    ):
        core = purpose["request"]
        words = _words_of(core)
    shapes = frozenset(chain.from_iterable(phrases.forms.values()))
    if words and words[0] in _ASKS:
        return None
    known = (
        {"is", "ist"}
        | phrases.glue
        | phrases.last_answer
        | phrases.reworks
        | shapes
        | set(LANGUAGE_NAMES)
    )
    if not words or not set(words) <= known:
        return None
    asked_nicely = core != text.casefold().strip(_END)
    if len(words) == 1 and not _is_whole_task(words[0], phrases, nicely=asked_nicely):
        return None
    languages = [word for word in words if word in LANGUAGE_NAMES]
    if languages and not _PLAIN_LANGUAGE.search(core):
        return Request(Intent.REWORK, Form.TRANSLATION, LANGUAGE_NAMES[languages[-1]])
    form = next((form for form in _FORMS if phrases.forms[form] & set(words)), None)
    return Request(Intent.REWORK, form) if form else None


def _is_whole_task(word: str, phrases: Phrases, *, nicely: bool) -> bool:
    """Does one word alone ask for work on the answer: "shorter", "rephrase", "Dutch, please"?"""
    if nicely and (word in LANGUAGE_NAMES or word in phrases.forms[Form.LIST]):
        return True
    return word.endswith("er") or word in phrases.reworks or word in _TASKS_OF_ONE_WORD


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


def reply_language(text: str, default: str = "en") -> str:
    """The language of a message for our own replies; ``default`` where no word tells it."""
    words = text.casefold().split()
    for code, openings in (
        ("nl", {"hoi", "dag", "goedemorgen", "goedemiddag", "bedankt", "dankjewel", "hulp", "wat"}),
        ("de", {"guten", "moin", "servus", "danke", "vielen", "dankeschön", "hilfe", "was"}),
    ):
        if any(word.strip("!?.,") in openings for word in words):
            return code
    return detect_language(text, default)
