"""What a language's file holds; ``__init__.py`` says how values are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

Words = frozenset[str]
Phrases = tuple[str, ...]
Patterns = Annotated[tuple[str, ...], "regular expressions"]
WordsByName = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Questions:
    """The wording of questions and of their answers."""

    how: str = ""
    """"how", before a word for a measure."""
    measures: Words = frozenset()
    """Patterns of the measure after it, such as "long", which does not occur in answers."""
    yes_no: Words = frozenset()
    """Verbs that open a yes/no question."""
    values: Patterns = ()
    """Other patterns that ask for a number or a time."""
    names: Patterns = ()
    """Patterns that ask for a name or a thing."""
    people: Patterns = ()
    """Those of ``names`` that no answer without a name can satisfy."""
    definitions: Patterns = ()
    """What asks for a definition, with the group ``subject``."""
    defining: Patterns = ()
    """What stands between a subject and its definition."""
    explanations: Patterns = ()
    """Patterns that ask for more than a word."""
    counts: Words = frozenset()
    """Words that count as a value."""
    vague: Words = frozenset()
    """Words that questions have and the texts that answer them often lack: "what kind of"."""
    conjunctions: Words = frozenset()
    """Words that put two questions, or two things that are asked about, into one."""
    comparing: Patterns = ()
    """What opens a request to compare things that ``conjunctions`` connect."""
    follow_ups: Patterns = ()
    """Openings of a question that depends on the one before."""
    pronouns: Patterns = ()
    """Words that refer to something said before."""


@dataclass(frozen=True, slots=True)
class Formulas:
    """Phrases that belong to the form of an answer and make no claim."""

    agreements: Phrases = ()
    """Openings that agree before anything is said."""
    attributions: Patterns = ()
    """Openings that name the documents as the source."""
    referrals: Patterns = ()
    """Sentences that send the reader elsewhere."""
    pleasantries: Patterns = ()
    """Sentence openings that are mere politeness."""
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
    """Instructions to a model within a document, as verbose patterns."""

    patterns: Patterns = ()


@dataclass(frozen=True, slots=True)
class Requests:
    """Wording of requests for something other than an answer.

    Such a request is recognised by a closed vocabulary: every word of the message has to be in it,
    in any order. With one other word the message is a question.
    """

    polite: str = ""
    """A pattern of politeness before or after any request."""
    glue: Words = frozenset()
    """Function words within a request."""
    last_answer: Words = frozenset()
    """Words for the last answer."""
    forms: WordsByName = field(default_factory=dict)
    """Form of an answer (``domain.requests.Form``) -> words that name it."""
    reworks: Words = frozenset()
    """Verbs for reworking a text."""
    capabilities: Patterns = ()
    """Openings that ask what can be done with answers in general, not for it to be done."""
    one_word_tasks: Words = frozenset()
    """Words that are a rework request on their own."""
    question_openings: Words = frozenset()
    """The first words of a question, unlike that of the remark "that is too long"."""
    copulas: Words = frozenset()
    recipients: Patterns = ()
    """"to my", before the recipient of an e-mail."""
    purposes: Phrases = ()
    """"for", before the purpose of a reworked answer."""
    plain_language: Words = frozenset()
    """"plain", as in plain English, which asks for no translation."""
    clause_breaks: Phrases = ()
    """Words that separate clauses, beside punctuation."""
    summaries: Words = frozenset()
    """Words that ask for the contents of a whole document."""
    about: Words = frozenset()
    """Weaker words for that, which also need a file's name."""
    documents: Words = frozenset()
    """Words for documents."""
    document_nouns: Words = frozenset()
    """Nouns before or after a document's name."""
    this_document: str = ""
    """A pattern that refers to a document without its name."""
    listing: Words = frozenset()
    """Words that ask for the list of documents."""
    newest: Words = frozenset()
    """Words that ask for the latest ones."""
    asking: Words = frozenset()
    """Further words in such requests."""
    everything: Words = frozenset()
    mentioning: Patterns = ()
    """Sentences that ask which documents have a ``topic``, the only capturing group."""
    remarks: Words = frozenset()
    """Openings of a clause that only remarks on the answer."""
    wishes: Words = frozenset()
    """Words that make such a clause a request."""
    greetings: Patterns = ()
    greeted: Patterns = ()
    """The addressee of a greeting."""
    how_are_you: Patterns = ()
    thanks: Patterns = ()
    thanked: Patterns = ()
    """Words after thanks."""
    praise: Patterns = ()
    praised: Patterns = ()
    """Words after praise or thanks."""
    help: Patterns = ()
    """Messages that ask what Plumbline is."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """The data of one language."""

    code: str
    """ISO 639-1; the file's name."""
    name: str
    """The name in English."""
    stemmer: str
    """A Snowball algorithm; empty if there is none."""
    stop_words: Words
    """Function words, which are neither searched for nor counted as content."""
    elisions: Words = frozenset()
    """Elided words before an apostrophe."""
    prefixes: Phrases = ()
    """Articles and conjunctions that are written together with a word, the longest first."""
    compounds: bool = False
    """Whether compounds are written as one word."""
    capitalised_nouns: bool = False
    """Whether all nouns are capitalised."""
    abbreviations: Words = frozenset()
    """Words whose full stop does not end a sentence, without it."""
    decimal_comma: bool = False
    ordinal_endings: Words = frozenset()
    """Suffixes of ordinal numbers in digits."""
    uncounted: Patterns = ()
    """Number words that count nothing unless a measure follows: "the other one"."""
    definites: Words = frozenset()
    """Words before a count of what was named already: "these two"."""
    frequencies: Mapping[str, str] = field(default_factory=dict)
    """"twice" -> "2 times"."""
    magnitudes: Mapping[str, int] = field(default_factory=dict)
    """Word -> power of ten by which it multiplies the number before it."""
    units: WordsByName = field(default_factory=dict)
    """English name of a unit -> words for it. The same number of different units is a different
    claim."""
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
    """``max`` and ``min`` -> phrases that make a number a bound."""
    bounds_after: Mapping[str, Phrases] = field(default_factory=dict)
    """The same for phrases after a number: "or more"."""
    excluding: Phrases = ()
    """Those of the bounds that exclude the number itself: "more than"."""
    negations: Words = frozenset()
    negation_suffix: str = ""
    """A suffix that negates a verb."""
    harmless_negations: Patterns = ()
    """Negations that deny nothing."""
    opposites: tuple[tuple[str, str], ...] = ()
    """Pairs ``one/other``; texts with one each contradict each other."""
    reasons: Phrases = ()
    """What a reason is given with."""
    replacing: Phrases = ()
    """What a document says of another that is no longer valid."""
    hedges: Phrases = ()
    """Phrases of a text that does not answer."""
    lead_ins: Words = frozenset()
    """"Yes" and "no" before a sentence."""
    auxiliaries: Words = frozenset()
    """Verbs that a denial may follow, in synthetic sentences for evaluation."""
    denial: str = ""
    """The denial in such sentences."""
    language_names: WordsByName = field(default_factory=dict)
    """ISO 639-1 -> the names of that language in this one."""
    questions: Questions = field(default_factory=Questions)
    formulas: Formulas = field(default_factory=Formulas)
    orders: Orders = field(default_factory=Orders)
    requests: Requests = field(default_factory=Requests)
