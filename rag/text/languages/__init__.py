"""What Plumbline knows of single languages: one file a language, ``<ISO 639-1 code>.toml``.

A language needs no more than ``name``, ``stemmer`` and ``stop_words``; what its file leaves out is
empty. ``Language`` and the classes beside it explain each key. A key that they do not know, or a
value of another kind, is an error when the files are loaded. In all values:

* *words* are one string, separated by white space; *phrases* and *patterns* are lists;
* everything is compared without regard to case, and words and phrases in casefolded form;
* patterns are regular expressions that match whole words, without a group that captures.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Words = frozenset[str]
Phrases = tuple[str, ...]
Patterns = Annotated[tuple[str, ...], "regular expressions"]
WordsByName = Mapping[str, Words]
T = TypeVar("T")

FIRST = ("en", "nl", "de", "fr", "es", "it", "pt")
"""Where a text fits several languages alike it is taken for the first of these."""


class LanguageError(ValueError):
    """A language's file has an unknown key, or a value of another kind than its key wants."""


@dataclass(frozen=True, slots=True)
class Questions:
    """How questions are asked, and what answers them."""

    how: str = ""
    """"how", before a word that is measured."""
    measures: Words = frozenset()
    """Patterns of what is measured after it: "long" is asked for and stands in no answer."""
    yes_no: Words = frozenset()
    """Verbs that open a question which wants yes or no."""
    values: Patterns = ()
    """What else asks for a number or a time."""
    names: Patterns = ()
    """What asks for a name or a thing."""
    people_and_places: Patterns = ()
    """Those of them that an answer without any name leaves open."""
    explanations: Patterns = ()
    """What asks for more than a word."""
    counts: Words = frozenset()
    """Words that give a value."""
    follow_ups: Patterns = ()
    """Openings of a question that leans on the one before."""
    pronouns: Patterns = ()
    """Words that point at something said before."""


@dataclass(frozen=True, slots=True)
class Formulas:
    """What belongs to the form of an answer and claims nothing."""

    agreements: Phrases = ()
    """Openings that agree before anything is said."""
    attributions: Patterns = ()
    """Openings that name the documents as the source."""
    referrals: Patterns = ()
    """Sentences that send the reader elsewhere."""
    pleasantries: Patterns = ()
    """Openings of sentences that are mere politeness."""
    sources: str = ""
    """A pattern of the heading over a list of sources."""
    salutations: Patterns = ()
    closings: Patterns = ()
    subject: str = ""
    """The label of an e-mail's subject."""
    introductions: Patterns = ()
    """"Here is", before a colon."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders to a model in a document, as verbose patterns."""

    patterns: Patterns = ()


@dataclass(frozen=True, slots=True)
class Requests:
    """How people ask for something else than an answer.

    Such a request is recognised by a closed vocabulary: every word of the message has to be in it,
    whatever their order. One word from outside, and the message is a question.
    """

    polite: str = ""
    """A pattern of what may stand before or after any request and says nothing."""
    glue: Words = frozenset()
    """Words that hold a request together."""
    last_answer: Words = frozenset()
    """What the last answer is called."""
    forms: WordsByName = field(default_factory=dict)
    """Form of an answer (``domain.requests.Form``) -> words that name it."""
    reworks: Words = frozenset()
    """Verbs that ask for work on a text."""
    one_word_tasks: Words = frozenset()
    """Words that ask for it all by themselves."""
    question_openings: Words = frozenset()
    """A sentence that begins so asks for something; "that is too long" does not."""
    copulas: Words = frozenset()
    recipients: Patterns = ()
    """"to my", before the person that an e-mail is for."""
    purposes: Phrases = ()
    """"for", before what a changed answer is for."""
    plain_language: Words = frozenset()
    """"plain", as in plain English: no translation is asked for."""
    clause_breaks: Phrases = ()
    """What parts a message into clauses beside punctuation."""
    summaries: Words = frozenset()
    """Words that ask what a whole document says."""
    about: Words = frozenset()
    """Words around those, weaker than they: they need a file's name beside them."""
    documents: Words = frozenset()
    """What documents are called."""
    document_nouns: Words = frozenset()
    """What stands before or after a document's name."""
    this_document: str = ""
    """A pattern of a document that is pointed at without its name."""
    listing: Words = frozenset()
    """Words that ask for the list of documents."""
    newest: Words = frozenset()
    """Words that ask for the latest ones."""
    asking: Words = frozenset()
    """Words around those two."""
    everything: Words = frozenset()
    mentioning: Patterns = ()
    """Sentences that ask which documents have a ``topic``, the one group that captures."""
    remarks: Words = frozenset()
    """Openings of a clause that only remarks on the answer."""
    wishes: Words = frozenset()
    """A clause with one of these asks for something of its own."""
    greetings: Patterns = ()
    greeted: Patterns = ()
    """Who is greeted."""
    how_are_you: Patterns = ()
    thanks: Patterns = ()
    thanked: Patterns = ()
    """What follows thanks."""
    praise: Patterns = ()
    praised: Patterns = ()
    """What follows praise or thanks."""
    help: Patterns = ()
    """Messages that ask what this is."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language."""

    code: str
    """ISO 639-1; the file's name."""
    name: str
    """In English."""
    stemmer: str
    """A Snowball algorithm; empty where there is none."""
    stop_words: Words
    """Function words: neither searched for nor counted as content."""
    elisions: Words = frozenset()
    """What stands before an apostrophe without being part of the word."""
    compounds: bool = False
    """Are compounds written as one word?"""
    capitalised_nouns: bool = False
    """Is every noun written like a name?"""
    abbreviations: Words = frozenset()
    """Words whose point does not end a sentence, without it."""
    decimal_comma: bool = False
    ordinal_endings: Words = frozenset()
    """What follows the digits of an ordinal number."""
    uncounted: Patterns = ()
    """Number words that count nothing unless a measure follows: "the other one"."""
    definites: Words = frozenset()
    """Words before a count of what was named already: "these two"."""
    frequencies: Mapping[str, str] = field(default_factory=dict)
    """"twice" -> "2 times"."""
    magnitudes: Mapping[str, int] = field(default_factory=dict)
    """Word -> power of ten by which it multiplies the number before it."""
    units: WordsByName = field(default_factory=dict)
    """English name of a measure -> words for it. A number of one is another claim than the same
    number of another."""
    morning: Words = frozenset()
    """What follows an hour before noon, its points left out."""
    afternoon: Words = frozenset()
    clock: Words = frozenset()
    """What follows an hour of the day."""
    aggregates: Words = frozenset()
    """Words of a sum or a mean, which no single number of a table gives."""
    months: Phrases = ()
    """All twelve, January first."""
    bounds: Mapping[str, Phrases] = field(default_factory=dict)
    """``max`` and ``min`` -> phrases that bound a number so."""
    negations: Words = frozenset()
    negation_suffix: str = ""
    """Makes a verb a denial."""
    harmless_negations: Patterns = ()
    """Negations that deny nothing."""
    opposites: tuple[tuple[str, str], ...] = ()
    """Pairs ``one/other``: where two texts have one each, they say opposite things."""
    reasons: Phrases = ()
    """What a reason is given with."""
    hedges: Phrases = ()
    """Phrases of a text that does not answer."""
    lead_ins: Words = frozenset()
    """"Yes" and "no" before a sentence."""
    auxiliaries: Words = frozenset()
    """Verbs that a denial may follow, in sentences made for measuring."""
    denial: str = ""
    """That denial."""
    language_names: WordsByName = field(default_factory=dict)
    """ISO 639-1 -> what that language is called in this one."""
    questions: Questions = field(default_factory=Questions)
    formulas: Formulas = field(default_factory=Formulas)
    orders: Orders = field(default_factory=Orders)
    requests: Requests = field(default_factory=Requests)


def load(path: Path) -> Language:
    """Read one language's file. Raises LanguageError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LanguageError(f"{path.name} is no TOML: {error}.") from error
    found = _made(Language, {"code": path.stem, **content}, path.name)
    if found.months and len(found.months) != len(range(12)):
        raise LanguageError(f"{path.name}: months has {len(found.months)} names, not 12.")
    return found


def _made(kind: type[T], content: Mapping[str, Any], place: str) -> T:
    """A dataclass of a table; each value as its field wants it."""
    hints = get_type_hints(kind, include_extras=True)
    if strange := content.keys() - hints.keys():
        raise LanguageError(f"{place}: there is no key {min(strange)}.")
    values = {key: _value(hints[key], value, f"{place}: {key}") for key, value in content.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise LanguageError(f"{place}: {error}.") from error


def _value(kind: Any, value: Any, place: str) -> Any:  # noqa: ANN401 - of whatever kind
    if is_dataclass(kind):
        return _made(kind, _checked(value, dict, place), place)  # type: ignore[arg-type]
    if kind in {str, bool, int}:
        return _checked(value, kind, place)
    if kind == Words:
        return frozenset(_checked(value, str, place).casefold().split())
    if kind in {Phrases, Patterns}:
        parts = value.split() if isinstance(value, str) else _checked(value, list, place)
        texts = tuple(_checked(part, str, place) for part in parts)
        return texts if kind == Patterns else tuple(text.casefold() for text in texts)
    if kind == tuple[tuple[str, str], ...]:
        return tuple(_pair(pair, place) for pair in _checked(value, str, place).split())
    inner = kind.__args__[1]
    return {k: _value(inner, v, f"{place}.{k}") for k, v in _checked(value, dict, place).items()}


def _checked(value: Any, kind: type, place: str) -> Any:  # noqa: ANN401 - as above
    if not isinstance(value, kind):
        raise LanguageError(f"{place} is a {type(value).__name__}, not a {kind.__name__}.")
    return value


def _pair(text: str, place: str) -> tuple[str, str]:
    one, slash, other = text.partition("/")
    if not (one and slash and other):
        raise LanguageError(f"{place}: {text!r} is no pair.")
    return one, other


def _all() -> dict[str, Language]:
    found = {path.stem: load(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}
    ordered = (*FIRST, *(code for code in found if code not in FIRST))
    return {code: found[code] for code in ordered if code in found}


LANGUAGES: Mapping[str, Language] = _all()
"""By code."""


def of_all(choose: Callable[[Language], Iterable[T]]) -> tuple[T, ...]:
    """What all languages have of something, each once: texts mix languages."""
    return tuple(dict.fromkeys(item for one in LANGUAGES.values() for item in choose(one)))


def any_of(choose: Callable[[Language], Iterable[str]]) -> str:
    """A pattern that matches any of all languages' patterns; one that never matches if none."""
    return "(?:" + "|".join(of_all(choose)) + ")" if of_all(choose) else "(?!)"


UNITS: Mapping[str, str] = {
    word: unit
    for language in LANGUAGES.values()
    for unit, words in language.units.items()
    for word in words
}
"""Word for a measure -> the measure."""
MAGNITUDES: Mapping[str, int] = {
    word: 10**power
    for language in LANGUAGES.values()
    for word, power in language.magnitudes.items()
}
"""Word -> what it multiplies a number by."""
MONTHS: Mapping[str, int] = {
    word: number
    for language in LANGUAGES.values()
    for number, word in enumerate(language.months, start=1)
}
"""Name of a month -> its number."""
